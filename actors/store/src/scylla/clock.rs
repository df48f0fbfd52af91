//! The rule of clocks: no node mints while its clock is far off the servers'.
//!
//! The first cells of a code carry a timestamp of this node's, 60 seconds back-dated; those of a later change
//! carry the servers' clocks. Were this node's clock further ahead, a change would be acknowledged and lose.
//! So three times 20 seconds are the most: the clock ahead of the servers', set since that was compared, and a
//! code ahead of the clock.

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use ezqr_schema::{Clock, Code, Timestamp};
use scylla::errors::PrepareError;
use scylla::statement::prepared::PreparedStatement;
use scylla::value::CqlTimestamp;
use tokio::time::sleep;

use super::Core;
use super::driver::{Class, Driver};
use super::failure::{corrupt, unread};
use crate::{ReadError, Unavailable};

/// How far this node's clock may be off the servers', may be set between two comparisons, and a code may be
/// ahead of it.
const TOLERANCE: Duration = Duration::from_secs(20);
/// While running, clocks are compared this often.
const INTERVAL: Duration = Duration::from_secs(60);

/// This node's clock is too far off the servers'.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the clock of this machine is {} s {} the store's, more than {} s; set it right",
    .0.unsigned_abs() / 1_000,
    if *.0 < 0 { "behind" } else { "ahead of" },
    TOLERANCE.as_secs()
)]
pub struct ClockOff(i64);

/// Compares this node's clock with the servers', and remembers whether it may mint.
#[derive(Debug)]
pub(super) struct ClockRule {
    clock: Clock,
    server_time: PreparedStatement,
    comparison: Comparison,
}

/// What the last comparison came to.
#[derive(Debug, Default)]
struct Comparison {
    is_off: AtomicBool,
    /// The wall clock less the monotonic one, in milliseconds, when the clocks last agreed.
    lead: AtomicI64,
}

impl Comparison {
    /// Remembers it; whether the clocks were apart before.
    fn remember(&self, is_off: bool, lead: i64) -> bool {
        if !is_off {
            self.lead.store(lead, Ordering::Release);
        }
        self.is_off.swap(is_off, Ordering::AcqRel)
    }

    /// Refuses codes of which the latest was made at `created_at`.
    fn allow(&self, clock: &Clock, created_at: Option<Timestamp>) -> Result<(), Unavailable> {
        if self.is_off.load(Ordering::Acquire) {
            return Err(refused("the clock of this machine is too far off the store's"));
        }
        let set_by = lead(clock).saturating_sub(self.lead.load(Ordering::Acquire));
        if is_beyond(set_by.saturating_abs()) {
            return Err(refused(
                "the clock of this machine was set: it is to be compared with the store's first",
            ));
        }
        let now = clock.now().as_millis();
        if created_at.is_some_and(|created_at| is_beyond(created_at.as_millis() - now)) {
            return Err(refused("a code is ahead of the clock of this machine"));
        }
        Ok(())
    }
}

impl ClockRule {
    pub(super) async fn prepare(driver: &Driver, clock: Clock) -> Result<Self, PrepareError> {
        // Every node answers of itself, whatever the consistency.
        let server_time = "SELECT toTimestamp(now()) FROM system.local";
        let server_time = driver.prepare(Class::PointRead, server_time).await?;
        Ok(Self { clock, server_time, comparison: Comparison::default() })
    }

    /// Refuses codes from the future, and all while the clocks were last seen apart or this one was set since.
    pub(super) fn allow_minting(&self, codes: &[Code]) -> Result<(), Unavailable> {
        self.comparison.allow(&self.clock, codes.iter().map(|code| code.created_at).max())
    }

    /// Compares the clocks now, and refuses when they are apart. What cannot be compared changes nothing.
    pub(super) async fn compare(&self, driver: &Driver) -> Result<Result<(), ClockOff>, ReadError> {
        // Of before: a clock that is set while the answer is waited for has then been set since.
        let (before, lead) = (self.clock.now(), lead(&self.clock));
        let rows = driver.read(&self.server_time, ()).await?;
        let after = self.clock.now();
        let (CqlTimestamp(server),) = rows.first_row().map_err(corrupt)?;
        let server = Timestamp::from_millis(server).map_err(corrupt)?;
        let judgement = judge([before, after], server);
        let was_off = self.comparison.remember(judgement.is_err(), lead);
        match judgement {
            Err(off) if !was_off => tracing::error!("{off}; no codes are minted until then"),
            Ok(()) if was_off => tracing::info!("the clock of this machine is right again"),
            _ => {}
        }
        Ok(judgement)
    }

