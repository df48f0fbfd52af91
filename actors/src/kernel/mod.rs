//! Supervised actors on actix: typed handles, exact queues, deadlines, restarts, liveness, orderly stop.
//!
//! Invariants:
//! - Only [`Handle`] sends. What it accepts holds one permit of the actor's queue until it has been
//!   handled, its asynchronous part included; without a free permit it is refused at once.
//! - Every accepted ask is answered: with its reply, or with an [`AskError`]. None hangs past its deadline.
//! - A panic ends one incarnation. The state is built anew from the seed, on the same address, with the
//!   queue kept; nothing of the old state is used again.
//! - Each actor runs on an arbiter of its own: one named thread with one event loop.

mod answer;
mod arbiter;
mod behaviour;
mod handle;
mod instruments;
#[cfg(any(test, feature = "testkit"))]
mod poison;
mod pulse;
mod queue;
mod reply;
mod restart;
mod root;
mod shell;
mod timers;
mod vitals;

#[cfg(test)]
mod tests;

pub use answer::{AskError, TellError};
pub use arbiter::{Spec, StartError};
pub use behaviour::{Behaviour, Message, Respond};
pub use handle::Handle;
pub use instruments::{HANDLE_SECONDS, QUEUE_DEPTH, REFUSED_TOTAL, RESTARTS_TOTAL, WAIT_SECONDS};
#[cfg(any(test, feature = "testkit"))]
pub use poison::Poison;
pub use pulse::PulsePolicy;
pub use reply::Reply;
pub use restart::RestartPolicy;
pub use root::{Policy, Root, StopError};
pub use timers::Timers;
pub use vitals::{ActorHealth, Cause, Condition, Escalation, Health, Readiness, Vitals};
