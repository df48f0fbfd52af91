//! What the files may take together.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes that may be taken, and those that are.
#[derive(Clone, Debug)]
pub(super) struct Space {
    taken: Arc<AtomicU64>,
    total: u64,
}

/// Some bytes of a [`Space`], given back when dropped.
#[derive(Debug)]
pub(super) struct Taken {
    from: Arc<AtomicU64>,
    bytes: u64,
}

impl Space {
    pub(super) fn new(total: u64) -> Self {
        Self { taken: Arc::default(), total }
    }

    /// Takes `bytes`, if so many are left.
    pub(super) fn take(&self, bytes: u64) -> Option<Taken> {
        let sum = |taken: u64| taken.checked_add(bytes).filter(|sum| *sum <= self.total);
        self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, sum).ok()?;
        Some(Taken { from: self.taken.clone(), bytes })
    }

    /// Takes `bytes` that are there already, whether they are left or not.
    pub(super) fn take_anyway(&self, bytes: u64) -> Taken {
        self.taken.fetch_add(bytes, Ordering::Relaxed);
        Taken { from: self.taken.clone(), bytes }
    }

    pub(super) fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.from.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}
