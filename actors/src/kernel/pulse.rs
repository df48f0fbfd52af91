//! Liveness: panics are not the only death, a blocked thread answers nobody.

use std::sync::Arc;
use std::time::Duration;

use super::behaviour::{Behaviour, Message, Respond};
use super::handle::Handle;
use super::reply::Reply;
use super::vitals::{Cause, Chart, Condition, Vitals};

/// How actors are asked for a sign of life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PulsePolicy {
    /// Pause between two checks.
    pub interval: Duration,
    /// How long an actor may take to answer.
    pub deadline: Duration,
    /// Checks missed in a row after which the actor counts as unresponsive.
    pub misses: u8,
}

impl Default for PulsePolicy {
    fn default() -> Self {
        Self { interval: Duration::from_secs(5), deadline: Duration::from_secs(2), misses: 2 }
    }
}

/// The kernel's own message: every actor answers it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ping;

impl Message for Ping {
    type Reply = ();
}

impl<A: Behaviour> Respond<Ping> for A {
    fn respond(&mut self, _: Ping) -> Reply<Self, ()> {
        Reply::now(())
    }
}

/// Checks one actor until it stops or has to be given up.
pub(super) async fn watch<A: Behaviour>(
    handle: Handle<A>,
    chart: Arc<Chart>,
    vitals: Vitals,
    policy: PulsePolicy,
) {
    let mut missed = 0_u8;
    loop {
        tokio::time::sleep(policy.interval).await;
        let missed_now = handle.ping(policy.deadline).await.is_err();
        match chart.condition() {
            Condition::Running if missed_now => missed += 1,
            // While the state is built the queue waits, and the build has a deadline of its own.
            Condition::Running | Condition::Restarting => missed = 0,
            Condition::Failed | Condition::Unresponsive | Condition::Stopped => return,
        }
        if missed >= policy.misses && chart.give_up_as(Condition::Unresponsive) {
            vitals.escalate(&chart, Cause::Unresponsive);
            return;
        }
    }
}
