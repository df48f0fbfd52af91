//! How many links that do not exist a network may still ask for.

use std::hash::{BuildHasher as _, RandomState};
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::limiter::Network;

/// Cells a network may lie in.
const WAYS: usize = 4;

/// Sets of cells: room for 16,384 networks, in 128 KiB.
const SETS: usize = 4_096;

/// A cell is the tag of its network above the instant at which its bucket is full, in milliseconds: 34 years.
const INSTANT_BITS: u32 = 40;
const INSTANT: u64 = (1 << INSTANT_BITS) - 1;

const PERIOD_MILLIS: u64 = 60_000;

/// How often a cell is tried that others change at the same time.
const ATTEMPTS: u32 = 8;

/// A token bucket for each network that missed lately, as the limiter's: a bucket is one instant, and full again
/// after a minute at the latest. Where there is no room, the network that owes least is forgotten.
#[derive(Debug)]
pub(super) struct Budgets {
    cells: Box<[[AtomicU64; WAYS]]>,
    hasher: RandomState,
    /// `None` when there is no limit.
    limit: Option<Limit>,
    /// The latest instant of all cells ever: as long as it is near, nobody has used up anything.
    latest: AtomicU64,
}

#[derive(Clone, Copy, Debug)]
struct Limit {
    /// Milliseconds in which a token is refilled.
    interval: u64,
    /// Milliseconds of a bucket without a token.
    capacity: u64,
}

/// Where a network lies: a set of cells, and its tag there.
#[derive(Clone, Copy)]
struct Place<'table> {
    set: &'table [AtomicU64; WAYS],
    tag: u64,
}

impl Budgets {
    /// Buckets of `per_minute` tokens, at most 60,000; 0: there is no limit.
    pub(super) fn new(per_minute: u32) -> Self {
        let limit = NonZeroU64::new(per_minute.into()).map(|tokens| {
            let interval = PERIOD_MILLIS.div_ceil(tokens.get());
            Limit { interval, capacity: interval.saturating_mul(tokens.get()) }
        });
        let sets = if limit.is_some() { SETS } else { 0 };
        let cells = std::iter::repeat_with(<[AtomicU64; WAYS]>::default).take(sets).collect();
        Self { cells, hasher: RandomState::new(), limit, latest: AtomicU64::new(0) }
    }

    pub(super) const fn are_unlimited(&self) -> bool {
        self.limit.is_none()
    }

    /// Takes a token of `network`; when there is none, how long until the next.
    pub(super) fn take(&self, network: Network, now: Duration) -> Result<(), Duration> {
        let (Some(limit), Some(place)) = (self.limit, self.place(network)) else { return Ok(()) };
        let now = millis(now);
        for _ in 0..ATTEMPTS {
            let (cell, word) = place.own().unwrap_or_else(|| place.least());
            let full_at = place.instant(word).max(now);
            if let Some(wait) = limit.wait(full_at, now) {
                return Err(wait);
            }
            let next = full_at.saturating_add(limit.interval).min(INSTANT);
            let taken = (place.tag << INSTANT_BITS) | next;
            if cell.compare_exchange(word, taken, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
                self.latest.fetch_max(next, Ordering::AcqRel);
                break;
            }
        }
        Ok(())
    }

    /// How long until `network` has a token; `None` when it has one.
    pub(super) fn next_token_in(&self, network: Network, now: Duration) -> Option<Duration> {
        let limit = self.limit?;
        let now = millis(now);
        // Almost always: one word is read, and no network looked up.
        limit.wait(self.latest.load(Ordering::Acquire), now)?;
        let place = self.place(network)?;
        let (_, word) = place.own()?;
        limit.wait(place.instant(word), now)
    }

    fn place(&self, network: Network) -> Option<Place<'_>> {
        let hash = self.hasher.hash_one(network);
        let set = usize::try_from(hash & (SETS as u64 - 1)).ok()?;
        // Never 0, so that an empty cell is nobody's.
        let tag = (hash >> INSTANT_BITS) | 1;
        Some(Place { set: self.cells.get(set)?, tag })
    }
}

