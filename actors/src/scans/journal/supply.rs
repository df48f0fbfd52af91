//! Making files ahead.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::file::{JournalFile, Target, Writer};
use super::lane::LaneState;
use super::map::Map;
use super::shared::Shared;
use super::space::Taken;

/// The files may not take more together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full;

/// A spare to be made for one lane.
#[derive(Debug)]
pub(super) struct Order {
    shared: Arc<Shared>,
    lane: Arc<LaneState>,
    space: Option<Taken>,
}

impl Order {
    /// An order for a lane that has no spare and no order.
    pub(super) fn of(shared: &Arc<Shared>, lane: &Arc<LaneState>) -> Result<Self, Full> {
        let space = shared.space.take(shared.options.file_bytes).ok_or(Full)?;
        lane.ordered.store(true, Ordering::Relaxed);
        Ok(Self { shared: shared.clone(), lane: lane.clone(), space: Some(space) })
    }

    /// Makes the file and gives it to the lane. Blocks.
    pub(super) fn fill(mut self) -> io::Result<()> {
        let Some(space) = self.space.take() else { return Ok(()) };
        let (shared, bytes) = (&self.shared, self.shared.options.file_bytes);
        let number = shared.next_file.fetch_add(1, Ordering::Relaxed);
        let (path, file) = shared.directory.create(number)?;
        let map = if shared.options.mapped {
            usize::try_from(bytes).map_err(io::Error::other).and_then(|size| Map::allocate(&file, size))
        } else {
            Ok(None)
        };
        let target = match map {
            Ok(map) => map.map_or(Target::Written, Target::Mapped),
            Err(failed) => {
                // What could not be made must not stay: on a full disk it may be most of the file.
                fs::remove_file(&path)?;
                return Err(failed);
            }
        };
        let file = Arc::new(JournalFile::spare(number, path, file, space));
        shared.registry().files.push(file.clone());
        // The queue is empty: a lane has one order at a time, and only when it has no spare.
        drop(self.lane.spare.push(Writer::new(file, target, bytes)));
        Ok(())
    }
}

impl Drop for Order {
    fn drop(&mut self) {
        self.lane.ordered.store(false, Ordering::Release);
    }
}

/// Spares to be made, and files to be let go of: work for a thread that may block.
#[derive(Debug, Default)]
pub struct Supply {
    orders: Vec<Order>,
    /// Done with: to be unmapped.
    retired: Vec<Writer>,
    /// Never used, and not wanted any more.
    unused: Vec<PathBuf>,
    /// Lanes that get no spare, because the files may not take more together.
    refused: usize,
}

/// What became of a [`Supply`].
#[derive(Debug, Default)]
pub struct Supplied {
    /// Files made.
    pub made: usize,
    /// Lanes that got no spare, because the files may not take more together.
    pub refused: usize,
    /// Why some could not be made, if so.
    pub failure: Option<io::Error>,
}

impl Supply {
    /// What the lanes want now.
    pub(super) fn of(shared: &Arc<Shared>) -> Self {
        let mut supply = Self::default();
        let mut registry = shared.registry();
        registry.lanes.retain(|lane| supply.look_after(shared, lane));
        let unused = supply.retired.iter().filter(|writer| writer.file.written().0 == 0);
        let unused: Vec<_> = unused.map(|writer| writer.file.clone()).collect();
        registry.files.retain(|file| !unused.iter().any(|unused| unused.number == file.number));
        supply.unused = unused.into_iter().map(|file| file.path.clone()).collect();
        supply
    }

    /// Adds what one lane wants; false when that was the last.
    fn look_after(&mut self, shared: &Arc<Shared>, lane: &Arc<LaneState>) -> bool {
        // In this order: what an order made is there before the order is gone, and a lane retires nothing after
        // its end.
        let (is_ordered, has_ended) = (lane.ordered.load(Ordering::Acquire), lane.has_ended());
        self.retired.extend(std::iter::from_fn(|| lane.retired.pop()));
        if has_ended {
            self.retired.extend(lane.spare.pop());
            return is_ordered;
        }
        if !is_ordered && lane.spare.is_empty() {
            match Order::of(shared, lane) {
                Ok(order) => self.orders.push(order),
                Err(Full) => self.refused += 1,
            }
        }
        true
    }

    /// Whether there is nothing to do.
    pub const fn is_empty(&self) -> bool {
        self.orders.is_empty() && self.retired.is_empty()
    }

    /// Does it. Blocks, some milliseconds a file.
    pub fn run(self) -> Supplied {
        let mut supplied = Supplied { refused: self.refused, ..Supplied::default() };
        for order in self.orders {
            match order.fill() {
                Ok(()) => supplied.made += 1,
                Err(failed) => supplied.failure = Some(failed),
            }
        }
        drop(self.retired);
        for path in self.unused {
            if let Err(failed) = fs::remove_file(&path) {
                supplied.failure = Some(failed);
            }
        }
        supplied
    }
}
