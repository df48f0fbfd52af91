//! Why the server did not start, or did not end well.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use ezqr_actors::SystemError;
use ezqr_actors::kernel::{Escalation, StopError};
use ezqr_actors::scans::CountingError;
use ezqr_schema::{EntropyError, InvalidEnvironment, InvalidText, LinkBaseError};
use ezqr_store::{ConnectError, OpenError, ReadError, WriteError};

use super::PepperError;
use crate::telemetry::{LogError, MetricsError};

/// Why the server did not start, or did not end well.
#[derive(Debug, thiserror::Error)]
pub enum BootError {
    /// The log cannot be started.
    #[error("cannot start the log")]
    Log(#[from] LogError),
    /// The metrics cannot be recorded.
    #[error("cannot record metrics")]
    Metrics(#[from] MetricsError),
    /// The process cannot be told of signals.
    #[error("cannot listen for signals")]
    Signals(#[source] io::Error),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}, which {setting} says")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The setting that names it.
        setting: &'static str,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The store cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The shared store cannot be used.
    #[error(transparent)]
    Connect(#[from] Box<ConnectError>),
    /// The password of the shared store cannot be read.
    #[error("cannot read the file {}, which store.password_file names", .path.display())]
    Password {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The pepper cannot be had.
    #[error(transparent)]
    Pepper(#[from] PepperError),
    /// The store cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The store cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// There is no randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// The first account or key cannot be named: unreachable, for the names are constants.
    #[error("the first account and key cannot be named: {0}")]
    Name(#[source] InvalidText),
    /// The first environment cannot be named: unreachable, for the name is a constant.
    #[error("the first environment cannot be named: {0}")]
    Environment(#[source] InvalidEnvironment),
    /// No link can be made of the address.
    #[error("links.link_url: {0}; set it")]
    LinkBase(#[from] LinkBaseError),
    /// Nobody can have seen the first key.
    #[error(
        "the first API key cannot be printed, so it is revoked; start `ezqr serve` again and make a key by          `ezqr key create --name NAME`"
    )]
    Unseen(#[source] io::Error),
    /// Scans cannot be counted.
    #[error(transparent)]
    Counting(#[from] CountingError),
    /// The actors cannot be started.
    #[error(transparent)]
    System(#[from] SystemError),
    /// The server ended by itself.
    #[error("the server ended by itself")]
    Server(#[source] io::Error),
    /// An actor could not be kept running; the server has drained and ended.
    #[error("the actor {} could not be kept running ({:?})", .0.actor, .0.cause)]
    Escalated(Escalation),
    /// Some work was cut off at the end.
    #[error(transparent)]
    Stop(#[from] StopError),
}

impl BootError {
    /// Whether the process ended because of a fault of its own, so that it should be started anew.
    pub const fn is_escalation(&self) -> bool {
        matches!(self, Self::Escalated(_))
    }
}
