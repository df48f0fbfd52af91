//! The one answer of an owner that cannot serve now.

use std::time::Duration;

use crate::kernel::AskError;

/// The owner of some state did not answer: its queue is full, it is being rebuilt, or it was too slow.
///
/// Only for requests that change nothing, or were certainly not begun: they can be repeated as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{cause}")]
pub struct Busy {
    /// What the kernel says.
    pub cause: AskError,
    /// When asking again is worth while.
    pub retry_after: Duration,
}

impl From<AskError> for Busy {
    fn from(cause: AskError) -> Self {
        Self { cause, retry_after: Duration::from_secs(1) }
    }
}
