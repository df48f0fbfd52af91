//! One actor's thread and event loop.

use std::io;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use actix::{Context, Supervisor};
use futures_util::future::FutureExt;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::behaviour::Behaviour;
use super::handle::Handle;
use super::queue::Queue;
use super::root::Policy;
use super::shell::Shell;
use super::vitals::{Chart, Vitals};

/// What a start has to say about an actor besides its seed.
#[derive(Clone, Debug)]
pub struct Spec {
    /// Unique in the process: label of its metrics, name of its thread (Linux shows the first 15 bytes).
    pub name: Arc<str>,
    /// Messages accepted and not yet handled, at most; at least 1.
    pub capacity: u16,
}

impl Spec {
    /// An actor of that name and queue.
    pub fn new(name: impl Into<Arc<str>>, capacity: u16) -> Self {
        Self { name: name.into(), capacity: capacity.max(1) }
    }
}

/// Why an actor was not started.
#[derive(Debug, thiserror::Error)]
pub enum StartError<E: std::error::Error + 'static> {
    /// Its thread or event loop could not be had.
    #[error("could not start the actor's thread")]
    Thread(#[source] io::Error),
    /// Its state could not be built.
    #[error("could not build the actor's state")]
    Build(#[source] E),
    /// Its state took longer to build than allowed.
    #[error("building the actor's state took too long")]
    BuildTimedOut,
    /// Building its state panicked.
    #[error("building the actor's state panicked")]
    BuildPanicked,
}

/// What an actor shares with the rest of the process.
#[derive(Clone)]
pub(super) struct Surroundings {
    pub(super) queue: Arc<Queue>,
    pub(super) chart: Arc<Chart>,
    pub(super) vitals: Vitals,
    pub(super) policy: Policy,
}

/// The owner's end of an arbiter. Dropped, it lets the thread end without draining.
pub(super) struct Arbiter {
    stop: oneshot::Sender<()>,
    finished: oneshot::Receiver<()>,
    thread: thread::JoinHandle<()>,
}

impl Arbiter {
    /// Starts a thread, builds the state on it and returns when it handles messages.
    pub(super) async fn start<A: Behaviour>(
        seed: A::Seed,
        surroundings: Surroundings,
    ) -> Result<(Self, Handle<A>), StartError<A::BuildError>> {
        let (ready, started) = oneshot::channel();
        let (stop, stopped) = oneshot::channel();
        let (running, finished) = oneshot::channel();
        let thread = thread::Builder::new()
            .name(surroundings.chart.name.to_string())
            .spawn(move || {
                let _running = running;
                run(seed, surroundings, ready, stopped);
            })
            .map_err(StartError::Thread)?;
        let handle = started.await.unwrap_or(Err(StartError::BuildPanicked))?;
        Ok((Self { stop, finished, thread }, handle))
    }

    /// Ends the event loop and waits for the thread. Whether it ended in time; if not it is left behind.
    pub(super) async fn end(self, deadline: Duration) -> bool {
        drop(self.stop);
        if timeout(deadline, self.finished).await.is_err() {
            return false;
        }
        if self.thread.join().is_err() {
            tracing::error!("actor panicked while its thread ended");
        }
        true
    }
}

type Started<A> = Result<Handle<A>, StartError<<A as Behaviour>::BuildError>>;

fn run<A: Behaviour>(
    seed: A::Seed,
    surroundings: Surroundings,
    ready: oneshot::Sender<Started<A>>,
    stopped: oneshot::Receiver<()>,
) {
    let runtime = match actix_rt::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = ready.send(Err(StartError::Thread(error)));
            return;
        }
    };
    runtime.block_on(async {
        let state = match build::<A>(&seed, surroundings.policy.build_deadline).await {
            Ok(state) => state,
            Err(error) => {
                let _ = ready.send(Err(error));
                return;
            }
        };
        let queue = Arc::clone(&surroundings.queue);
        let address = Supervisor::start(|context: &mut Context<Shell<A>>| {
            // No limit of actix's: the queue's permits are the bound.
            context.set_mailbox_capacity(0);
            Shell::new(state, Rc::new(seed), surroundings)
        });
        if ready.send(Ok(Handle::new(address, queue))).is_ok() {
            let _ = stopped.await;
        }
    });
}

/// Builds a state, or says why not; never panics and never takes longer than `deadline`.
pub(super) async fn build<A: Behaviour>(
    seed: &A::Seed,
    deadline: Duration,
) -> Result<A, StartError<A::BuildError>> {
    let attempt = AssertUnwindSafe(async { A::build(seed).await }).catch_unwind();
    match timeout(deadline, attempt).await {
        Ok(Ok(built)) => built.map_err(StartError::Build),
        Ok(Err(_)) => Err(StartError::BuildPanicked),
        Err(_) => Err(StartError::BuildTimedOut),
    }
}
