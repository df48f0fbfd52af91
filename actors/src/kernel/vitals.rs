//! How the actors are, readable from any thread without a message.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;
use crossbeam::atomic::AtomicCell;
use tokio::sync::watch;

/// Where one actor stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Handles messages.
    Running,
    /// Crashed; its state is being built, its queue waits.
    Restarting,
    /// Beyond its restart budget; answers every message that it is stopped.
    Failed,
    /// Missed its signs of life.
    Unresponsive,
    /// Stopped in order.
    Stopped,
}

/// Whether the process should be sent requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// Every actor runs, and none has crashed since the start.
    Ready,
    /// Every actor runs; at least one has crashed since the start.
    Degraded,
    /// An actor does not run, or the process has been asked to end.
    Unready,
}

/// One actor's part of a [`Health`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActorHealth {
    /// The name given at its start.
    pub name: Arc<str>,
    /// Where it stands.
    pub condition: Condition,
    /// Crashes since the start.
    pub panics: u64,
    /// Times its state was built anew.
    pub restarts: u64,
}

/// A look at all actors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// The whole.
    pub readiness: Readiness,
    /// In the order of their start.
    pub actors: Vec<ActorHealth>,
}

/// Why the process is asked to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The restart budget is spent.
    BudgetSpent,
    /// Signs of life were missed.
    Unresponsive,
}

/// The request to drain and end the process, because an actor cannot be kept running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Escalation {
    /// The actor's name.
    pub actor: Arc<str>,
    /// What happened to it.
    pub cause: Cause,
}

/// The health of all actors of one [`Root`](super::Root); clones see the same.
#[derive(Clone)]
pub struct Vitals(Arc<Ward>);

struct Ward {
    charts: ArcSwap<Vec<Arc<Chart>>>,
    escalation: watch::Sender<Option<Escalation>>,
}

impl Vitals {
    pub(super) fn new() -> Self {
        Self(Arc::new(Ward { charts: ArcSwap::default(), escalation: watch::Sender::new(None) }))
    }

    /// The state of the whole, for a readiness probe. Allocates nothing.
    pub fn readiness(&self) -> Readiness {
        let charts = self.0.charts.load();
        if self.0.escalation.borrow().is_some()
            || charts.iter().any(|chart| chart.condition() != Condition::Running)
        {
            return Readiness::Unready;
        }
        if charts.iter().any(|chart| chart.panics.load(Ordering::Relaxed) > 0) {
            return Readiness::Degraded;
        }
        Readiness::Ready
    }

    /// The state of the whole and of each actor.
    pub fn health(&self) -> Health {
        let actors = self.0.charts.load().iter().map(|chart| chart.health()).collect();
        Health { readiness: self.readiness(), actors }
    }

    /// Waits until an actor cannot be kept running. The process should then drain and end with an error.
    pub async fn escalated(&self) -> Escalation {
        let mut escalation = self.0.escalation.subscribe();
        loop {
            if let Some(escalation) = escalation.borrow_and_update().clone() {
                return escalation;
            }
            if escalation.changed().await.is_err() {
                // Unreachable while `self` holds the sender.
                std::future::pending::<()>().await;
            }
        }
    }

    /// Asks the process to end; the first cause stays.
    pub(super) fn escalate(&self, chart: &Chart, cause: Cause) {
        tracing::error!(actor = %chart.name, ?cause, "actor cannot be kept running; the process should end");
        self.0.escalation.send_if_modified(|escalation| {
            let first = escalation.is_none();
            escalation.get_or_insert_with(|| Escalation { actor: Arc::clone(&chart.name), cause });
            first
        });
    }

    pub(super) fn admit(&self, chart: &Arc<Chart>) {
        self.0.charts.rcu(|charts| charts.iter().chain([chart]).map(Arc::clone).collect::<Vec<_>>());
    }
}

/// One actor's record; written by its own thread and by its liveness check.
pub(super) struct Chart {
    pub(super) name: Arc<str>,
    condition: AtomicCell<Condition>,
    panics: AtomicU64,
    restarts: AtomicU64,
}

impl Chart {
    pub(super) fn new(name: Arc<str>) -> Self {
        let condition = AtomicCell::new(Condition::Running);
        Self { name, condition, panics: AtomicU64::new(0), restarts: AtomicU64::new(0) }
    }

    pub(super) fn condition(&self) -> Condition {
        self.condition.load()
    }

    pub(super) fn crashed(&self) {
        self.panics.fetch_add(1, Ordering::Relaxed);
        self.move_on(Condition::Running, Condition::Restarting);
    }

    pub(super) fn rebuilt(&self) {
        self.restarts.fetch_add(1, Ordering::Relaxed);
        self.move_on(Condition::Restarting, Condition::Running);
    }

    pub(super) fn stopped(&self) {
        self.condition.store(Condition::Stopped);
    }

    /// Whether the actor was given up by this call: not when it is stopped or given up already.
    pub(super) fn give_up_as(&self, last: Condition) -> bool {
        self.move_on(Condition::Running, last) || self.move_on(Condition::Restarting, last)
    }

    fn move_on(&self, from: Condition, to: Condition) -> bool {
        self.condition.compare_exchange(from, to).is_ok()
    }

    fn health(&self) -> ActorHealth {
        ActorHealth {
            name: Arc::clone(&self.name),
            condition: self.condition(),
            panics: self.panics.load(Ordering::Relaxed),
            restarts: self.restarts.load(Ordering::Relaxed),
        }
    }
}