    /// The same, for who is about to mint.
    pub(super) async fn require(&self, driver: &Driver) -> Result<(), Unavailable> {
        match self.compare(driver).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(off)) => Err(refused(off)),
            Err(error) => Err(unread(error)),
        }
    }
}

/// Compares the clocks again and again, for as long as it runs.
pub(super) async fn keep_comparing(core: Arc<Core>) {
    loop {
        sleep(INTERVAL).await;
        core.driver.counting_apart();
        // Clocks that cannot be compared now are compared later; those that are apart have been told.
        let _ = core.clock_rule.compare(&core.driver).await;
    }
}

fn refused(reason: impl Display) -> Unavailable {
    Unavailable { reason: reason.to_string(), retry_after: INTERVAL }
}

/// The wall clock less the monotonic one, in milliseconds: it changes only when the wall clock is set.
fn lead(clock: &Clock) -> i64 {
    let monotonic = i64::try_from(clock.monotonic().as_millis()).unwrap_or(i64::MAX);
    clock.now().as_millis().saturating_sub(monotonic)
}

fn is_beyond(milliseconds: i64) -> bool {
    u128::try_from(milliseconds).is_ok_and(|milliseconds| milliseconds > TOLERANCE.as_millis())
}

/// Compares a server's time with what this node's clock showed before and after it was asked.
fn judge([before, after]: [Timestamp; 2], server: Timestamp) -> Result<(), ClockOff> {
    let [before, after, server] = [before, after, server].map(Timestamp::as_millis);
    let ahead = before.min(after) - server;
    let behind = server - after.max(before);
    if is_beyond(ahead) {
        Err(ClockOff(ahead))
    } else if is_beyond(behind) {
        Err(ClockOff(-behind))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use ezqr_schema::ManualClock;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000 + seconds * 1_000).unwrap()
    }

    #[test]
    fn clocks_may_be_20_seconds_apart_and_no_more() {
        let server = at(0);
        for seconds in [-20, 0, 20] {
            assert_eq!(judge([at(seconds); 2], server), Ok(()), "{seconds}");
        }
        assert_eq!(judge([at(21); 2], server), Err(ClockOff(21_000)));
        assert_eq!(judge([at(-90); 2], server), Err(ClockOff(-90_000)));
    }

    #[test]
    fn a_slow_answer_or_a_step_in_between_is_no_evidence() {
        assert_eq!(judge([at(-40), at(1)], at(0)), Ok(()));
        assert_eq!(judge([at(1), at(-40)], at(0)), Ok(()));
        assert_eq!(judge([at(0), at(60)], at(30)), Ok(()));
        assert_eq!(judge([at(-60), at(-40)], at(0)), Err(ClockOff(-40_000)));
    }

    #[test]
    fn between_two_comparisons_the_clock_may_be_set_by_20_seconds_and_no_more() {
        let time = ManualClock::starting_at(at(0));
        let (clock, comparison) = (time.clock(), Comparison::default());
        time.advance(Duration::from_secs(100));
        comparison.remember(false, lead(&clock));
        time.advance(Duration::from_secs(50));
        for (seconds, is_allowed) in [(150, true), (170, true), (171, false), (130, true), (129, false)] {
            time.set_wall(at(seconds));
            assert_eq!(comparison.allow(&clock, Some(at(0))).is_ok(), is_allowed, "{seconds}");
        }
        assert!(!comparison.remember(true, lead(&clock)));
        time.set_wall(at(150));
        assert!(comparison.allow(&clock, None).is_err(), "it was off when last compared");
        assert!(comparison.remember(false, lead(&clock)));
        assert_eq!(comparison.allow(&clock, None), Ok(()));
    }

    #[test]
    fn a_code_may_be_20_seconds_ahead_of_the_clock_and_no_more() {
        let clock = ManualClock::starting_at(at(0)).clock();
        let comparison = Comparison::default();
        comparison.remember(false, lead(&clock));
        for (seconds, is_allowed) in [(-90, true), (0, true), (20, true), (21, false)] {
            assert_eq!(comparison.allow(&clock, Some(at(seconds))).is_ok(), is_allowed, "{seconds}");
        }
    }

    #[test]
    fn the_refusal_says_which_way() {
        assert_eq!(
            ClockOff(90_500).to_string(),
            "the clock of this machine is 90 s ahead of the store's, more than 20 s; set it right"
        );
        assert!(ClockOff(-21_000).to_string().contains("21 s behind the store's"));
    }
}
