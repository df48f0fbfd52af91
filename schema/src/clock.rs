//! The only reader of the clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use crate::Timestamp;

/// Tells the wall clock and a monotonic one; handed to whoever needs time, so that tests can set it.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System { started: Instant },
    Manual(ManualClock),
}

impl Clock {
    /// The machine's clock.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    pub fn system() -> Self {
        Self(Source::System { started: Instant::now() })
    }

    /// The wall clock, in milliseconds; it may step back when the machine's clock is set.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System { .. } => system_now(),
            Source::Manual(manual) => {
                Timestamp::from_millis_clamped(manual.0.wall_ms.load(Ordering::Acquire))
            }
        }
    }

    /// Time since this clock was made; never steps back.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    pub fn monotonic(&self) -> Duration {
        match &self.0 {
            Source::System { started } => Instant::now().duration_since(*started),
            Source::Manual(manual) => Duration::from_millis(manual.0.elapsed_ms.load(Ordering::Acquire)),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
fn system_now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis_clamped(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

/// A clock that moves only when told to; its clones share one time.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<ManualTime>);

#[derive(Debug)]
struct ManualTime {
    wall_ms: AtomicI64,
    elapsed_ms: AtomicU64,
}

impl ManualClock {
    /// Stands still at `start`.
    pub fn starting_at(start: Timestamp) -> Self {
        let time = ManualTime { wall_ms: AtomicI64::new(start.as_millis()), elapsed_ms: AtomicU64::new(0) };
        Self(Arc::new(time))
    }

    /// The clock to hand out.
    pub fn clock(&self) -> Clock {
        Clock(Source::Manual(self.clone()))
    }

    /// Moves both clocks forward, in whole milliseconds.
    pub fn advance(&self, by: Duration) {
        let milliseconds = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.0.elapsed_ms.fetch_add(milliseconds, Ordering::AcqRel);
        self.0.wall_ms.fetch_add(i64::try_from(milliseconds).unwrap_or(i64::MAX), Ordering::AcqRel);
    }

    /// Sets the wall clock alone, as an administrator or a time daemon would; it may step back.
    pub fn set_wall(&self, now: Timestamp) {
        self.0.wall_ms.store(now.as_millis(), Ordering::Release);
    }
}
