//! The rule of clocks: no node mints while its clock is far off the servers'.
//!
//! The first cells of a code carry a timestamp of this node's, 60 seconds back-dated; those of a later change
//! carry the servers' clocks. Were this node's clock further ahead, a change would be acknowledged and lose.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ezqr_schema::{Clock, Timestamp};
use scylla::errors::PrepareError;
use scylla::statement::prepared::PreparedStatement;
use scylla::value::CqlTimestamp;
use tokio::time::sleep;

use super::Core;
use super::driver::{Class, Driver};
use super::failure::{corrupt, unread};
use crate::{ReadError, Unavailable};

/// How far this node's clock may be off the servers'.
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
    is_off: AtomicBool,
}

impl ClockRule {
    pub(super) async fn prepare(driver: &Driver, clock: Clock) -> Result<Self, PrepareError> {
        // Every node answers of itself, whatever the consistency.
        let server_time = "SELECT toTimestamp(now()) FROM system.local";
        let server_time = driver.prepare(Class::PointRead, server_time).await?;
        Ok(Self { clock, server_time, is_off: AtomicBool::new(false) })
    }

    /// Refuses while the clocks were last seen apart.
    pub(super) fn allow_minting(&self) -> Result<(), Unavailable> {
        if self.is_off.load(Ordering::Acquire) { Err(refused()) } else { Ok(()) }
    }

    /// Compares the clocks now, and refuses when they are apart. What cannot be compared changes nothing.
    pub(super) async fn compare(&self, driver: &Driver) -> Result<Result<(), ClockOff>, ReadError> {
        let before = self.clock.now();
        let rows = driver.read(&self.server_time, ()).await?;
        let after = self.clock.now();
        let (CqlTimestamp(server),) = rows.first_row().map_err(corrupt)?;
        let server = Timestamp::from_millis(server).map_err(corrupt)?;
        let judgement = judge([before, after], server);
        let was_off = self.is_off.swap(judgement.is_err(), Ordering::AcqRel);
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
            Ok(Err(_)) => Err(refused()),
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

fn refused() -> Unavailable {
    let reason = "the clock of this machine is too far off the store's".to_owned();
    Unavailable { reason, retry_after: INTERVAL }
}

/// Compares a server's time with what this node's clock showed before and after it was asked.
fn judge([before, after]: [Timestamp; 2], server: Timestamp) -> Result<(), ClockOff> {
    let [before, after, server] = [before, after, server].map(Timestamp::as_millis);
    let ahead = before.min(after) - server;
    let behind = server - after.max(before);
    let tolerance = i64::try_from(TOLERANCE.as_millis()).unwrap_or(i64::MAX);
    if ahead > tolerance {
        Err(ClockOff(ahead))
    } else if behind > tolerance {
        Err(ClockOff(-behind))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
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
    fn the_refusal_says_which_way() {
        assert_eq!(
            ClockOff(90_500).to_string(),
            "the clock of this machine is 90 s ahead of the store's, more than 20 s; set it right"
        );
        assert!(ClockOff(-21_000).to_string().contains("21 s behind the store's"));
    }
}
