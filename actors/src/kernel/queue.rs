//! The exact bound of one actor's queue.
//!
//! The capacity of an actix mailbox is no bound: every clone of an address owns a slot of its own. So each
//! message carries a permit of this queue, and the mailbox itself is left without a limit.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ezqr_schema::Clock;
use tokio::sync::{Semaphore, TryAcquireError};

use super::answer::TellError;
use super::instruments::Instruments;

pub(super) struct Queue {
    permits: Semaphore,
    capacity: u16,
    accepted: AtomicU64,
    pub(super) instruments: Instruments,
    pub(super) clock: Clock,
}

impl Queue {
    pub(super) fn new(capacity: u16, instruments: Instruments, clock: Clock) -> Self {
        let permits = Semaphore::new(usize::from(capacity));
        Self { permits, capacity, accepted: AtomicU64::new(0), instruments, clock }
    }

    /// Takes a place for one message, or refuses it; never waits.
    pub(super) fn admit(self: &Arc<Self>) -> Result<Slot, TellError> {
        match self.permits.try_acquire() {
            Ok(permit) => {
                permit.forget();
                self.accepted.fetch_add(1, Ordering::Relaxed);
                Ok(Slot::taken(self))
            }
            Err(TryAcquireError::NoPermits) => {
                self.instruments.refused.increment(1);
                Err(TellError::Refused)
            }
            Err(TryAcquireError::Closed) => Err(TellError::Stopped),
        }
    }

    /// Waits for a place, first come first served; `None` when the queue is closed. For the actor's own timers.
    pub(super) async fn wait_for_slot(self: &Arc<Self>) -> Option<Slot> {
        self.permits.acquire().await.ok()?.forget();
        Some(Slot::taken(self))
    }

    /// Waits until all that was accepted is handled. Refuses what comes meanwhile.
    pub(super) async fn drain(&self) {
        // Whoever waits for all permits is served before anyone who comes later.
        if let Ok(all) = self.permits.acquire_many(u32::from(self.capacity)).await {
            all.forget();
        }
    }

    /// Accepts nothing any more.
    pub(super) fn close(&self) {
        self.permits.close();
    }

    /// Asks and tells accepted since the start.
    pub(super) fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }
}

/// One message's place in a queue, given back when dropped.
pub(super) struct Slot(Arc<Queue>);

impl Slot {
    fn taken(queue: &Arc<Queue>) -> Self {
        queue.instruments.depth.increment(1.0);
        Self(Arc::clone(queue))
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.instruments.depth.decrement(1.0);
        self.0.permits.add_permits(1);
    }
}
