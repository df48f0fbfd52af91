//! How many batches of counts one process has under way.
//!
//! Servers shed nothing by themselves, so who flushes many pages at once holds back: half as many when one of
//! them is not answered in time, one more a second while they are (additive increase, multiplicative decrease:
//! Chiu and Jain, "Analysis of the increase and decrease algorithms for congestion avoidance", 1989).

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

const START: usize = 64;
const LEAST: usize = 4;
/// Half of what the driver writes at once: the rest is for codes.
pub(super) const MOST: usize = 128;
/// What those under way share; divided by how many may be, the part of each.
const WHOLE: usize = 1 << 20;
/// The number changes once in this time at most: all that are under way fail together.
const INTERVAL: Duration = Duration::from_secs(1);

/// Bounds the batches under way, by how the servers take them.
#[derive(Debug)]
pub(in crate::scylla) struct Throttle {
    limit: AtomicUsize,
    /// When the limit changed last, in milliseconds of the monotonic clock.
    changed_ms: AtomicU64,
    whole: Semaphore,
}

impl Default for Throttle {
    fn default() -> Self {
        Self { limit: AtomicUsize::new(START), changed_ms: AtomicU64::new(0), whole: Semaphore::new(WHOLE) }
    }
}

impl Throttle {
    /// Waits until one more may be under way; `None` never comes.
    pub(super) async fn enter(&self) -> Option<SemaphorePermit<'_>> {
        let part = WHOLE / self.limit.load(Ordering::Relaxed).clamp(LEAST, MOST);
        self.whole.acquire_many(u32::try_from(part).unwrap_or(u32::MAX)).await.ok()
    }

    /// One was acknowledged.
    pub(super) fn raise(&self, now: Duration) {
        self.change(now, |limit| limit.saturating_add(1).min(MOST));
    }

    /// One was not answered in time, or refused for too many.
    pub(super) fn halve(&self, now: Duration) {
        self.change(now, |limit| (limit / 2).max(LEAST));
    }

    fn change(&self, now: Duration, to: impl Fn(usize) -> usize) {
        let now = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        let interval = u64::try_from(INTERVAL.as_millis()).unwrap_or(u64::MAX);
        let is_due = |last: u64| (now.saturating_sub(last) >= interval).then_some(now);
        // Of several that come at once one changes it.
        if self.changed_ms.fetch_update(Ordering::Relaxed, Ordering::Relaxed, is_due).is_ok() {
            let _ = self.limit.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |limit| Some(to(limit)));
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    /// How many may be under way at once.
    fn room(throttle: &Throttle) -> usize {
        let permits: Vec<_> = std::iter::from_fn(|| throttle.enter().now_or_never().flatten()).collect();
        permits.len()
    }

    #[test]
    fn it_halves_at_most_once_a_second_and_recovers_by_one() {
        let throttle = Throttle::default();
        let second = Duration::from_secs;
        assert_eq!(room(&throttle), 64);
        for _ in 0..5 {
            throttle.halve(second(10));
        }
        assert_eq!(room(&throttle), 32, "all that were under way failed together");
        throttle.halve(second(11));
        assert_eq!(room(&throttle), 16);
        for millis in [11_500, 12_000, 12_100, 12_999, 13_000] {
            throttle.raise(Duration::from_millis(millis));
        }
        assert_eq!(room(&throttle), 18);
    }

    #[test]
    fn it_stays_within_bounds() {
        let throttle = Throttle::default();
        for moment in 1..50 {
            throttle.halve(Duration::from_secs(moment));
        }
        assert_eq!(room(&throttle), LEAST);
        for moment in 50..1_000 {
            throttle.raise(Duration::from_secs(moment));
        }
        assert_eq!(room(&throttle), MOST);
    }
}
