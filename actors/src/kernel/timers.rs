//! Messages an actor sends itself at an interval.

use std::time::Duration;

use futures_util::future::{FutureExt, LocalBoxFuture};

use super::behaviour::{Behaviour, Message, Respond};
use super::handle::Handle;

/// The timers of one incarnation of an actor.
pub struct Timers<A: Behaviour> {
    handle: Handle<A>,
    armed: Vec<LocalBoxFuture<'static, ()>>,
}

impl<A: Behaviour> Timers<A> {
    pub(super) fn new(handle: Handle<A>) -> Self {
        Self { handle, armed: Vec::new() }
    }

    /// Sends the actor a copy of `message` each `interval`, the first after one interval.
    ///
    /// It queues like any other message. The next interval begins when it has been handled, so that at most
    /// one message of each timer is under way.
    pub fn every<M>(&mut self, interval: Duration, message: M)
    where
        M: Message + Clone,
        A: Respond<M>,
    {
        let handle = self.handle.clone();
        let beats = async move {
            loop {
                tokio::time::sleep(interval).await;
                if handle.beat(message.clone()).await.is_err() {
                    return;
                }
            }
        };
        self.armed.push(beats.boxed_local());
    }

    pub(super) fn into_futures(self) -> Vec<LocalBoxFuture<'static, ()>> {
        self.armed
    }
}
