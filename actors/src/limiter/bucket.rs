//! One token bucket, kept as a single instant: the generic cell rate algorithm (ITU-T I.371, annex A).

use std::num::NonZeroU32;
use std::time::Duration;

/// A bucket is refilled evenly over this.
const PERIOD: Duration = Duration::from_secs(60);

/// A bucket of as many tokens as its limit, refilled evenly over 60 seconds.
///
/// It holds the instant at which it will be full: a token taken moves it on by one interval. Instants are
/// durations on one monotonic clock.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bucket {
    full_at: Duration,
}

/// Where a caller stands after asking for a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Tokens of the full bucket.
    pub limit: NonZeroU32,
    /// Whole tokens left.
    pub remaining: u32,
    /// How long until the bucket is full.
    pub full_in: Duration,
    /// `None` when a token was given; else how long until the next one.
    pub retry_after: Option<Duration>,
}

impl Bucket {
    /// Asks for a token at `now`.
    pub(super) fn take(&mut self, limit: NonZeroU32, now: Duration) -> Standing {
        let interval = PERIOD / limit.get();
        let capacity = interval * limit.get();
        let full_at = self.full_at.max(now) + interval;
        let owed = full_at.saturating_sub(now);
        if owed > capacity {
            let full_in = self.full_at.saturating_sub(now);
            return Standing {
                limit,
                remaining: 0,
                full_in,
                retry_after: Some(owed.saturating_sub(capacity)),
            };
        }
        self.full_at = full_at;
        let remaining = capacity.saturating_sub(owed).as_nanos() / interval.as_nanos().max(1);
        let remaining = u32::try_from(remaining).unwrap_or(limit.get());
        Standing { limit, remaining, full_in: owed, retry_after: None }
    }

    /// Whether it is as good as new, so that it need not be kept.
    pub(super) fn is_full(&self, now: Duration) -> bool {
        self.full_at <= now
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn limit(tokens: u32) -> NonZeroU32 {
        NonZeroU32::new(tokens).unwrap()
    }

    #[test]
    fn a_full_bucket_gives_its_limit_and_then_tells_when_the_next_token_comes() {
        let mut bucket = Bucket::default();
        let now = Duration::from_secs(1_000);
        for taken in 1..=100 {
            let standing = bucket.take(limit(100), now);
            assert_eq!((standing.remaining, standing.retry_after), (100 - taken, None));
        }
        let standing = bucket.take(limit(100), now);
        assert_eq!(standing.retry_after, Some(Duration::from_millis(600)));
        assert_eq!(standing.full_in, PERIOD);
        assert!(bucket.take(limit(100), now + Duration::from_millis(600)).retry_after.is_none());
    }

    proptest! {
        #[test]
        fn no_window_admits_more_than_the_limit_and_the_refill(
            tokens in 1_u32..5_000,
            pauses in prop::collection::vec(0_u64..5_000_000, 1..400),
        ) {
            let mut bucket = Bucket::default();
            let mut now = Duration::ZERO;
            let mut admitted_at = Vec::new();
            for pause in pauses {
                now += Duration::from_micros(pause);
                if bucket.take(limit(tokens), now).retry_after.is_none() {
                    admitted_at.push(now);
                }
            }
            let interval = PERIOD / tokens;
            for (index, from) in admitted_at.iter().enumerate() {
                let refilled = now.saturating_sub(*from).as_nanos() / interval.as_nanos();
                let admitted = u128::try_from(admitted_at.len() - index).unwrap();
                prop_assert!(admitted <= u128::from(tokens) + refilled + 1);
            }
        }

        #[test]
        fn who_waits_as_told_is_admitted(tokens in 1_u32..5_000, earlier in 0_u64..10_000) {
            let mut bucket = Bucket::default();
            let now = Duration::from_millis(earlier);
            let refused = std::iter::repeat_with(|| bucket.take(limit(tokens), now)).find_map(|s| s.retry_after);
            let wait = refused.unwrap();
            prop_assert!(bucket.take(limit(tokens), now + wait).retry_after.is_none());
        }
    }
}
