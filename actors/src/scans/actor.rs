//! The owner of scans: its state, and what moves it.

use std::sync::Arc;
use std::time::Duration;

use ezqr_schema::scan::{Epoch, EpochId, Window};
use ezqr_schema::{Clock, EntropyError, Page, Sequence, Timestamp, random_bytes};
use ezqr_store::{Store, WriteError};

use crate::kernel::{Behaviour, Message, Reply, Respond, Timers};

use super::Live;
use super::epochs::Epochs;
use super::flush::Noted;
use super::journal::{Journal, Lanes, Removal, new_epoch};
use super::salts::{PublishedSalt, Salts};
use super::tallies::RunVisitors;
use super::writing::Flushes;

/// How often the journals are read.
const READ_INTERVAL: Duration = Duration::from_millis(50);
/// How often lanes are asked whether they need a file.
const SUPPLY_INTERVAL: Duration = Duration::from_millis(100);
/// How often is looked whether something is to be written.
const FLUSH_INTERVAL: Duration = Duration::from_millis(100);
/// How often is looked whether salts are to be made or erased.
const SALT_INTERVAL: Duration = Duration::from_secs(1);
/// How often is looked whether days are to be computed.
const ROLL_UP_INTERVAL: Duration = Duration::from_secs(5);

/// An epoch with so many bytes of records ends.
const EPOCH_BYTES: u64 = 1 << 30;
/// Memory for visitors, in bytes for each of [`ScanBounds::memory_keys`].
const VISITOR_BYTES: usize = 64;

/// Bounds of the owner of scans.
#[derive(Clone, Copy, Debug)]
pub struct ScanBounds {
    /// Rows, cells and referrers of an epoch, at most: then another begins. Those of all epochs in memory are at
    /// most three times as many; what is beyond waits in the journal.
    pub memory_keys: usize,
    /// How often what is counted is written.
    pub flush_every: Duration,
    /// How often the journals are synced: what a loss of power may cost.
    pub sync_every: Duration,
}

impl ScanBounds {
    /// Bytes of memory for visitors.
    pub(super) const fn visitor_bytes(&self) -> usize {
        self.memory_keys.saturating_mul(VISITOR_BYTES)
    }
}

/// What [`Scans`] is built from.
#[derive(Clone)]
pub struct ScansSeed {
    /// Where counts are kept.
    pub(crate) store: Store,
    /// Tells the window.
    pub(crate) clock: Clock,
    /// The journal, with all that is in it: survives a restart.
    pub(crate) lanes: Lanes,
    /// Where the workers find the salt of the day.
    pub(crate) salt: PublishedSalt,
    /// What may be in memory.
    pub(crate) bounds: ScanBounds,
    /// Whether anybody counts, and visitors are to be told apart.
    pub(crate) is_on: bool,
}

/// Owns epochs, windows and the journal's files.
pub struct Scans {
    pub(super) seed: ScansSeed,
    pub(super) journal: Journal,
    pub(super) current: Epoch,
    pub(super) epochs: Epochs,
    pub(super) visitors: RunVisitors,
    pub(super) noted: Noted,
    pub(super) salts: Salts,
    /// The epoch of an earlier run that is being read.
    pub(super) replaying: Option<EpochId>,
    pub(super) flushes: Flushes,
    pub(super) rolled_up_at: Option<Duration>,
    /// Both clocks when they were last compared.
    pub(super) compared_at: (Timestamp, Duration),
    /// Files that may go.
    pub(super) removals: Vec<Removal>,
    /// No worker counts any more.
    pub(super) is_finishing: bool,
    /// What failed last time, so that it is told once.
    pub(super) failing: Option<&'static str>,
}

impl Behaviour for Scans {
    type Seed = ScansSeed;
    type BuildError = EntropyError;

    /// After a panic everything is read again from the journal, into the counts it had: epochs keep their names,
    /// the current one goes on, and rows are absolute.
    async fn build(seed: &ScansSeed) -> Result<Self, EntropyError> {
        let mut journal = Journal::of(&seed.lanes);
        let mut epochs = Epochs::default();
        let current = if let Some(epoch) = journal.current() {
            epoch
        } else {
            let epoch = new_epoch(Window::of(seed.clock.now()))?;
            journal.begin(epoch);
            epoch
        };
        epochs.begin(current);
        let mut scans = Self {
            seed: seed.clone(),
            journal,
            current,
            epochs,
            visitors: RunVisitors::new(new_run()?, seed.bounds.visitor_bytes()),
            noted: Noted::default(),
            salts: Salts::default(),
            replaying: None,
            flushes: Flushes::default(),
            rolled_up_at: None,
            compared_at: (seed.clock.now(), seed.clock.monotonic()),
            removals: Vec::new(),
            is_finishing: false,
            failing: None,
        };
        if seed.is_on {
            let salts = Salts::default().renewed(&seed.store, seed.clock.now()).await;
            scans.adopt_salts(salts);
        }
        Ok(scans)
    }

