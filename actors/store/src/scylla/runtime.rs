//! The thread the driver lives on.

use std::future::pending;
use std::io;
use std::thread;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// An event loop on a thread of its own, for the driver's connections and this store's own tasks.
///
/// Whoever asks the store does so from a runtime of a single thread that may come and go; what a driver's
/// session has spawned on one would end with it. Dropped, it ends everything that runs on it.
#[derive(Debug)]
pub(super) struct Runtime {
    handle: Handle,
    _end: oneshot::Sender<()>,
}

impl Runtime {
    pub(super) fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().thread_name("ezqr-cql").build()?;
        let handle = runtime.handle().clone();
        let (end, ended) = oneshot::channel::<()>();
        thread::Builder::new().name("ezqr-cql".to_owned()).spawn(move || {
            // The sender is never used: it ends the wait by being dropped.
            let _ = runtime.block_on(ended);
            runtime.shutdown_background();
        })?;
        Ok(Self { handle, _end: end })
    }

    /// Runs `work` there and waits for it.
    pub(super) async fn run<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> T {
        match self.handle.spawn(work).await {
            Ok(done) => done,
            // Nothing is cancelled while this lives, so it panicked.
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => pending().await,
            },
        }
    }

    /// Leaves `work` running there for as long as this lives.
    pub(super) fn keep_up(&self, work: impl Future<Output = ()> + Send + 'static) {
        drop(self.handle.spawn(work));
    }
}
