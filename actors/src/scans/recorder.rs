//! Recording scans on the worker that answers: no message, no lock, no wait.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use ezqr_schema::Sequence;
use ezqr_schema::scan::Reason;
use metrics::{Counter, counter};

use super::journal::{Dropped, Lane, Lanes};
use super::salts::PublishedSalt;
use super::visit::{Agents, Countries, Evidence, OwnHosts, Profiler};

/// Scans that were written into the journal, by class and reason.
pub const SCANS_TOTAL: &str = "ezqr_scans_total";
/// Scans that were lost, by cause.
pub const SCANS_DROPPED_TOTAL: &str = "ezqr_scans_dropped_total";

/// Makes the recorder of each worker.
#[derive(Clone)]
pub struct ScanRecorders {
    pub(super) lanes: Lanes,
    pub(super) salt: PublishedSalt,
    pub(super) agents: Agents,
    pub(super) countries: Countries,
    pub(super) own_hosts: Arc<OwnHosts>,
    /// Random, so that nobody outside can tell which agents share a place in a cache.
    pub(super) cache_key: [u8; 16],
}

impl ScanRecorders {
    /// The recorder of the thread that asks. It has a journal file of its own as long as it lives.
    pub fn attach(&self) -> ScanRecorder {
        let (agents, countries) = (self.agents.clone(), self.countries.clone());
        let profiler = Profiler::new(self.cache_key, agents, Arc::clone(&self.own_hosts), countries);
        let work = Work { lane: self.lanes.attach(), profiler };
        ScanRecorder {
            work: RefCell::new(work),
            salt: Arc::clone(&self.salt),
            counted: Reason::ALL.map(|reason| {
                let (class, reason) = (reason.class().name(), reason.name());
                counter!(SCANS_TOTAL, "class" => class, "reason" => reason)
            }),
            no_room: dropped("no_room"),
            not_written: dropped("not_written"),
        }
    }
}

impl fmt::Debug for ScanRecorders {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ScanRecorders(..)")
    }
}

/// Records the scans of one worker.
pub struct ScanRecorder {
    work: RefCell<Work>,
    salt: PublishedSalt,
    counted: [Counter; Reason::ALL.len()],
    no_room: Counter,
    not_written: Counter,
}

struct Work {
    lane: Lane,
    profiler: Profiler,
}

impl ScanRecorder {
    /// Records that the link of `sequence` was followed by whom `evidence` shows. When this returns, the scan
    /// survives the end of the process; or it is lost, counted as such, and this is false. It never fails a
    /// redirect.
    pub fn record(&self, sequence: Sequence, evidence: &Evidence<'_>) -> bool {
        let Ok(mut work) = self.work.try_borrow_mut() else {
            self.not_written.increment(1);
            return false;
        };
        let Work { lane, profiler } = &mut *work;
        let salt = self.salt.load();
        let scan = profiler.visit(evidence, salt.as_deref()).of(sequence);
        let appended = lane.append(&scan);
        match &appended {
            Ok(()) => {
                if let Some(counter) = self.counted.get(usize::from(scan.reason.number())) {
                    counter.increment(1);
                }
            }
            Err(Dropped::NoSpare | Dropped::NoEpoch) => self.no_room.increment(1),
            Err(Dropped::NotWritten(_)) => self.not_written.increment(1),
        }
        appended.is_ok()
    }

    /// Goes on to the epoch there is now: to be called several times a second, so that an epoch ends on idle
    /// workers too.
    pub fn turn(&self) {
        if let Ok(mut work) = self.work.try_borrow_mut() {
            work.lane.turn();
        }
    }
}

impl fmt::Debug for ScanRecorder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ScanRecorder(..)")
    }
}

fn dropped(cause: &'static str) -> Counter {
    counter!(SCANS_DROPPED_TOTAL, "cause" => cause)
}