    fn timers(&self, timers: &mut Timers<Self>) {
        timers.every(READ_INTERVAL, Beat::Read);
        timers.every(SUPPLY_INTERVAL, Beat::Supply);
        timers.every(self.seed.bounds.sync_every, Beat::Sync);
        timers.every(FLUSH_INTERVAL, Beat::Flush);
        if self.seed.is_on {
            timers.every(SALT_INTERVAL, Beat::Salt);
        }
        timers.every(ROLL_UP_INTERVAL, Beat::RollUp);
    }
}

/// A name for a run of the process, as the visitors it saw are kept under.
pub(super) fn new_run() -> Result<EpochId, EntropyError> {
    Ok(EpochId::from_random(random_bytes()?))
}

/// Whose counts are asked for.
#[derive(Debug)]
pub(super) enum Whose {
    Codes(Vec<Sequence>),
    Pages(Vec<Page>),
}

/// Asks for what is in memory, after catching up with the workers.
#[derive(Debug)]
pub(super) struct LiveOf(pub(super) Whose);

impl Message for LiveOf {
    type Reply = Live;
}

impl Respond<LiveOf> for Scans {
    fn respond(&mut self, LiveOf(whose): LiveOf) -> Reply<Self, Live> {
        self.catch_up_for(whose)
    }
}

/// Writes all there is, when no scan comes any more.
#[derive(Debug)]
pub(super) struct Finish;

impl Message for Finish {
    type Reply = ();
}

impl Respond<Finish> for Scans {
    fn respond(&mut self, _: Finish) -> Reply<Self, ()> {
        self.finish()
    }
}

/// What the owner does again and again.
#[derive(Clone, Copy)]
enum Beat {
    /// Reads on, ends epochs and lets go of files.
    Read,
    /// Gives the lanes files.
    Supply,
    /// Makes what is in the journal survive a loss of power.
    Sync,
    /// Writes what is counted, when it is time.
    Flush,
    /// Makes and erases salts.
    Salt,
    /// Computes days and months, and forgets what is kept long enough.
    RollUp,
}

impl Message for Beat {
    type Reply = ();
}

impl Respond<Beat> for Scans {
    fn respond(&mut self, beat: Beat) -> Reply<Self, ()> {
        match beat {
            Beat::Read => self.read_on(),
            Beat::Supply => self.supply(),
            Beat::Sync => self.sync(),
            Beat::Flush => self.flush_if_due(),
            Beat::Salt => self.renew_salts(),
            Beat::RollUp => self.roll_up_if_due(),
        }
    }
}

impl Scans {
    /// Begins another epoch when the current one is over: its window is, or it holds as much as it may.
    pub(super) fn turn_if_due(&mut self) {
        let window = Window::of(self.seed.clock.now());
        let id = self.current.id;
        if self.is_finishing {
            return;
        }
        if window != self.current.window
            || self.journal.bytes(id) >= EPOCH_BYTES
            || self.epochs.keys_of(id) >= self.seed.bounds.memory_keys
        {
            self.turn(window);
        }
    }

    /// Begins another epoch.
    fn turn(&mut self, window: Window) {
        // Without randomness the old one goes on: its scans are counted, if in a window too early.
        let Ok(epoch) = new_epoch(window) else { return };
        let before = std::mem::replace(&mut self.current, epoch);
        self.publish_salt();
        self.journal.begin(epoch);
        self.epochs.begin(epoch);
        self.noted.forget_past(self.seed.clock.now());
        if epoch.window.day() != before.window.day() {
            self.begin_run();
        }
    }

    /// Lets go of visitors that the store has.
    pub(super) fn begin_run(&mut self) {
        if let Ok(run) = new_run() {
            self.visitors.begin_run(run);
        }
    }

    fn renew_salts(&self) -> Reply<Self, ()> {
        let now = self.seed.clock.now();
        if self.salts.suffice(now) {
            return Reply::now(());
        }
        let (store, salts) = (self.seed.store.clone(), self.salts.clone());
        Reply::then(async move { salts.renewed(&store, now).await }, |scans: &mut Self, renewed| {
            scans.adopt_salts(renewed);
            Reply::now(())
        })
    }

    fn adopt_salts(&mut self, renewed: Result<Salts, WriteError>) {
        match renewed {
            Ok(salts) => {
                self.salts = salts;
                self.publish_salt();
            }
            Err(error) => tracing::warn!(%error, "scans are counted without visitors for now"),
        }
    }

    /// A worker writes no visitor under another day's salt: without the day's own, it writes none.
    fn publish_salt(&self) {
        let salt = self.salts.of(self.current.window.day()).cloned();
        self.seed.salt.store(salt.map(Arc::new));
    }
}
