//! Whether the store answers.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::failure::away;
use crate::Unavailable;

/// So many statements in a row without an answer mean that the store is away.
const MISSES: u32 = 8;

/// Whether the store answers, as far as its statements tell.
///
/// While it is away nothing is sent but a probe: who asks is told at once instead of after a timeout.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    misses: AtomicU32,
    is_away: AtomicBool,
}

impl Pulse {
    /// Refuses while the store is away.
    pub(super) fn check(&self) -> Result<(), Unavailable> {
        if self.is_away() { Err(away()) } else { Ok(()) }
    }

    pub(super) fn is_away(&self) -> bool {
        self.is_away.load(Ordering::Acquire)
    }

    /// A statement was answered.
    pub(super) fn answered(&self) {
        if self.misses.load(Ordering::Relaxed) > 0 {
            self.misses.store(0, Ordering::Relaxed);
        }
        if self.is_away.load(Ordering::Relaxed) && self.is_away.swap(false, Ordering::AcqRel) {
            tracing::info!("the store answers again");
        }
    }

    /// A statement was not answered.
    pub(super) fn missed(&self) {
        let misses = self.misses.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        if misses >= MISSES && !self.is_away.swap(true, Ordering::AcqRel) {
            tracing::warn!("the store does not answer");
        }
    }
}
