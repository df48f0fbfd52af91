//! What the author of an actor writes: a state, its messages, and how it responds to each.

use super::reply::Reply;
use super::timers::Timers;

/// A request or a notice to an actor: a struct of owned, valid data.
pub trait Message: Send + 'static {
    /// What an ask is answered with; `()` for a notice. Usually a `Result` with an error of this operation.
    type Reply: Send + 'static;
}

/// The state of an actor, and how it is built.
///
/// The state never leaves its thread: it needs to be neither `Send` nor locked.
pub trait Behaviour: Sized + Unpin + 'static {
    /// What the state is built from at the start and after each panic: stores, configuration, and whatever
    /// must survive a restart, such as a published view.
    type Seed: Send + 'static;

    /// Why the state could not be built.
    type BuildError: std::error::Error + Send + 'static;

    /// Builds the state. The queue waits meanwhile. At the start an error ends the start; after a panic it
    /// costs one restart of the budget and is tried again after the backoff.
    fn build(seed: &Self::Seed) -> impl Future<Output = Result<Self, Self::BuildError>>;

    /// Sets the timers of one incarnation; called after each build.
    fn timers(&self, timers: &mut Timers<Self>) {
        let _ = timers;
    }
}

/// How an actor responds to one kind of message.
pub trait Respond<M: Message>: Behaviour {
    /// Handles one message. Runs alone on the state and must not block: what waits goes into the [`Reply`].
    fn respond(&mut self, message: M) -> Reply<Self, M::Reply>;
}
