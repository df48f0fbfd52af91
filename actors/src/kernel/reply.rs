//! How a message is answered: at once, or when a future has ended.

use futures_util::future::{FutureExt, LocalBoxFuture};

/// The response to one message. While a future runs, the actor handles the messages behind it.
pub struct Reply<A, R>(pub(super) Stage<A, R>);

pub(super) enum Stage<A, R> {
    Now(R),
    Later(LocalBoxFuture<'static, R>),
    Then(LocalBoxFuture<'static, Step<A, R>>),
}

/// What goes on with the state when a future has ended.
pub(super) type Step<A, R> = Box<dyn FnOnce(&mut A) -> Reply<A, R>>;

impl<A: 'static, R: 'static> Reply<A, R> {
    /// Answers at once.
    pub fn now(reply: R) -> Self {
        Self(Stage::Now(reply))
    }

    /// Answers with what `future` ends with. The state is not needed any more.
    pub fn later(future: impl Future<Output = R> + 'static) -> Self {
        Self(Stage::Later(future.boxed_local()))
    }

    /// Goes on with the state when `future` has ended: `step` sees the state as the messages handled
    /// meanwhile have left it, and answers or waits again.
    pub fn then<T: 'static>(
        future: impl Future<Output = T> + 'static,
        step: impl FnOnce(&mut A, T) -> Self + 'static,
    ) -> Self {
        let stage = future.map(|output| Box::new(move |state: &mut A| step(state, output)) as Step<A, R>);
        Self(Stage::Then(stage.boxed_local()))
    }
}
