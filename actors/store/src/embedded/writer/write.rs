//! One write: what it does inside a transaction, and whom it tells.

use ezqr_schema::AccountId;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::WriteError;
use crate::embedded::failure::unavailable;

/// A write as the writer runs it. Several share one transaction.
pub(in crate::embedded) trait Write: Send + 'static {
    /// What the caller is told after the commit.
    type Answer: Send;
    /// Why it can be refused.
    type Error: From<WriteError> + Send;

    /// Whose it is: accounts take turns. `None` for a write of the installation.
    fn account(&self) -> Option<AccountId> {
        None
    }

    /// Does it, inside an open transaction.
    ///
    /// It decides whether it must refuse before it changes anything: a refusal leaves the transaction as it
    /// was, so that the others in it can go on. It may run twice, when another write of its group failed.
    fn apply(&self, transaction: &Connection) -> Result<Self::Answer, NotApplied<Self::Error>>;
}

/// Why a write did not happen inside its transaction.
#[derive(Debug)]
pub(in crate::embedded) enum NotApplied<E> {
    /// It must not; nothing was changed.
    Refused(E),
    /// The database failed; the transaction is to be rolled back.
    Failed(rusqlite::Error),
}

impl<E> From<rusqlite::Error> for NotApplied<E> {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error)
    }
}

/// A write of any kind in the writer's queue.
pub(super) trait Pending: Send {
    /// Applies it and keeps the outcome for [`Pending::finish`].
    fn apply(&mut self, transaction: &Connection) -> rusqlite::Result<()>;

    /// Tells the caller, after the transaction ended as `ending` says.
    fn finish(self: Box<Self>, ending: &Result<(), WriteError>);
}

pub(super) type Outcome<W> = Result<<W as Write>::Answer, <W as Write>::Error>;

/// A write and who waits for it.
pub(super) struct Queued<W: Write> {
    write: W,
    reply: oneshot::Sender<Outcome<W>>,
    outcome: Option<Outcome<W>>,
}

impl<W: Write> Queued<W> {
    pub(super) const fn new(write: W, reply: oneshot::Sender<Outcome<W>>) -> Self {
        Self { write, reply, outcome: None }
    }
}

impl<W: Write> Pending for Queued<W> {
    fn apply(&mut self, transaction: &Connection) -> rusqlite::Result<()> {
        self.outcome = match self.write.apply(transaction) {
            Ok(answer) => Some(Ok(answer)),
            Err(NotApplied::Refused(refusal)) => Some(Err(refusal)),
            Err(NotApplied::Failed(error)) => return Err(error),
        };
        Ok(())
    }

    fn finish(self: Box<Self>, ending: &Result<(), WriteError>) {
        let outcome = match (ending, self.outcome) {
            (Ok(()), Some(outcome)) => outcome,
            (Ok(()), None) => Err(WriteError::Unavailable(unavailable("the write was not begun")).into()),
            // What it was refused for may have been undone with the transaction; but it wrote nothing.
            (Err(error), Some(Err(_))) => Err(WriteError::Unavailable(unavailable(error.to_string())).into()),
            (Err(error), Some(Ok(_)) | None) => Err(error.clone().into()),
        };
        // A caller that went away is told nothing; it knows that its write may have happened.
        let _ = self.reply.send(outcome);
    }
}
