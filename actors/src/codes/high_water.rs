//! How far numbers were given out.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ezqr_schema::{Clock, Sequence};
use ezqr_store::{ReadError, Unavailable};
use tokio::sync::{Mutex, Semaphore};

/// Between the beginnings of two reads: what scanners of short codes cost at most.
const INTERVAL: Duration = Duration::from_secs(1);
/// Look-ups that wait for a read; more are refused.
const WAITING: usize = 1_024;

/// The first block that was never leased: a short code from there on was never printed, so that a look-up
/// of it needs no read of codes. Published by [`Codes`](super::Codes); only grows.
///
/// Where other processes lease too, it is read again before a number is said never to have been leased. Who
/// asks drives the read, one for all who wait; if they go away, the next in line takes over.
#[derive(Clone, Debug)]
pub struct HighWater(Arc<Level>);

#[derive(Debug)]
struct Level {
    next_block: AtomicU64,
    places: Semaphore,
    /// Reads begun, in all.
    begun: AtomicU64,
    reading: Mutex<LastRead>,
}

#[derive(Debug, Default)]
struct LastRead {
    began: Option<Duration>,
    /// Which read, and how it ended.
    ended: Option<(u64, Result<(), ReadError>)>,
}

impl Default for HighWater {
    fn default() -> Self {
        Self(Arc::new(Level {
            next_block: AtomicU64::new(0),
            places: Semaphore::new(WAITING),
            begun: AtomicU64::new(0),
            reading: Mutex::default(),
        }))
    }
}

impl HighWater {
    /// Whether `sequence` may have been given out, as far as this process knows.
    pub fn covers(&self, sequence: Sequence) -> bool {
        sequence.page().block().get() < self.0.next_block.load(Ordering::Acquire)
    }

    pub(super) fn rise_to(&self, next_block: u64) {
        self.0.next_block.fetch_max(next_block, Ordering::AcqRel);
    }

    /// Whether `sequence` may have been given out by anybody before this was asked. `read` answers the first
    /// block that was never leased.
    pub(super) async fn covers_anywhere(
        &self,
        sequence: Sequence,
        clock: &Clock,
        read: impl AsyncFnOnce() -> Result<u64, ReadError>,
    ) -> Result<bool, ReadError> {
        if self.covers(sequence) {
            return Ok(true);
        }
        let level = &*self.0;
        let begun_before = level.begun.load(Ordering::Acquire);
        let _place = level.places.try_acquire().map_err(|_| too_many_wait())?;
        let mut last = level.reading.lock().await;
        if self.covers(sequence) {
            return Ok(true);
        }
        if let Some((number, outcome)) = &last.ended
            && *number > begun_before
        {
            return outcome.clone().map(|()| false);
        }
        if let Some(began) = last.began {
            tokio::time::sleep((began + INTERVAL).saturating_sub(clock.monotonic())).await;
        }
        last.began = Some(clock.monotonic());
        let number = level.begun.fetch_add(1, Ordering::AcqRel) + 1;
        let outcome = read().await.map(|next_block| self.rise_to(next_block));
        last.ended = Some((number, outcome.clone()));
        outcome.map(|()| self.covers(sequence))
    }
}

fn too_many_wait() -> ReadError {
    let reason = "too many look-ups of numbers that this process knows nothing of".to_owned();
    ReadError::Unavailable(Unavailable { reason, retry_after: INTERVAL })
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use ezqr_schema::{ManualClock, Timestamp};
    use futures_util::future::join_all;
    use tokio::sync::Notify;

    use super::*;

    /// The first number of a block.
    fn first_of(block: u64) -> Sequence {
        Sequence::new(block << 16).unwrap()
    }

    struct Fixture {
        time: ManualClock,
        high_water: HighWater,
        /// What the store tells.
        next_block: Cell<u64>,
        reads: Cell<u32>,
    }

    impl Fixture {
        fn new() -> Self {
            let high_water = HighWater::default();
            high_water.rise_to(1);
            let time = ManualClock::starting_at(Timestamp::EPOCH);
            Self { time, high_water, next_block: Cell::new(1), reads: Cell::new(0) }
        }

        async fn look_up(&self, sequence: Sequence) -> Result<bool, ReadError> {
            let read = async || {
                self.reads.set(self.reads.get() + 1);
                let told = self.next_block.get();
                tokio::task::yield_now().await;
                Ok(told)
            };
            self.high_water.covers_anywhere(sequence, &self.time.clock(), read).await
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_number_leased_elsewhere_is_found_and_one_leased_nowhere_costs_a_shared_read_a_second() {
        let fixture = Fixture::new();
        assert_eq!(fixture.look_up(first_of(0)).await, Ok(true));
        assert_eq!(fixture.reads.get(), 0, "what is known costs nothing");
        let asked = join_all((0..100).map(|_| fixture.look_up(first_of(5)))).await;
        assert!(asked.iter().all(|answer| *answer == Ok(false)));
        assert_eq!(fixture.reads.get(), 2, "one for the first, one for all who came after it had begun");
        fixture.next_block.set(6);
        let began = tokio::time::Instant::now();
        assert_eq!(fixture.look_up(first_of(5)).await, Ok(true));
        assert_eq!((fixture.reads.get(), began.elapsed()), (3, INTERVAL));
    }

    #[tokio::test(start_paused = true)]
    async fn a_read_that_began_before_the_request_decides_nothing_against_it() {
        let fixture = Fixture::new();
        let first = fixture.look_up(first_of(5));
        let second = async {
            // The first read has begun and been told 1; then another process leases.
            tokio::task::yield_now().await;
            assert_eq!(fixture.reads.get(), 1);
            fixture.next_block.set(6);
            fixture.look_up(first_of(5)).await
        };
        assert_eq!(tokio::join!(first, second), (Ok(false), Ok(true)));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_takes_over_when_the_reader_goes_away() {
        let fixture = Fixture::new();
        let never = Notify::new();
        let clock = fixture.time.clock();
        let abandoned = fixture.high_water.covers_anywhere(first_of(5), &clock, async || {
            never.notified().await;
            Ok(6)
        });
        let abandoned = tokio::time::timeout(Duration::from_millis(10), abandoned);
        let (abandoned, waiting) = tokio::join!(abandoned, fixture.look_up(first_of(7)));
        assert!(abandoned.is_err());
        assert_eq!((waiting, fixture.reads.get()), (Ok(false), 1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_read_is_told_to_all_who_wait_and_too_many_are_refused_at_once() {
        let fixture = Fixture::new();
        let (clock, reads) = (fixture.time.clock(), Cell::new(0));
        let asked = join_all((0..WAITING + 10).map(|_| {
            fixture.high_water.covers_anywhere(first_of(5), &clock, async || {
                reads.set(reads.get() + 1);
                tokio::task::yield_now().await;
                Err(ReadError::Corrupt("told to all".to_owned()))
            })
        }))
        .await;
        let told = asked.iter().filter(|answer| matches!(answer, Err(ReadError::Corrupt(_)))).count();
        let refused = asked.iter().filter(|answer| matches!(answer, Err(ReadError::Unavailable(_)))).count();
        assert_eq!((told, refused, reads.get()), (WAITING, 10, 2));
    }
}
