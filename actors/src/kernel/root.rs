//! The owner of all actors of a process.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use ezqr_schema::Clock;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::arbiter::{Arbiter, Spec, StartError, Surroundings};
use super::behaviour::Behaviour;
use super::handle::Handle;
use super::instruments::Instruments;
use super::pulse::{self, PulsePolicy};
use super::queue::Queue;
use super::restart::RestartPolicy;
use super::vitals::{Chart, Vitals};

/// What an actor's thread gets to end in, beyond the deadline of the stop: it takes microseconds, unless the
/// machine is so busy that the thread does not run.
const LAST_GRACE: Duration = Duration::from_secs(2);

/// When actors are restarted and when they are given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Restarts after panics and failed builds.
    pub restart: RestartPolicy,
    /// Signs of life.
    pub pulse: PulsePolicy,
    /// How long building a state may take.
    pub build_deadline: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            restart: RestartPolicy::default(),
            pulse: PulsePolicy::default(),
            build_deadline: Duration::from_secs(30),
        }
    }
}

/// Starts, watches and stops actors. Dropped, it ends them without draining.
pub struct Root {
    clock: Clock,
    policy: Policy,
    vitals: Vitals,
    /// In the order of their start.
    members: Vec<Member>,
    pulses: tokio::runtime::Handle,
    _stop_pulses: oneshot::Sender<()>,
}

/// Some actors did not stop in time: their queue was not drained, or their thread is still there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("actors not stopped in time: {}", .late.join(", "))]
pub struct StopError {
    /// Their names.
    pub late: Vec<Arc<str>>,
}

impl Root {
    /// A root with the default policy.
    pub fn new(clock: Clock) -> io::Result<Self> {
        Self::with_policy(clock, Policy::default())
    }

    /// A root with a policy of its own; its liveness checks run on a thread named `root`.
    pub fn with_policy(clock: Clock, policy: Policy) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        let pulses = runtime.handle().clone();
        let (stop_pulses, stopped) = oneshot::channel::<()>();
        thread::Builder::new().name("root".to_owned()).spawn(move || {
            let _ = runtime.block_on(stopped);
        })?;
        let vitals = Vitals::new();
        Ok(Self { clock, policy, vitals, members: Vec::new(), pulses, _stop_pulses: stop_pulses })
    }

    /// The health of all actors, to be shared with the edge.
    pub fn vitals(&self) -> Vitals {
        self.vitals.clone()
    }

    /// Starts an actor on an arbiter of its own and returns when its state is built.
    pub async fn start<A: Behaviour>(
        &mut self,
        spec: Spec,
        seed: A::Seed,
    ) -> Result<Handle<A>, StartError<A::BuildError>> {
        let instruments = Instruments::new(&spec.name);
        let queue = Arc::new(Queue::new(spec.capacity, instruments, self.clock.clone()));
        let chart = Arc::new(Chart::new(spec.name));
        let surroundings = Surroundings {
            queue: Arc::clone(&queue),
            chart: Arc::clone(&chart),
            vitals: self.vitals.clone(),
            policy: self.policy,
        };
        let (arbiter, handle) = Arbiter::start::<A>(seed, surroundings).await?;
        self.vitals.admit(&chart);
        let watch = pulse::watch(handle.clone(), Arc::clone(&chart), self.vitals.clone(), self.policy.pulse);
        self.pulses.spawn(watch);
        self.members.push(Member { chart, queue, arbiter });
        Ok(handle)
    }

    /// Stops one actor: accepts nothing more, handles what is queued, ends its thread.
    pub async fn stop_actor<A: Behaviour>(
        &mut self,
        handle: &Handle<A>,
        deadline: Duration,
    ) -> Result<(), StopError> {
        let Some(position) = self.members.iter().position(|member| handle.sends_to(&member.queue)) else {
            return Ok(());
        };
        let member = self.members.remove(position);
        let name = Arc::clone(&member.chart.name);
        if member.stop(deadline).await { Ok(()) } else { Err(StopError { late: vec![name] }) }
    }

    /// Stops all actors, the last started first, so that each finds those it asks still there.
    ///
    /// The deadline holds for all of them together.
    pub async fn stop(mut self, deadline: Duration) -> Result<(), StopError> {
        let begun_at = self.clock.monotonic();
        let mut late = Vec::new();
        while let Some(member) = self.members.pop() {
            let name = Arc::clone(&member.chart.name);
            let spent = self.clock.monotonic().saturating_sub(begun_at);
            if !member.stop(deadline.saturating_sub(spent)).await {
                late.push(name);
            }
        }
        if late.is_empty() { Ok(()) } else { Err(StopError { late }) }
    }
}

/// One actor as its root sees it.
struct Member {
    chart: Arc<Chart>,
    queue: Arc<Queue>,
    arbiter: Arbiter,
}

impl Member {
    /// Whether the queue was drained and the thread has ended in time.
    async fn stop(self, deadline: Duration) -> bool {
        self.chart.stopped();
        let drained = timeout(deadline, self.queue.drain()).await.is_ok();
        self.queue.close();
        self.arbiter.end(LAST_GRACE).await && drained
    }
}
