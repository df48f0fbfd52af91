//! Reading the journals: of the workers as they write, and of earlier runs.

use std::io;
use std::time::Duration;

use ezqr_schema::scan::{Day, Epoch, EpochId, Scan};
use ezqr_schema::{Sequence, Timestamp};
use tokio::task::{spawn_blocking, yield_now};

use crate::kernel::Reply;

use super::Live;
use super::actor::{Scans, Whose};
use super::epochs::Epochs;
use super::journal::{Positions, Progress, Removal};
use super::tallies::RunVisitors;

/// Bytes read before others get their turn: some 10 ms of work.
const READ_BYTES: u64 = 512 << 10;
/// How many times [`ScanBounds::memory_keys`](super::ScanBounds::memory_keys) the epochs in memory may have
/// before the oldest wait in the journal.
const EPOCHS_IN_MEMORY: usize = 2;
/// Days after which an epoch of an earlier run is not counted any more: fewer than the store keeps windows.
pub const REPLAY_DAYS: u32 = 30;
/// How long a report waits for what an earlier run left.
const REPLAY_PATIENCE: Duration = Duration::from_secs(2);

/// Stretches of a journal that hold no record.
const DAMAGED_TOTAL: &str = "ezqr_scans_journal_damaged_total";
/// Scans that count without a visitor, because there was no memory for one.
const WITHOUT_VISITOR_TOTAL: &str = "ezqr_scans_without_visitor_total";

impl Scans {
    /// Reads until nothing is left to read; others get their turn in between.
    pub(super) fn read_on(&mut self) -> Reply<Self, ()> {
        // Here and not once a beat: reading may take long after a start, and no window does.
        self.turn_if_due();
        if self.read() | self.replay() {
            return Reply::then(yield_now(), |scans: &mut Self, ()| scans.read_on());
        }
        self.settle()
    }

    /// Catches up with what the workers have written by now, and answers what is counted of `whose`.
    pub(super) fn catch_up_for(&mut self, whose: Whose) -> Reply<Self, Live> {
        let patience = self.seed.clock.monotonic() + REPLAY_PATIENCE;
        let positions = self.journal.positions();
        self.catch_up(positions, patience, whose)
    }

    fn catch_up(&mut self, positions: Positions, patience: Duration, whose: Whose) -> Reply<Self, Live> {
        let has_more = self.read() && !self.journal.has_read(&positions);
        if has_more || (self.seed.clock.monotonic() < patience && self.replay()) {
            return Reply::then(yield_now(), move |scans: &mut Self, ()| {
                scans.catch_up(positions, patience, whose)
            });
        }
        Reply::now(self.live(&whose))
    }

    fn live(&self, whose: &Whose) -> Live {
        match whose {
            Whose::Codes(codes) => self.live_of(codes),
            Whose::Pages(pages) => self.live_of(&Epochs::codes_of(pages)),
        }
    }

    fn live_of(&self, codes: &[Sequence]) -> Live {
        let days = Day::of(Timestamp::EPOCH)..=Day::of(Timestamp::MAX);
        let visitors = codes.iter().flat_map(|code| self.visitors.of(*code, days.clone())).collect();
        Live { windows: self.epochs.of_codes(codes), visitors }
    }

    /// Reads on in the files of this run; whether there is more.
    pub(super) fn read(&mut self) -> bool {
        let Self { journal, epochs, visitors, .. } = self;
        let progress = journal.read(READ_BYTES, |epoch, scan| count(epochs, visitors, epoch, &scan));
        self.note(&progress)
    }

    /// Reads on in what an earlier run left, one epoch after the other, as far as there is memory; whether there
    /// is more.
    fn replay(&mut self) -> bool {
        let Some(epoch) = self.replaying.or_else(|| self.next_to_replay()) else { return false };
        self.replaying = Some(epoch);
        let Self { journal, epochs, visitors, .. } = self;
        let progress = journal.replay(epoch, READ_BYTES, |epoch, scan| count(epochs, visitors, epoch, &scan));
        let has_failed = progress.failure.is_some();
        if self.note(&progress) {
            return true;
        }
        if has_failed {
            // It stays as it is, neither written nor removed, until the next start; the others go on.
            self.replaying = None;
            return false;
        }
        self.epochs.end(epoch, self.flushes.begun());
        self.replaying = None;
        !self.journal.remains().is_empty()
    }

    fn next_to_replay(&mut self) -> Option<EpochId> {
        // Room for a whole one: else it would be let go as soon as it is read.
        if self.epochs.keys() >= self.seed.bounds.memory_keys {
            return None;
        }
        let waiting = self.journal.remains().into_iter().map(|remains| remains.epoch);
        let oldest = self.oldest_counted();
        let epoch = waiting
            .filter(|epoch| epoch.window.day() >= oldest)
            .find(|epoch| !self.epochs.holds(epoch.id))?;
        self.epochs.replay(epoch);
        Some(epoch.id)
    }

