//! The restart budget: how often, and after which pause, an actor may be built anew. Pure.

use std::collections::VecDeque;
use std::time::Duration;

/// How many restarts an actor may have before the process is asked to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestartPolicy {
    /// Restarts allowed within the window.
    pub restarts: u8,
    /// Length of the window, which slides.
    pub window: Duration,
    /// Pause before the first restart of a window; each further one doubles it.
    pub backoff: Duration,
}

impl Default for RestartPolicy {
    fn default() -> Self {
        Self { restarts: 5, window: Duration::from_secs(60), backoff: Duration::from_millis(50) }
    }
}

/// The restarts of one actor. Instants are durations on one monotonic clock.
#[derive(Debug)]
pub(super) struct Budget {
    policy: RestartPolicy,
    spent_at: VecDeque<Duration>,
}

impl Budget {
    pub(super) fn new(policy: RestartPolicy) -> Self {
        Self { policy, spent_at: VecDeque::with_capacity(usize::from(policy.restarts)) }
    }

    /// Spends one restart at `now` and says how long to wait before it; `None` when the budget is spent.
    pub(super) fn spend(&mut self, now: Duration) -> Option<Duration> {
        while self.spent_at.front().is_some_and(|at| now.saturating_sub(*at) >= self.policy.window) {
            self.spent_at.pop_front();
        }
        let recent = u32::try_from(self.spent_at.len()).unwrap_or(u32::MAX);
        if recent >= u32::from(self.policy.restarts) {
            return None;
        }
        self.spent_at.push_back(now);
        Some(self.policy.backoff.saturating_mul(2_u32.saturating_pow(recent)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn the_pause_doubles_until_the_budget_is_spent() {
        let mut budget = Budget::new(RestartPolicy::default());
        let pauses: Vec<_> = (0..6).map(|second| budget.spend(at(second * 1_000))).collect();
        let expected: Vec<_> =
            [50, 100, 200, 400, 800].map(|pause| Some(at(pause))).into_iter().chain([None]).collect();
        assert_eq!(pauses, expected);
    }

    #[test]
    fn a_restart_is_forgotten_when_it_is_one_window_old() {
        let mut budget = Budget::new(RestartPolicy::default());
        for second in 0..5 {
            budget.spend(at(second * 1_000));
        }
        assert_eq!(budget.spend(at(59_999)), None);
        assert_eq!(budget.spend(at(60_000)), Some(at(800)));
        assert_eq!(budget.spend(at(60_001)), None);
    }

    #[test]
    fn after_a_quiet_window_the_first_pause_is_short_again() {
        let mut budget = Budget::new(RestartPolicy::default());
        for second in 0..5 {
            budget.spend(at(second * 1_000));
        }
        assert_eq!(budget.spend(at(64_000)), Some(at(50)));
    }

    proptest! {
        #[test]
        fn no_window_holds_more_restarts_than_allowed_and_none_is_withheld(
            steps in prop::collection::vec(0_u64..20_000, 1..200),
            restarts in 0_u8..8,
        ) {
            let policy = RestartPolicy { restarts, ..RestartPolicy::default() };
            let mut budget = Budget::new(policy);
            let mut granted: Vec<Duration> = Vec::new();
            let mut now = Duration::ZERO;
            for step in steps {
                now += at(step);
                let recent = granted.iter().filter(|then| now < **then + policy.window).count();
                let pause = budget.spend(now);
                prop_assert_eq!(pause.is_some(), recent < usize::from(restarts));
                if let Some(pause) = pause {
                    prop_assert_eq!(pause, policy.backoff * (1 << recent));
                    granted.push(now);
                }
            }
        }
    }
}
