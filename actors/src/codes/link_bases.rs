//! The link bases codes were minted with.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use ezqr_schema::{Clock, LinkBase, LinkBaseId};
use ezqr_store::{CodeStore as _, InstallationStore as _, ReadError, Store};

/// How old the list may be where it decides what is refused: another node may adopt a link base at any time.
const RECENT: Duration = Duration::from_secs(60);

/// Texts of link bases by number. Few, and only ever added to.
#[derive(Clone)]
pub struct LinkBases {
    store: Store,
    clock: Clock,
    shared: Arc<Shared>,
}

struct Shared {
    known: ArcSwap<HashMap<LinkBaseId, LinkBase>>,
    /// When the list was last asked for, in milliseconds on the monotonic clock.
    asked_at: AtomicU64,
}

impl LinkBases {
    /// Reads all of them.
    pub async fn load(store: Store, clock: Clock) -> Result<Self, ReadError> {
        let asked_at = AtomicU64::new(milliseconds(clock.monotonic()));
        let known = ArcSwap::from_pointee(read(&store).await?);
        Ok(Self { store, clock, shared: Arc::new(Shared { known, asked_at }) })
    }

    /// All that are known.
    pub(crate) fn all(&self) -> Vec<LinkBase> {
        self.shared.known.load().values().cloned().collect()
    }

    /// All that there were a minute ago at most, whichever node adopted them; or all that are known, while a
    /// shared store does not tell.
    pub(crate) async fn recent(&self) -> Vec<LinkBase> {
        if self.store.is_shared() && self.is_due() {
            match read(&self.store).await {
                Ok(known) => self.shared.known.store(Arc::new(known)),
                Err(error) => tracing::debug!(%error, "link bases are taken as last known"),
            }
        }
        self.all()
    }

    /// Whether the list is old: told to one of all who ask at once.
    fn is_due(&self) -> bool {
        let (asked_at, now) =
            (self.shared.asked_at.load(Ordering::Relaxed), milliseconds(self.clock.monotonic()));
        let claim =
            || self.shared.asked_at.compare_exchange(asked_at, now, Ordering::Relaxed, Ordering::Relaxed);
        now.saturating_sub(asked_at) >= milliseconds(RECENT) && claim().is_ok()
    }

    /// The text of `id`. One this process has not seen was adopted by another since; then the store is read.
    pub async fn get(&self, id: LinkBaseId) -> Result<LinkBase, ReadError> {
        if let Some(base) = self.shared.known.load().get(&id) {
            return Ok(base.clone());
        }
        let known = read(&self.store).await?;
        let base = known.get(&id).cloned();
        self.shared.known.store(Arc::new(known));
        base.ok_or_else(|| ReadError::Corrupt(format!("there is no link base {}", id.0)))
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

async fn read(store: &Store) -> Result<HashMap<LinkBaseId, LinkBase>, ReadError> {
    Ok(store.link_bases().await?.into_iter().collect())
}