    /// Tells what went wrong; whether there is more to read.
    fn note(&mut self, progress: &Progress) -> bool {
        if progress.damaged > 0 {
            metrics::counter!(DAMAGED_TOTAL).increment(progress.damaged);
            tracing::warn!(
                stretches = progress.damaged,
                "a journal of scans is damaged; what could not be read is lost"
            );
        }
        let failure = progress.failure.as_ref().map(|error| error as _);
        self.tell_failure("a journal of scans cannot be read", failure);
        progress.has_more
    }

    /// Ends the epochs whose last scan was read, and removes the files of those that are written.
    pub(super) fn settle(&mut self) -> Reply<Self, ()> {
        self.end_epochs();
        let (now, again) = (self.seed.clock.monotonic(), self.is_written_again());
        for epoch in self.epochs.take_finished(now, self.flushes.visitors_written(), again) {
            self.removals.extend(self.journal.remove(epoch));
        }
        while self.epochs.keys() > self.seed.bounds.memory_keys.saturating_mul(EPOCHS_IN_MEMORY)
            && let Some(epoch) = self.epochs.newest_unwritten()
            && self.journal.park(epoch)
        {
            self.epochs.let_go(epoch);
        }
        for day in self.epochs.take_rewritten() {
            self.noted.forget(day);
        }
        self.remove_files()
    }

    /// Ends the epochs whose last scan was read.
    pub(super) fn end_epochs(&mut self) {
        for epoch in self.journal.finished() {
            if self.epochs.holds(epoch.id) {
                self.epochs.end(epoch.id, self.flushes.begun());
            } else {
                self.removals.extend(self.journal.remove(epoch.id));
            }
        }
    }

    /// Sets what is too old aside: the days it belongs to are computed for good.
    pub(super) fn expire(&mut self) {
        let oldest = self.oldest_counted();
        let remains = self.journal.remains();
        for epoch in remains.into_iter().map(|remains| remains.epoch) {
            if epoch.window.day() < oldest && !self.epochs.holds(epoch.id) {
                tracing::error!(day = %epoch.window.day(), "scans are too old to be counted; `ezqr doctor` tells");
                self.removals.extend(self.journal.expire(epoch.id));
            }
        }
    }

    fn oldest_counted(&self) -> Day {
        Day::of(self.seed.clock.now()).saturating_sub(REPLAY_DAYS)
    }

    fn remove_files(&mut self) -> Reply<Self, ()> {
        let removals = std::mem::take(&mut self.removals);
        if removals.is_empty() {
            return Reply::now(());
        }
        let remove = move || removals.into_iter().map(Removal::run).fold(Ok(()), io::Result::and);
        Reply::later(async {
            if let Err(error) = blocking(remove).await {
                tracing::warn!(%error, "files of the journal of scans were not removed; the next start does it");
            }
        })
    }

    /// Makes the files that the lanes need.
    pub(super) fn supply(&mut self) -> Reply<Self, ()> {
        let supply = self.journal.supply();
        if supply.is_empty() {
            return Reply::now(());
        }
        Reply::then(blocking(move || Ok(supply.run())), |scans: &mut Self, supplied| {
            let full = || io::Error::from(io::ErrorKind::QuotaExceeded);
            let failure = match supplied {
                Ok(supplied) => supplied.failure.or_else(|| (supplied.refused > 0).then(full)),
                Err(error) => Some(error),
            };
            scans.tell_failure("no file can be made for scans", failure.as_ref().map(|error| error as _));
            Reply::now(())
        })
    }

    /// Makes what was written survive a loss of power.
    pub(super) fn sync(&mut self) -> Reply<Self, ()> {
        let syncing = self.journal.syncing();
        if syncing.is_empty() {
            return Reply::now(());
        }
        Reply::later(async {
            if let Err(error) = blocking(move || syncing.run()).await {
                tracing::error!(%error, "the journal of scans cannot be synced; a loss of power would lose scans");
            }
        })
    }

    /// Logs the first of a row of like failures.
    pub(super) fn tell_failure(
        &mut self,
        what: &'static str,
        failure: Option<&(dyn std::error::Error + 'static)>,
    ) {
        match failure {
            Some(error) if self.failing != Some(what) => {
                self.failing = Some(what);
                tracing::error!(%error, "{what}");
            }
            None if self.failing == Some(what) => self.failing = None,
            Some(_) | None => {}
        }
    }
}

fn count(epochs: &mut Epochs, visitors: &mut RunVisitors, epoch: Epoch, scan: &Scan<'_>) {
    if !epochs.add(epoch.id, scan) {
        // Of an incarnation before: read again from its first scan.
        epochs.replay(epoch);
        epochs.add(epoch.id, scan);
    }
    // Whom bots stand for is nobody's visit.
    if let Some(visitor) = scan.visitor.filter(|_| scan.reason.class().is_counted())
        && !visitors.add(epoch.window.day(), scan.sequence, visitor)
    {
        metrics::counter!(WITHOUT_VISITOR_TOTAL).increment(1);
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    spawn_blocking(work).await.unwrap_or_else(|error| Err(io::Error::other(error)))
}
