//! A token bucket that several nodes share, as one of them sees it.
//!
//! The store keeps when the bucket is full. A node leases a few tokens at once, by one conditional write that
//! moves this instant on, and gives them out by itself.

use std::num::NonZeroU32;
use std::time::Duration;

use ezqr_store::{Advance, FullAt, WriteError};

use super::TakeRefused;
use super::bucket::{Bucket, Standing, interval};

/// Tokens leased at once.
const CHUNK: u32 = 5;
/// How long a leased token is good.
const GOOD_FOR: Duration = Duration::from_secs(10);
/// How long it is so at least. The shared bucket refills meanwhile: within any window the nodes together admit
/// at most what it refills in this time more than one bucket would, and never more than they leased.
const GOOD_FOR_AT_LEAST: Duration = Duration::from_secs(1);
/// A bucket is full within a period of 60 s, as told by clocks that are off by 20 s at most, one ahead and one
/// behind. One that is said to be full later was written by a wrong clock.
const BELIEVED: Duration = Duration::from_secs(60 + 2 * 20);
/// How often a lease is tried when other nodes are faster.
const ATTEMPTS: u32 = 8;

/// What a node knows of a shared bucket. Instants are durations since 1970 on the wall clock, which the
/// nodes share to within seconds; see the module's docs for one that is wrong.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LeasedBucket {
    /// As the store last showed it, or as it is after an advance whose outcome is not known.
    shown: Option<FullAt>,
    /// Tokens leased and not given out: the last of those that `shown` was moved on for.
    held: u32,
    leased_at: Duration,
}

/// A lease to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lease {
    pub(super) from: Option<FullAt>,
    pub(super) to: FullAt,
    tokens: u32,
}

impl LeasedBucket {
    /// Asks for a token at `now`; `None` when only the store can tell.
    pub(super) fn take(&mut self, limit: NonZeroU32, now: Duration) -> Option<Standing> {
        self.held = self.good(limit, now);
        let retry_after = match self.held.checked_sub(1) {
            Some(left) => {
                self.held = left;
                None
            }
            // Among clocks that are right the store's instant only moves on, so what it proves to be empty is.
            None => Some(self.bucket(now).next_token_in(limit, now)?),
        };
        let remaining = self.held.saturating_add(self.bucket(now).tokens(limit, now));
        let full_in = self.bucket(now).full_in(now).saturating_sub(interval(limit) * self.held);
        Some(Standing { limit, remaining, full_in, retry_after })
    }

    /// The next lease; `None` when the bucket is empty. Also a row that is not believed is replaced only if it
    /// is the one that was shown.
    pub(super) fn next_lease(&self, limit: NonZeroU32, now: Duration) -> Option<Lease> {
        let tokens = self.bucket(now).tokens(limit, now).min(CHUNK);
        if tokens == 0 {
            return None;
        }
        let to = self.bucket(now).without(tokens, limit, now).full_in(Duration::ZERO);
        let to = i64::try_from(to.as_micros()).unwrap_or(i64::MAX);
        Some(Lease { from: self.shown, to: FullAt(to), tokens })
    }

    /// Learns what became of a lease. `Ok` when there is something to give out or to refuse by.
    pub(super) fn learn(
        &mut self,
        lease: Lease,
        advance: &Result<Advance, WriteError>,
        now: Duration,
    ) -> bool {
        match advance {
            Ok(Advance::Done) => {
                *self = Self { shown: Some(lease.to), held: lease.tokens, leased_at: now };
                true
            }
            Ok(Advance::Found(found)) => {
                self.shown = *found;
                false
            }
            // Spent, perhaps for nothing.
            Err(WriteError::OutcomeUnknown(_)) => {
                self.shown = Some(lease.to);
                false
            }
            Err(WriteError::Unavailable(_)) => false,
        }
    }

    /// Leases tokens, unless the bucket turns out to be empty. `advance` is a conditional write in the store.
    pub(super) async fn lease(
        &mut self,
        limit: NonZeroU32,
        now: impl Fn() -> Duration,
        mut advance: impl AsyncFnMut(Lease) -> Result<Advance, WriteError>,
    ) -> Result<(), TakeRefused> {
        for _ in 0..ATTEMPTS {
            let Some(lease) = self.next_lease(limit, now()) else { return Ok(()) };
            let advance = advance(lease).await;
            if self.learn(lease, &advance, now()) {
                return Ok(());
            }
            match advance {
                Ok(_) => {}
                Err(WriteError::Unavailable(unavailable)) => return Err(unavailable.into()),
                // Each attempt may have spent tokens that nobody gets.
                Err(WriteError::OutcomeUnknown(_)) => return Err(TakeRefused::Contended),
            }
        }
        Err(TakeRefused::Contended)
    }

    /// Whether it may be forgotten: nothing is held, and what the store has can be asked again.
    pub(super) fn is_idle(&self, now: Duration) -> bool {
        now >= self.leased_at + GOOD_FOR && self.bucket(now).is_full(now)
    }

    /// Leased tokens that are still good: a token ends when the bucket has refilled it, for then the bucket
    /// gives it to somebody else.
    fn good(&self, limit: NonZeroU32, now: Duration) -> u32 {
        if now >= self.leased_at + GOOD_FOR {
            return 0;
        }
        if now < self.leased_at + GOOD_FOR_AT_LEAST {
            return self.held;
        }
        let owed = self.bucket(now).full_in(now).as_nanos().div_ceil(interval(limit).as_nanos().max(1));
        u32::try_from(owed).map_or(self.held, |owed| owed.min(self.held))
    }

    /// The bucket that was shown; a full one when there is none, or none to be believed.
    fn bucket(&self, now: Duration) -> Bucket {
        let micros = self.shown.map_or(0, |FullAt(micros)| u64::try_from(micros).unwrap_or_default());
        let full_at = Duration::from_micros(micros);
        if full_at > now + BELIEVED { Bucket::default() } else { Bucket::full_at(full_at) }
    }
}

#[cfg(test)]
mod tests;
