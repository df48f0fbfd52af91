//! The way of a message to its actor, and of the answer back.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::behaviour::Message;
use super::queue::{Queue, Slot};

/// Why an ask has no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// The queue is full; the message was not handled.
    #[error("the actor's queue is full")]
    Refused,
    /// The deadline passed. A message still queued is skipped; one being handled goes on.
    #[error("the actor did not answer in time")]
    TimedOut,
    /// The handling was cut off, by a panic of its own or by the end of the actor's incarnation.
    #[error("the actor's handling was cut off")]
    Crashed,
    /// The actor is stopped or beyond its restart budget; the message was not handled.
    #[error("the actor is stopped")]
    Stopped,
}

impl AskError {
    /// Whether some or all of the work may have been done, so that a write's outcome is unknown.
    pub const fn outcome_is_unknown(self) -> bool {
        match self {
            Self::TimedOut | Self::Crashed => true,
            Self::Refused | Self::Stopped => false,
        }
    }
}

/// Why a tell was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TellError {
    /// The queue is full.
    #[error("the actor's queue is full")]
    Refused,
    /// The actor is stopped.
    #[error("the actor is stopped")]
    Stopped,
}

impl From<TellError> for AskError {
    fn from(error: TellError) -> Self {
        match error {
            TellError::Refused => Self::Refused,
            TellError::Stopped => Self::Stopped,
        }
    }
}

pub(super) type Outcome<R> = Result<R, AskError>;

/// What travels through the mailbox.
pub(super) struct Envelope<M: Message> {
    pub(super) message: M,
    /// Absent for a tell.
    pub(super) reply_to: Option<oneshot::Sender<Outcome<M::Reply>>>,
    /// Absent for the kernel's own liveness check, which a full queue must not refuse.
    pub(super) slot: Option<Slot>,
    /// On the queue's monotonic clock.
    pub(super) queued_at: Duration,
}

impl<M: Message> actix::Message for Envelope<M> {
    type Result = ();
}

impl<M: Message> Envelope<M> {
    /// Whether nobody waits for the answer any more: the deadline passed, or the caller went away.
    pub(super) fn is_abandoned(&self) -> bool {
        self.reply_to.as_ref().is_some_and(oneshot::Sender::is_closed)
    }

    /// Begins the handling.
    pub(super) fn open(self, queue: &Arc<Queue>) -> (M, Answer<M::Reply>) {
        let begun_at = queue.clock.monotonic();
        queue.instruments.waited(begun_at.saturating_sub(self.queued_at));
        let answer = Answer { reply_to: self.reply_to, slot: self.slot, begun_at, queue: Arc::clone(queue) };
        (self.message, answer)
    }
}

/// The duty to answer one message whose handling has begun. Dropped unanswered, it answers `Crashed`.
pub(super) struct Answer<R> {
    reply_to: Option<oneshot::Sender<Outcome<R>>>,
    slot: Option<Slot>,
    begun_at: Duration,
    queue: Arc<Queue>,
}

impl<R> Answer<R> {
    pub(super) fn give(mut self, reply: R) {
        self.finish(Ok(reply));
    }

    pub(super) fn refuse(mut self, error: AskError) {
        self.finish(Err(error));
    }

    fn finish(&mut self, outcome: Outcome<R>) {
        self.queue.instruments.handled(self.queue.clock.monotonic().saturating_sub(self.begun_at));
        // The place is given back first: a caller that has its answer finds room for its next message.
        self.slot = None;
        if let Some(reply_to) = self.reply_to.take() {
            let _ = reply_to.send(outcome);
        }
    }
}

impl<R> Drop for Answer<R> {
    fn drop(&mut self) {
        if self.reply_to.is_some() {
            self.finish(Err(AskError::Crashed));
        }
    }
}
