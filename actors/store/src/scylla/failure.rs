//! What can be known from an error of the driver.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the driver's errors are not exhaustive: what is not named is not told apart"
)]

use std::fmt::Display;
use std::time::Duration;

use scylla::errors::{
    DbError, ExecutionError, NextPageError, NextRowError, PagerExecutionError, PrepareError,
    RequestAttemptError,
};

use crate::{ReadError, Unavailable, WriteError};

/// When asking again is worth while: the driver connects anew within this, more or less.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// Why a statement was not answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Failure {
    /// It was never sent.
    #[error("it was not sent: {0}")]
    NotSent(String),
    /// A node did not pass it on, because too few of its replicas live.
    #[error("too few replicas: {0}")]
    TooFew(String),
    /// A node refused it: it cannot be carried out.
    #[error("a node refused it: {0}")]
    Refused(String),
    /// It may have been carried out.
    #[error("{0}")]
    Uncertain(String),
}

impl Failure {
    pub(super) fn of(error: &ExecutionError) -> Self {
        let text = error.to_string();
        match error {
            ExecutionError::BadQuery(_)
            | ExecutionError::EmptyPlan
            | ExecutionError::PrepareError(_)
            | ExecutionError::ConnectionPoolError(_) => Self::NotSent(text),
            ExecutionError::LastAttemptError(attempt) => Self::of_attempt(attempt, text),
            _ => Self::Uncertain(text),
        }
    }

    fn of_attempt(error: &RequestAttemptError, text: String) -> Self {
        match error {
            RequestAttemptError::SerializationError(_)
            | RequestAttemptError::CqlRequestSerialization(_)
            | RequestAttemptError::UnableToAllocStreamId => Self::NotSent(text),
            RequestAttemptError::DbError(DbError::Unavailable { .. }, _) => Self::TooFew(text),
            RequestAttemptError::DbError(
                DbError::SyntaxError
                | DbError::Invalid
                | DbError::Unauthorized
                | DbError::ConfigError
                | DbError::IsBootstrapping
                | DbError::ProtocolError,
                _,
            ) => Self::Refused(text),
            _ => Self::Uncertain(text),
        }
    }

    pub(super) fn of_preparing(error: &PrepareError) -> Self {
        let text = error.to_string();
        match error {
            PrepareError::AllAttemptsFailed { first_attempt } => Self::of_attempt(first_attempt, text),
            _ => Self::NotSent(text),
        }
    }

    pub(super) fn of_pager(error: &PagerExecutionError) -> Self {
        Self::Uncertain(error.to_string())
    }

    pub(super) fn of_rows(error: &NextRowError) -> Self {
        match error {
            NextRowError::NextPageError(NextPageError::ResultMetadataParseError(_))
            | NextRowError::RowDeserializationError(_) => Self::Refused(error.to_string()),
            _ => Self::Uncertain(error.to_string()),
        }
    }

    /// Whether a plain write did not happen, for certain. Of a conditional one only [`Failure::NotSent`] says
    /// so: replicas may have decided before too few of them were there to learn of it.
    pub(super) const fn wrote_nothing(&self) -> bool {
        matches!(self, Self::NotSent(_) | Self::TooFew(_) | Self::Refused(_))
    }

    /// Whether it tells that nodes do not answer, or too few of them.
    pub(super) const fn is_silence(&self) -> bool {
        matches!(self, Self::NotSent(_) | Self::TooFew(_) | Self::Uncertain(_))
    }

    pub(super) fn into_unavailable(self) -> Unavailable {
        unavailable(self)
    }

    /// Of a plain write.
    pub(super) fn of_write(self) -> WriteError {
        if self.wrote_nothing() {
            self.into_unavailable().into()
        } else {
            WriteError::OutcomeUnknown(self.to_string())
        }
    }

    pub(super) fn of_read(self) -> ReadError {
        ReadError::Unavailable(self.into_unavailable())
    }
}

/// Nothing was written, because what had to be read first was not.
pub(super) fn unread(error: ReadError) -> Unavailable {
    match error {
        ReadError::Unavailable(error) => error,
        ReadError::Unreadable(_) | ReadError::Corrupt(_) => unavailable(error),
    }
}

/// Nothing was written, for this reason.
pub(super) fn unavailable(reason: impl Display) -> Unavailable {
    Unavailable { reason: reason.to_string(), retry_after: RETRY_AFTER }
}

/// An answer of another form than the statement asks for.
pub(super) fn corrupt(error: impl Display) -> ReadError {
    ReadError::Corrupt(error.to_string())
}

/// The store does not answer, and is not asked.
pub(super) fn away() -> Unavailable {
    Unavailable { reason: "the store does not answer".to_owned(), retry_after: RETRY_AFTER }
}