impl Limit {
    /// How long until a bucket that is full at `full_at` has a token.
    fn wait(self, full_at: u64, now: u64) -> Option<Duration> {
        let owed = full_at.saturating_sub(now) + self.interval;
        owed.checked_sub(self.capacity).filter(|wait| *wait > 0).map(Duration::from_millis)
    }
}

impl<'table> Place<'table> {
    fn own(self) -> Option<(&'table AtomicU64, u64)> {
        let words = self.set.iter().map(|cell| (cell, cell.load(Ordering::Acquire)));
        words.into_iter().find(|(_, word)| word >> INSTANT_BITS == self.tag)
    }

    /// The cell of the network that owes least, or an empty one.
    fn least(self) -> (&'table AtomicU64, u64) {
        let [first, rest @ ..] = self.set;
        rest.iter().fold((first, first.load(Ordering::Acquire)), |least, cell| {
            let word = cell.load(Ordering::Acquire);
            if word & INSTANT < least.1 & INSTANT { (cell, word) } else { least }
        })
    }

    /// When the bucket in `word` is full, if it is this network's; a new one is full already.
    fn instant(self, word: u64) -> u64 {
        if word >> INSTANT_BITS == self.tag { word & INSTANT } else { 0 }
    }
}

fn millis(instant: Duration) -> u64 {
    u64::try_from(instant.as_millis()).unwrap_or(INSTANT).min(INSTANT)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn network(number: u32) -> Network {
        let [_, first, second, third] = number.to_be_bytes();
        Network::V4([first, second, third])
    }

    #[test]
    fn a_flood_of_networks_is_bounded_and_forgets_those_that_owe_least() {
        let budgets = Budgets::new(600);
        let now = Duration::from_secs(1);
        while budgets.take(network(0), now).is_ok() {}
        for number in 1..200_000 {
            assert_eq!(budgets.take(network(number), now), Ok(()), "{number}");
        }
        assert_eq!(budgets.cells.len() * WAYS, 16_384);
        assert!(budgets.take(network(0), now).is_err(), "who owes most stays");
    }

    #[test]
    fn threads_that_miss_at_once_take_a_token_each() {
        let budgets = Budgets::new(1_000);
        let now = Duration::from_secs(1);
        let admitted: usize = std::thread::scope(|scope| {
            let miss = || (0..500).filter(|_| budgets.take(network(7), now).is_ok()).count();
            let threads = [(); 4].map(|()| scope.spawn(miss));
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        // A thread that is outrun eight times in a row is let through without one.
        assert!((1_000..1_100).contains(&admitted), "{admitted}");
        assert_eq!(budgets.next_token_in(network(7), now), Some(Duration::from_millis(60)));
        assert_eq!(budgets.next_token_in(network(8), now), None);
    }

    proptest! {
        #[test]
        fn it_is_the_limiters_bucket(
            tokens in 1_u32..1_000,
            steps in prop::collection::vec((0_u64..90_000, 1_usize..50), 1..30),
        ) {
            let budgets = Budgets::new(tokens);
            let mut now = Duration::ZERO;
            // Counted on its own, in milliseconds of refill.
            let interval = u64::from(60_000_u32.div_ceil(tokens));
            let whole = interval * u64::from(tokens);
            let mut filled = whole;
            for (pause, misses) in steps {
                now += Duration::from_millis(pause);
                filled = (filled + pause).min(whole);
                for _ in 0..misses {
                    let is_there = filled >= interval;
                    prop_assert_eq!(budgets.next_token_in(network(1), now).is_none(), is_there);
                    prop_assert_eq!(budgets.take(network(1), now).is_ok(), is_there);
                    if is_there {
                        filled -= interval;
                    }
                }
            }
        }
    }
}
