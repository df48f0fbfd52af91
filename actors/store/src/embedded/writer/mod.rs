//! The writer: one thread, one connection, a bounded queue, group commit.
//!
//! Invariant: a caller is told of success only after the COMMIT that made its write durable.

mod group;
mod queue;
#[cfg(test)]
mod tests;
mod write;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::oneshot;

use self::queue::{Lane, NotQueued, Queue};
pub(super) use self::write::{NotApplied, Write};
use self::write::{Pending, Queued};
use super::connection::cut_off_log;
use super::directory::DirectoryLock;
use super::failure::unavailable;
use crate::WriteError;

/// Most writes of one transaction: 64 batches of 100 codes are 10 ms of work, which the last waits for.
const GROUP_LIMIT: usize = 64;

type Writes = Queue<Box<dyn Pending>>;

/// The handle of the writer thread; dropping it writes what has queued and waits for the end.
pub(super) struct Writer {
    /// What it writes, for those who watch it.
    file: &'static str,
    queue: Arc<Writes>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread of `file`. It alone uses `connection`, and holds `lock` until the connection is closed.
    pub(super) fn start(
        file: &'static str,
        connection: Connection,
        lock: Option<Arc<DirectoryLock>>,
        queue_limit: usize,
    ) -> std::io::Result<Self> {
        let queue = Arc::new(Queue::new(queue_limit));
        let writes = Arc::clone(&queue);
        let thread = std::thread::Builder::new().name(format!("write-{file}")).spawn(move || {
            // A panic drops writes and connection, in which order does not matter: callers hear that the
            // outcome is unknown, later ones that the store is not available, and SQLite rolls back.
            let serves = lock.is_some();
            if catch_unwind(AssertUnwindSafe(|| run(file, connection, serves, &writes))).is_err() {
                tracing::error!(file, "the store's writer panicked; nothing can be written until a restart");
            }
            writes.close();
            drop(lock);
        })?;
        Ok(Self { file, queue, thread: Some(thread) })
    }

    /// Queues `write` and waits until it is durable or known not to be.
    pub(super) async fn write<W: Write>(&self, write: W) -> Result<W::Answer, W::Error> {
        let (reply, answer) = oneshot::channel();
        let account = write.account();
        self.enqueue(account, Box::new(Queued::new(write, reply)))?;
        answer.await.unwrap_or_else(|_| {
            Err(WriteError::OutcomeUnknown("the writer ended before it answered".to_owned()).into())
        })
    }

    /// Waits until every write that was queued before has ended, whatever became of it.
    pub(super) async fn settle(&self) {
        self.queue.settle().await;
    }

    fn enqueue(&self, lane: Lane, write: Box<dyn Pending>) -> Result<(), WriteError> {
        let refusal = match self.queue.push(lane, write) {
            Ok(()) => return Ok(()),
            Err(NotQueued::Full) => "the writer's queue is full",
            Err(NotQueued::Closed) => "the writer has ended",
        };
        metrics::counter!("ezqr_store_writes_refused_total", "file" => self.file).increment(1);
        Err(WriteError::Unavailable(unavailable(refusal)))
    }

    /// Whether the thread runs.
    pub(super) fn is_alive(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.finish();
        if let Some(thread) = self.thread.take() {
            // It reported its own panic.
            let _ = thread.join();
        }
    }
}

/// `serves`: whether this is the server of the directory, who leaves the database without a log at its end.
fn run(file: &'static str, connection: Connection, serves: bool, queue: &Writes) {
    while let Some(group) = queue.next(GROUP_LIMIT) {
        metrics::histogram!("ezqr_store_group_writes", "file" => file)
            .record(f64::from(u32::try_from(group.len()).unwrap_or(u32::MAX)));
        if let Err(group::Broken(error)) = group::commit(file, &connection, group) {
            tracing::error!(file, %error, "the store's writer cannot roll back and ends");
            return;
        }
    }
    if serves && let Err(reason) = cut_off_log(&connection) {
        tracing::warn!(file, reason, "the log stays beside the database; a copy needs both");
    }
    if let Err((_, error)) = connection.close() {
        tracing::warn!(file, %error, "the store's database did not close");
    }
}
