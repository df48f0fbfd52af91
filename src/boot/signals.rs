//! How the process is asked to end.

use std::io;

use actix_web::rt::signal::unix::{Signal, SignalKind, signal};
use futures_util::future::select;

/// SIGTERM and SIGINT, listened for from the first moment on.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for the next of them.
    pub(super) async fn received(&mut self) {
        select(Box::pin(self.terminate.recv()), Box::pin(self.interrupt.recv())).await;
    }
}
