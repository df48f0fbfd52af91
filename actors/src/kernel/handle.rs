//! The address of an actor.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use actix::Addr;
use actix::dev::SendError;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::answer::{AskError, Envelope, Outcome, TellError};
use super::behaviour::{Behaviour, Message, Respond};
use super::pulse::Ping;
use super::queue::{Queue, Slot};
use super::shell::Shell;

/// The typed address of one supervised actor; it stays good through restarts. A clone costs one increment.
pub struct Handle<A: Behaviour>(Arc<Line<A>>);

struct Line<A: Behaviour> {
    address: Addr<Shell<A>>,
    queue: Arc<Queue>,
}

impl<A: Behaviour> Handle<A> {
    pub(super) fn new(address: Addr<Shell<A>>, queue: Arc<Queue>) -> Self {
        Self(Arc::new(Line { address, queue }))
    }

    /// Sends a message and waits for its reply, at most until `deadline` from now.
    ///
    /// A message whose caller has stopped waiting before its turn is skipped.
    pub async fn ask<M: Message>(&self, message: M, deadline: Duration) -> Result<M::Reply, AskError>
    where
        A: Respond<M>,
    {
        let slot = self.0.queue.admit()?;
        timeout(deadline, self.send(message, Some(slot))?).await.unwrap_or(Err(AskError::TimedOut))
    }

    /// Sends a message and forgets it. An error means it was not accepted; a later panic goes unsaid.
    pub fn tell<M: Message>(&self, message: M) -> Result<(), TellError>
    where
        A: Respond<M>,
    {
        let slot = self.0.queue.admit()?;
        self.post(message, None, Some(slot))
    }

    /// Asks and tells accepted since the start, of all clones.
    pub fn messages(&self) -> u64 {
        self.0.queue.accepted()
    }

    pub(super) fn sends_to(&self, queue: &Arc<Queue>) -> bool {
        Arc::ptr_eq(&self.0.queue, queue)
    }

    /// Asks for a sign of life, past the queue's bound.
    pub(super) async fn ping(&self, deadline: Duration) -> Result<(), AskError> {
        timeout(deadline, self.send(Ping, None)?).await.unwrap_or(Err(AskError::TimedOut))
    }

    /// Sends one beat of a timer when there is room, and waits until it is handled.
    pub(super) async fn beat<M: Message>(&self, message: M) -> Result<M::Reply, AskError>
    where
        A: Respond<M>,
    {
        let slot = self.0.queue.wait_for_slot().await.ok_or(AskError::Stopped)?;
        self.send(message, Some(slot))?.await
    }

    fn send<M: Message>(
        &self,
        message: M,
        slot: Option<Slot>,
    ) -> Result<impl Future<Output = Outcome<M::Reply>> + use<A, M>, TellError>
    where
        A: Respond<M>,
    {
        let (reply_to, reply) = oneshot::channel();
        self.post(message, Some(reply_to), slot)?;
        // Dropped in the mailbox, so never handled: what is being handled answers for itself.
        Ok(async { reply.await.unwrap_or(Err(AskError::Stopped)) })
    }

    fn post<M: Message>(
        &self,
        message: M,
        reply_to: Option<oneshot::Sender<Outcome<M::Reply>>>,
        slot: Option<Slot>,
    ) -> Result<(), TellError>
    where
        A: Respond<M>,
    {
        let queued_at = self.0.queue.clock.monotonic();
        self.0.address.try_send(Envelope { message, reply_to, slot, queued_at }).map_err(
            |error| match error {
                SendError::Full(_) => TellError::Refused,
                SendError::Closed(_) => TellError::Stopped,
            },
        )
    }
}

impl<A: Behaviour> Clone for Handle<A> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<A: Behaviour> fmt::Debug for Handle<A> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Handle").field("messages", &self.messages()).finish_non_exhaustive()
    }
}
