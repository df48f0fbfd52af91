//! Writing what is counted: when, and in which order.

use std::time::Duration;

use ezqr_schema::scan::Day;
use ezqr_schema::wire::scans::WINDOW_DAYS;
use ezqr_store::{CodeStore as _, WriteError};
use tokio::time::sleep;

use crate::kernel::Reply;

use super::actor::Scans;
use super::flush::{SLICE, Slice, write_visitors};
use super::roll_up::{DAY_DAYS, forget, roll_up};

/// After a flush that failed, so long nothing is written.
const PAUSE: Duration = Duration::from_secs(2);
/// How long the end of the process waits before it looks again whether a flush under way is done.
const TURN: Duration = Duration::from_millis(10);
/// A clock that was set by more than this, in milliseconds, tells nothing of age.
const MOST_SET_MS: u64 = 3_600 * 1_000;
/// How often days are computed, and first after a start.
const ROLL_UP_EVERY: Duration = Duration::from_secs(600);
const FIRST_ROLL_UP: Duration = Duration::from_secs(30);

/// Flushes, counted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flushes {
    begun: u64,
    is_under_way: bool,
    /// The last that wrote all visitors there were when it began.
    visitors_written: u64,
    next_at: Duration,
    not_before: Duration,
}

impl Flushes {
    /// How many have begun.
    pub(super) const fn begun(&self) -> u64 {
        self.begun
    }

    /// The last that wrote all visitors there were when it began.
    pub(super) const fn visitors_written(&self) -> u64 {
        self.visitors_written
    }
}

impl Scans {
    /// On a shared store, what was acknowledged may be lost when all its servers lose power within seconds.
    pub(super) fn is_written_again(&self) -> bool {
        self.seed.store.is_shared() && !self.is_finishing
    }

    /// Writes what is counted when it is time, and what is over at once.
    pub(super) fn flush_if_due(&mut self) -> Reply<Self, ()> {
        let now = self.seed.clock.monotonic();
        if self.flushes.is_under_way || now < self.flushes.not_before {
            return Reply::now(());
        }
        let is_whole = now >= self.flushes.next_at;
        if !is_whole && !self.epochs.has_unwritten_end() {
            return Reply::now(());
        }
        if is_whole {
            self.flushes.next_at = now + self.seed.bounds.flush_every;
        }
        self.flush(is_whole)
    }

    /// Writes what is counted, all or what is over alone; and all visitors.
    pub(super) fn flush(&mut self, is_whole: bool) -> Reply<Self, ()> {
        self.flushes.begun += 1;
        self.flushes.is_under_way = true;
        self.epochs.begin_flush(is_whole);
        self.flush_rows()
    }

    fn flush_rows(&mut self) -> Reply<Self, ()> {
        let rows = self.epochs.next_rows(SLICE);
        if rows.is_empty() {
            return self.flush_visitors();
        }
        let (store, now) = (self.seed.store.clone(), self.seed.clock.now());
        let slice = Slice::new(rows, &self.noted, now);
        Reply::then(async move { slice.write(&store).await }, move |scans: &mut Self, written| {
            scans.noted.remember(&written.noted, now);
            if written.noted.iter().any(|(day, _)| *day < Day::of(now)) {
                // A day that may have been computed: reports of it are not to wait.
                scans.rolled_up_at = None;
            }
            let is_hopeless = written.rows.is_empty();
            for (epoch, rows) in written.rows {
                scans.epochs.acknowledge(epoch, &rows);
            }
            match written.failure {
                Some(error) if is_hopeless => {
                    scans.epochs.cut_flush();
                    scans.end_flush(Some(&error))
                }
                failure => {
                    scans.tell_failure(
                        "some counts of scans were not written",
                        failure.as_ref().map(|error| error as _),
                    );
                    scans.flush_rows()
                }
            }
        })
    }

    fn flush_visitors(&mut self) -> Reply<Self, ()> {
        let rows = self.visitors.dirty(SLICE);
        if rows.is_empty() {
            return self.end_flush(None);
        }
        let (store, run) = (self.seed.store.clone(), self.visitors.run());
        Reply::then(
            async move { write_visitors(&store, rows).await },
            move |scans: &mut Self, (written, failure)| {
                scans.visitors.acknowledge(run, &written);
                if let Some(error) = failure {
                    scans.visitors.cut_round();
                    return scans.end_flush(Some(&error));
                }
                scans.flush_visitors()
            },
        )
    }

    fn end_flush(&mut self, failure: Option<&WriteError>) -> Reply<Self, ()> {
        self.flushes.is_under_way = false;
        let what = "counts of scans are not written; they are kept in the journal";
        self.tell_failure(what, failure.map(|error| error as _));
        if failure.is_some() {
            self.flushes.not_before = self.seed.clock.monotonic() + PAUSE;
        } else {
            self.flushes.visitors_written = self.flushes.begun;
        }
        // What is written need not be kept: later visitors are merged with it by whoever reads.
        if self.visitors.bytes() >= self.seed.bounds.visitor_bytes() / 4 * 3 {
            self.begin_run();
        }
        if self.is_finishing { self.settle() } else { Reply::now(()) }
    }

    /// Reads and writes everything, when no worker counts any more, and removes the files of what is written.
    pub(super) fn finish(&mut self) -> Reply<Self, ()> {
        self.is_finishing = true;
        self.journal.end();
        self.finish_on()
    }

    fn finish_on(&mut self) -> Reply<Self, ()> {
        if self.flushes.is_under_way || self.read() {
            return Reply::then(sleep(TURN), |scans: &mut Self, ()| scans.finish_on());
        }
        self.end_epochs();
        self.flush(true)
    }

    /// Computes what is due and forgets what is kept long enough, when it is time; first what an earlier run
    /// left is counted.
    pub(super) fn roll_up_if_due(&mut self) -> Reply<Self, ()> {
        let now = self.seed.clock.monotonic();
        let is_due = self.rolled_up_at.map_or(now >= FIRST_ROLL_UP, |last| now >= last + ROLL_UP_EVERY);
        if !is_due || self.replaying.is_some() {
            return Reply::now(());
        }
        self.rolled_up_at = Some(now);
        let (store, clock) = (self.seed.store.clone(), self.seed.clock.clone());
        let is_steady = self.is_clock_steady();
        if is_steady {
            self.expire();
        }
        // A shared store forgets windows by itself; in one's own a day waits until it was computed.
        let days = if store.is_shared() { WINDOW_DAYS } else { DAY_DAYS };
        Reply::later(async move {
            let rolled = roll_up(&store, &clock, days).await;
            if let Some(error) = &rolled.reason {
                tracing::warn!(%error, failures = rolled.failures, "days of scans were not computed; they stay due");
            }
            if is_steady
                && rolled.failures == 0
                && let Err(error) = forget(&store, &clock).await
            {
                tracing::warn!(%error, "old counts of scans were not forgotten");
            }
        })
    }

    /// Whether the wall clock ran as time did: by one that was set, nothing is taken for old.
    fn is_clock_steady(&mut self) -> bool {
        let now = (self.seed.clock.now(), self.seed.clock.monotonic());
        let (wall, monotonic) = std::mem::replace(&mut self.compared_at, now);
        let passed = i64::try_from(now.1.saturating_sub(monotonic).as_millis()).unwrap_or(i64::MAX);
        let told = now.0.as_millis() - wall.as_millis();
        told.abs_diff(passed) < MOST_SET_MS
    }
}
