//! What one worker writes.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crossbeam::queue::ArrayQueue;
use ezqr_schema::scan::{Epoch, Scan};

use super::file::Writer;
use super::header;
use super::record::Record;
use super::shared::{Current, Shared};

/// Files a lane may be done with before the owner takes them from it.
const RETIRED: usize = 8;

/// Why a scan was not written. It is lost, and to be counted as such; the visitor is served.
#[derive(Debug, thiserror::Error)]
pub enum Dropped {
    /// No epoch has begun, or the last is over.
    #[error("there is no epoch of scans")]
    NoEpoch,
    /// The lane has no file with room: the owner is behind, the journal is as large as it may be, or the disk
    /// is full.
    #[error("the journal of scans has no room")]
    NoSpare,
    /// Writing failed, where files are not mapped.
    #[error("the journal of scans was not written: {0}")]
    NotWritten(io::Error),
}

/// A worker's own journal: made by [`Lanes::attach`](super::Lanes::attach) on the worker's thread, used there
/// alone, ended by dropping it.
#[derive(Debug)]
pub struct Lane {
    shared: Arc<Shared>,
    state: Arc<LaneState>,
    /// The number of the epoch it turned to last; 0 before the first.
    number: u64,
    /// What it writes into.
    epoch: Option<Epoch>,
    /// What the checksums of its records start from.
    seed: u32,
    writer: Option<Writer>,
}

/// What a lane shares with the owner.
#[derive(Debug)]
pub(super) struct LaneState {
    /// Everything it writes from now on belongs to an epoch of at least this number.
    turned: AtomicU64,
    /// Nothing will be written any more.
    ended: AtomicBool,
    /// A file made ahead.
    pub(super) spare: ArrayQueue<Writer>,
    /// A spare is being made.
    pub(super) ordered: AtomicBool,
    /// Files it is done with. The owner drops them, because unmapping takes its time.
    pub(super) retired: ArrayQueue<Writer>,
}

impl LaneState {
    pub(super) fn new() -> Self {
        Self {
            turned: AtomicU64::new(0),
            ended: AtomicBool::new(false),
            spare: ArrayQueue::new(1),
            ordered: AtomicBool::new(false),
            retired: ArrayQueue::new(RETIRED),
        }
    }

    /// Says, before anybody knows the lane, that it writes nothing of an epoch before `number`.
    pub(super) fn begin_at(&self, number: u64) {
        self.turned.store(number, Ordering::Release);
    }

    /// Whether it writes nothing more of the epoch `number` and those before.
    pub(super) fn is_past(&self, number: u64) -> bool {
        self.turned.load(Ordering::Acquire) > number || self.has_ended()
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }
}

impl Lane {
    pub(super) fn new(shared: Arc<Shared>, state: Arc<LaneState>) -> Self {
        Self { shared, state, number: 0, epoch: None, seed: 0, writer: None }
    }

    /// Writes one scan into the current epoch. Once this is `Ok`, the scan survives the process; a loss of power
    /// it survives from the next sync on.
    ///
    /// Takes no lock, allocates nothing, and calls the system only where files are not mapped.
    pub fn append(&mut self, scan: &Scan<'_>) -> Result<(), Dropped> {
        self.turn();
        let Some(epoch) = self.epoch else { return Err(Dropped::NoEpoch) };
        let record = Record::of(scan, self.seed);
        let bytes = record.as_bytes().len() as u64;
        let writer = match &mut self.writer {
            Some(writer) if writer.has_room(bytes) => writer,
            _ => self.next_writer(epoch)?,
        };
        writer.append(&record).map_err(Dropped::NotWritten)
    }

    /// Turns to the current epoch, if it is another. A worker calls it about once a second, so that an epoch
    /// comes to its end on workers that nobody visits, too.
    pub fn turn(&mut self) {
        if self.shared.current_number() == self.number {
            return;
        }
        let Current { number, epoch } = self.shared.current();
        self.number = number;
        self.epoch = epoch;
        self.seed = epoch.map_or(0, header::seed);
        match epoch {
            // What fails here fails again with the next scan, which tells.
            Some(epoch) => drop(self.next_writer(epoch)),
            None => self.writer.take().map_or((), |writer| self.retire(writer)),
        }
        self.state.turned.store(number, Ordering::Release);
    }

    /// Gives another file to the epoch. One without a record goes along; one with records stays where it is.
    fn next_writer(&mut self, epoch: Epoch) -> Result<&mut Writer, Dropped> {
        let empty = match self.writer.take() {
            Some(writer) if writer.is_empty() => Some(writer),
            Some(writer) => {
                self.retire(writer);
                None
            }
            None => None,
        };
        let mut writer = empty.or_else(|| self.state.spare.pop()).ok_or(Dropped::NoSpare)?;
        if let Err(failed) = writer.begin(self.number, epoch) {
            self.retire(writer);
            return Err(Dropped::NotWritten(failed));
        }
        Ok(self.writer.insert(writer))
    }

    fn retire(&self, writer: Writer) {
        // With the queue full it is dropped here: late is better than never.
        drop(self.state.retired.push(writer));
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.writer = None;
        self.state.ended.store(true, Ordering::Release);
    }
}
