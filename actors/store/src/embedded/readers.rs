//! Connections that read, lent to whoever asks.

use std::path::PathBuf;
use std::sync::Arc;

use crossbeam::queue::ArrayQueue;
use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::connection::open_reader;
use super::failure::{read_error, unavailable};
use crate::ReadError;

/// Connections kept open; a caller that finds none opens one, which is closed again when these are back.
const KEPT: usize = 16;
/// Long reads at a time.
const LONG_READS: usize = 4;
/// Long reads that wait for their turn; more are refused.
const WAITING: usize = 1_024;

/// The readers of one database.
#[derive(Clone)]
pub(super) struct Readers(Arc<Pool>);

struct Pool {
    database: PathBuf,
    idle: ArrayQueue<Connection>,
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn new(database: PathBuf) -> Self {
        Self(Arc::new(Pool {
            database,
            idle: ArrayQueue::new(KEPT),
            running: Arc::new(Semaphore::new(LONG_READS)),
            admitted: Arc::new(Semaphore::new(LONG_READS + WAITING)),
        }))
    }

    /// Reads at most ten rows, on the caller's own thread: 5 to 30 microseconds.
    pub(super) fn point<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        let connection = match self.0.idle.pop() {
            Some(connection) => connection,
            None => open_reader(&self.0.database).map_err(|error| self.naming(read_error(&error)))?,
        };
        let answer = read(&connection).map_err(|error| self.naming(error));
        // When enough are idle, this one is closed.
        drop(self.0.idle.push(connection));
        answer
    }

    /// Says which file is damaged.
    fn naming(&self, error: ReadError) -> ReadError {
        match error {
            ReadError::Corrupt(reason) => {
                ReadError::Corrupt(format!("{reason} ({})", self.0.database.display()))
            }
            ReadError::Unreadable(reason) => {
                ReadError::Unreadable(format!("{reason} ({})", self.0.database.display()))
            }
            ReadError::Unavailable(unavailable) => ReadError::Unavailable(unavailable),
        }
    }

    /// Reads any number of rows, on a thread that may block.
    pub(super) async fn long<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, ReadError> {
        let refused = |reason: &str| ReadError::Unavailable(unavailable(reason));
        let admitted =
            Arc::clone(&self.0.admitted).try_acquire_owned().map_err(|_| refused("too many reads wait"))?;
        let running = Arc::clone(&self.0.running).acquire_owned().await.map_err(|_| refused("closing"))?;
        let readers = self.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let answer = readers.point(read);
            drop((running, admitted));
            answer
        });
        reading.await.unwrap_or_else(|_| Err(refused("a read was broken off")))
    }
}
