//! All actors of a process, started and stopped together.

use std::convert::Infallible;
use std::io;
use std::num::NonZeroUsize;
use std::time::Duration;

use ezqr_schema::{Clock, EntropyError, InstallationSecret, LinkBase, LinkBaseId, LinkCapitals, Pepper};
use ezqr_store::{CodeStore as _, InstallationStore as _, ReadError, Store, WriteError};

use crate::codes::{CodeReader, Codes, CodesHandle, CodesSeed, LinkBases, Published};
use crate::kernel::{Root, Spec, StartError, StopError, Vitals};
use crate::keyring::{AccountView, KeyRing, KeyRingHandle, KeyRingSeed, LastKnown};
use crate::limiter::{Limiter, LimiterHandle, LimiterSeed};
use crate::misses::Misses;
use crate::rendering::{Rendering, RenderingError, RenderingHandle, RenderingSeed};
use crate::scans::report::ScanReader;
use crate::scans::{Counting, CountingError, ScanRecorders, Scans, ScansHandle, ScansSeed};

/// Bounds of the actors.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Messages each actor accepts and has not handled.
    pub queue: u16,
    /// Images accepted by the render pool and not finished.
    pub rendering_queue: u16,
    /// Batches being drawn at once, of all accounts.
    pub rendering_batches: u16,
    /// Links kept in memory.
    pub cached_links: usize,
    /// Bytes that they may take together.
    pub cached_links_bytes: usize,
    /// Client networks with a token bucket of their own; every key has one besides.
    pub limited_callers: usize,
    /// Links that do not exist that a network may ask for in a minute; 0: any number.
    pub misses_per_minute: u32,
    /// Pairs of a network and a link that it followed, remembered for an hour.
    pub followed_links: usize,
    /// Threads of the render pool.
    pub render_threads: NonZeroUsize,
}

/// What the actors are started on.
#[derive(Clone, Debug)]
pub struct Foundation {
    /// The store, opened.
    pub store: Store,
    /// The installation found in it.
    pub secret: InstallationSecret,
    /// The key of the key hashes.
    pub pepper: Pepper,
    /// The link base of new codes.
    pub link_base: LinkBase,
    /// Which letters of printed links are capitals. All nodes of a store are given the same.
    pub link_capitals: LinkCapitals,
    /// The time.
    pub clock: Clock,
    /// How scans are counted.
    pub counting: Counting,
}

/// What of the foundation is there before an installation is.
#[derive(Clone, Debug)]
pub struct Premises {
    /// The store, opened.
    pub store: Store,
    /// The link base of new codes.
    pub link_base: LinkBase,
    /// Which letters of printed links are capitals. All nodes of a store are given the same.
    pub link_capitals: LinkCapitals,
    /// The time.
    pub clock: Clock,
    /// How scans are counted.
    pub counting: Counting,
}

/// All that can be done before the installation is known: what can fail by a setting has not.
pub struct Preparation {
    premises: (Store, Clock),
    link_base: LinkBaseId,
    link_bases: (LinkBases, LinkCapitals),
    root: Root,
    rendering: RenderingSeed,
    scans: (ScansSeed, Option<ScanRecorders>),
    bounds: Bounds,
}

/// Everything a worker needs to serve: the addresses of the owners, and what they publish.
#[derive(Clone)]
pub struct Handles {
    /// Authenticates.
    pub keyring: KeyRingHandle,
    /// Which accounts are suspended.
    pub accounts: AccountView,
    /// Limits.
    pub limiter: LimiterHandle,
    /// Mints and changes codes.
    pub codes: CodesHandle,
    /// Reads codes, without a message.
    pub reader: CodeReader,
    /// Who guesses links, without a message.
    pub misses: Misses,
    /// Renders large images, and batches of images.
    pub rendering: RenderingHandle,
    /// Tells what is counted and not in the store yet.
    pub scans: ScansHandle,
    /// Tells what is counted, by the store.
    pub scan_reader: ScanReader<Store>,
    /// Makes the recorder of each worker, when scans are counted.
    pub recorders: Option<ScanRecorders>,
    /// How the actors are.
    pub vitals: Vitals,
}

