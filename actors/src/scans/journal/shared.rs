//! What the lanes and the owner have in common.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use crossbeam::utils::CachePadded;
use ezqr_schema::scan::Epoch;

use super::directory::{Directory, OpenError};
use super::file::JournalFile;
use super::lane::{Lane, LaneState};
use super::opening::{self, Opened};
use super::space::Space;
use super::supply::Order;

/// What can be chosen about a journal.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Bytes of a file: at least 4 KiB, at most 1 GiB; whole pages of 4 KiB. Values beyond are taken to the
    /// nearest. A worker takes two files at once.
    pub file_bytes: u64,
    /// Most bytes of all files together, those of earlier runs included. Beyond it no files are made, and scans
    /// are dropped.
    pub total_bytes: u64,
    /// Whether files are mapped, where the file system allocates ahead. Without, every scan costs a system
    /// call: for file systems that do not keep what they promise for a mapped file.
    pub mapped: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { file_bytes: 16 << 20, total_bytes: 4 << 30, mapped: true }
    }
}

impl Options {
    fn checked(self) -> Self {
        let file_bytes = self.file_bytes.clamp(4 << 10, 1 << 30).next_multiple_of(4 << 10);
        Self { file_bytes, ..self }
    }
}

/// An open journal: where workers get their lanes. Cheap to clone.
///
/// The directory belongs to this process until the last clone, lane and owner are gone.
#[derive(Clone, Debug)]
pub struct Lanes {
    pub(super) shared: Arc<Shared>,
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) directory: Directory,
    pub(super) options: Options,
    pub(super) space: Space,
    /// The number the next file gets.
    pub(super) next_file: AtomicU64,
    /// The number of the current epoch; 0 before the first. Set after `current`.
    number: CachePadded<AtomicU64>,
    current: ArcSwap<Current>,
    registry: Mutex<Registry>,
}

/// What lanes write into.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Current {
    /// Grows with each epoch.
    pub(super) number: u64,
    /// `None` before the first and after the last.
    pub(super) epoch: Option<Epoch>,
}

/// Everything there is. Workers never wait for it, but when they attach.
#[derive(Debug, Default)]
pub(super) struct Registry {
    pub(super) lanes: Vec<Arc<LaneState>>,
    /// In order of making.
    pub(super) files: Vec<Arc<JournalFile>>,
    /// In order of numbers, without those removed.
    pub(super) epochs: Vec<Known>,
}

/// An epoch whose files are there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) number: u64,
    pub(super) epoch: Epoch,
    /// An earlier run wrote it.
    pub(super) remains: bool,
}

impl Lanes {
    /// Opens the journal in `directory`, which is made when missing, and takes it for this process. Files of
    /// earlier runs are noted, not read; files of no use are removed or set aside. Blocks.
    pub fn open(directory: &Path, options: Options) -> Result<(Self, Opened), OpenError> {
        let options = options.checked();
        let directory = Directory::take(directory)?;
        let space = Space::new(options.total_bytes);
        let found = opening::open(&directory, &space)?;
        let shared = Shared {
            directory,
            options,
            space,
            next_file: AtomicU64::new(found.next_file),
            number: CachePadded::default(),
            current: ArcSwap::default(),
            registry: Mutex::new(found.registry),
        };
        Ok((Self { shared: Arc::new(shared) }, found.opened))
    }

    /// A lane for the worker that calls, with a first file. Blocks for some milliseconds: called once, before
    /// the worker serves. Without room for a file the lane comes without.
    pub fn attach(&self) -> Lane {
        let state = Arc::new(LaneState::new());
        let order = Order::of(&self.shared, &state);
        let mut registry = self.shared.registry();
        // What it writes is of the epoch there is, or of a later one: earlier ones do not wait for it.
        state.begin_at(self.shared.current_number());
        registry.lanes.push(state.clone());
        drop(registry);
        if let Ok(order) = order {
            // The owner orders again, and tells of failure.
            drop(order.fill());
        }
        let mut lane = Lane::new(self.shared.clone(), state);
        lane.turn();
        lane
    }
}

impl Shared {
    pub(super) fn registry(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of the current epoch, 0 before the first.
    pub(super) fn current_number(&self) -> u64 {
        self.number.load(Ordering::Acquire)
    }

    /// The current epoch. It is of the current number, or a later one.
    pub(super) fn current(&self) -> Current {
        **self.current.load()
    }

    /// Makes `epoch` the current one, under the next number.
    pub(super) fn publish(&self, epoch: Option<Epoch>) {
        let mut registry = self.registry();
        let last = registry.epochs.iter().map(|known| known.number).max();
        let number = self.current_number().max(last.unwrap_or(0)) + 1;
        registry.epochs.extend(epoch.map(|epoch| Known { number, epoch, remains: false }));
        self.current.store(Arc::new(Current { number, epoch }));
        self.number.store(number, Ordering::Release);
    }
}
