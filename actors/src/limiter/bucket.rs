//! One token bucket, kept as a single instant: the generic cell rate algorithm (ITU-T I.371, annex A).

use std::num::NonZeroU32;
use std::time::Duration;

/// A bucket is refilled evenly over this.
const PERIOD_MICROS: u64 = 60_000_000;

/// A bucket of as many tokens as its limit, refilled evenly over 60 seconds.
///
/// It holds the instant at which it will be full: a token taken moves it on by one interval, and never more
/// than the whole period beyond now. Instants are durations on one clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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

/// One token is refilled in this: whole microseconds, as a store keeps them, rounded up.
pub(super) fn interval(limit: NonZeroU32) -> Duration {
    Duration::from_micros(PERIOD_MICROS.div_ceil(u64::from(limit.get())))
}

impl Bucket {
    /// The bucket that will be full at this instant.
    pub(super) const fn full_at(instant: Duration) -> Self {
        Self { full_at: instant }
    }

    /// Asks for a token at `now`.
    pub(super) fn take(&mut self, limit: NonZeroU32, now: Duration) -> Standing {
        let retry_after = self.next_token_in(limit, now);
        if retry_after.is_none() {
            *self = self.without(1, limit, now);
        }
        Standing { limit, remaining: self.tokens(limit, now), full_in: self.full_in(now), retry_after }
    }

    /// Whole tokens in it.
    pub(super) fn tokens(&self, limit: NonZeroU32, now: Duration) -> u32 {
        let free = (interval(limit) * limit.get()).saturating_sub(self.full_in(now));
        u32::try_from(free.as_nanos() / interval(limit).as_nanos().max(1)).unwrap_or(limit.get())
    }

    /// The same with fewer tokens; only for as many as there are.
    pub(super) fn without(self, tokens: u32, limit: NonZeroU32, now: Duration) -> Self {
        Self { full_at: self.full_at.max(now) + interval(limit) * tokens }
    }

    /// How long until it is full.
    pub(super) fn full_in(&self, now: Duration) -> Duration {
        self.full_at.saturating_sub(now)
    }

    /// How long until there is a token; `None` when there is one.
    pub(super) fn next_token_in(&self, limit: NonZeroU32, now: Duration) -> Option<Duration> {
        let owed = self.full_in(now) + interval(limit);
        owed.checked_sub(interval(limit) * limit.get()).filter(|wait| !wait.is_zero())
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
        assert_eq!(standing.full_in, Duration::from_secs(60));
        assert!(bucket.take(limit(100), now + Duration::from_millis(600)).retry_after.is_none());
    }

    /// A pause of up to two minutes and a burst after it; often one request alone.
    fn step() -> impl Strategy<Value = (Duration, u32)> {
        let pause = prop_oneof![0_u64..1_000, 0_u64..5_000_000, 0_u64..120_000_000];
        (pause.prop_map(Duration::from_micros), prop_oneof![Just(1), 1_u32..60])
    }

    #[test]
    fn an_interval_is_rounded_up_so_that_no_minute_has_a_token_more() {
        assert_eq!(interval(limit(7)), Duration::from_micros(8_571_429));
        assert_eq!(interval(limit(60)), Duration::from_secs(1));
        for tokens in [7, 11, 13, 999_983] {
            assert!(interval(limit(tokens)) * tokens >= Duration::from_secs(60), "{tokens}");
        }
    }

    proptest! {
        #[test]
        fn no_window_admits_more_than_the_limit_and_the_refill(
            tokens in 1_u32..5_000,
            steps in prop::collection::vec(step(), 1..40),
        ) {
            let mut bucket = Bucket::default();
            let mut now = Duration::ZERO;
            let mut admitted_at = Vec::new();
            for (pause, requests) in steps {
                now += pause;
                for _ in 0..requests {
                    if bucket.take(limit(tokens), now).retry_after.is_none() {
                        admitted_at.push(now);
                    }
                }
            }
            // Counted on its own, in exact fractions: every window of time, from any admission to any later one.
            for (first, from) in admitted_at.iter().enumerate() {
                for (last, to) in admitted_at.iter().enumerate().skip(first) {
                    let admitted = u128::try_from(last - first + 1).unwrap();
                    let refilled = to.saturating_sub(*from).as_micros() * u128::from(tokens);
                    prop_assert!((admitted - 1) * 60_000_000 <= u128::from(tokens - 1) * 60_000_000 + refilled);
                }
            }
        }

        /// A minute of rest fills it, whatever was before; so does no shorter time after it was emptied.
        #[test]
        fn a_pause_of_a_minute_and_no_shorter_one_lets_a_whole_burst_through(
            tokens in 1_u32..500,
            steps in prop::collection::vec(step(), 0..20),
            short in 0_u64..59_000_000,
        ) {
            let mut bucket = Bucket::default();
            let mut now = Duration::ZERO;
            for (pause, requests) in steps {
                now += pause;
                for _ in 0..requests {
                    bucket.take(limit(tokens), now);
                }
            }
            // Rounded up to whole microseconds, the intervals of all tokens are a little longer than a minute.
            now += Duration::from_secs(60) + Duration::from_micros(tokens.into());
            let burst = |bucket: &mut Bucket, now| {
                let admitted = (0..2 * tokens).filter(|_| bucket.take(limit(tokens), now).retry_after.is_none());
                u32::try_from(admitted.count()).unwrap()
            };
            prop_assert_eq!(burst(&mut bucket, now), tokens);
            let refilled = u128::from(short) * u128::from(tokens) / 60_000_000;
            let admitted = burst(&mut bucket, now + Duration::from_micros(short));
            prop_assert!(u128::from(admitted) <= refilled, "{} after {}", admitted, short);
            prop_assert!(u128::from(admitted) + 1 >= refilled, "{} after {}", admitted, short);
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