/// Why the actors were not started.
#[derive(Debug, thiserror::Error)]
pub enum SystemError {
    /// A thread could not be started.
    #[error("cannot start a thread: {0}")]
    Thread(#[from] io::Error),
    /// The render pool could not be made.
    #[error(transparent)]
    Rendering(#[from] RenderingError),
    /// The store could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The store could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Scans cannot be counted.
    #[error(transparent)]
    Counting(#[from] CountingError),
    /// The owner of scans could not be built.
    #[error(transparent)]
    StartScans(#[from] StartError<EntropyError>),
    /// An actor that reads the store could not be built.
    #[error(transparent)]
    Start(#[from] StartError<ReadError>),
    /// An actor that reads nothing could not be built.
    #[error(transparent)]
    StartPlain(#[from] StartError<Infallible>),
}

/// The running actors.
pub struct System {
    root: Root,
    handles: Handles,
}

impl System {
    /// Starts all actors; each is built when this returns.
    pub async fn start(foundation: Foundation, bounds: Bounds) -> Result<Self, SystemError> {
        let Foundation { store, secret, pepper, link_base, link_capitals, clock, counting } = foundation;
        let premises = Premises { store, link_base, link_capitals, clock, counting };
        Self::prepare(premises, bounds).await?.start(secret, pepper).await
    }

    /// Does what needs no installation: adopts the link base, opens the journal, starts the threads that draw.
    pub async fn prepare(premises: Premises, bounds: Bounds) -> Result<Preparation, SystemError> {
        let Premises { store, link_base, link_capitals, clock, counting } = premises;
        let link_base: LinkBaseId = store.adopt_link_base(&link_base).await?;
        let link_bases = LinkBases::load(store.clone(), clock.clone()).await?;
        let root = Root::new(clock.clone())?;
        let rendering =
            RenderingSeed::new(bounds.render_threads, bounds.rendering_batches, bounds.rendering_queue)?;
        let scans = counting.open(store.clone(), clock.clone(), &link_bases.all())?;
        let link_bases = (link_bases, link_capitals);
        let premises = (store, clock);
        Ok(Preparation { premises, link_base, link_bases, root, rendering, scans, bounds })
    }

    /// What a worker needs.
    pub const fn handles(&self) -> &Handles {
        &self.handles
    }

    /// Stops all actors after what is queued was handled, and what is counted was written. Workers have ended.
    pub async fn stop(self, deadline: Duration) -> Result<(), StopError> {
        if let Err(error) = self.handles.scans.finish(deadline / 2).await {
            tracing::warn!(%error, "scans wait in the journal until the next start");
        }
        self.root.stop(deadline / 2).await
    }
}

impl Preparation {
    /// Starts all actors; each is built when this returns.
    pub async fn start(self, secret: InstallationSecret, pepper: Pepper) -> Result<System, SystemError> {
        let Self { premises, link_base, link_bases, mut root, rendering, scans, bounds } = self;
        let (store, clock) = premises;
        let published = Published::new((bounds.cached_links, bounds.cached_links_bytes), store.is_shared());
        let accounts = AccountView::default();

        let shared = store.shared_buckets();
        let limiter = LimiterSeed { clock: clock.clone(), capacity: bounds.limited_callers, shared };
        let limiter =
            LimiterHandle::new(root.start::<Limiter>(Spec::new("limiter", bounds.queue), limiter).await?);
        let codes = CodesSeed {
            store: store.clone(),
            code_ids: secret.code_ids(),
            link_base,
            clock: clock.clone(),
            published: published.clone(),
        };
        let codes = CodesHandle::new(root.start::<Codes>(Spec::new("codes", bounds.queue), codes).await?);
        let keyring = KeyRingSeed {
            store: store.clone(),
            pepper,
            clock: clock.clone(),
            view: accounts.clone(),
            codes: codes.clone(),
            last_known: LastKnown::default(),
        };
        let keyring =
            KeyRingHandle::new(root.start::<KeyRing>(Spec::new("keyring", bounds.queue), keyring).await?);
        let rendering =
            root.start::<Rendering>(Spec::new("rendering", bounds.rendering_queue), rendering).await?;
        let rendering = RenderingHandle::new(rendering);
        let (scans, recorders) = scans;
        let scans = ScansHandle::new(root.start::<Scans>(Spec::new("scans", bounds.queue), scans).await?);
        let scan_reader = ScanReader::new(store.clone(), clock.clone());
        let permutations = (secret.short_codes(), secret.code_ids());
        let reader = CodeReader::new(store, permutations, link_bases, published, clock);
        let vitals = root.vitals();
        let handles = Handles {
            keyring,
            accounts,
            limiter,
            codes,
            reader,
            misses: Misses::new(bounds.misses_per_minute, bounds.followed_links),
            rendering,
            scans,
            scan_reader,
            recorders,
            vitals,
        };
        Ok(System { root, handles })
    }
}
