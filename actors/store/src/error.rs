//! Why a store did not do what it was asked: one enum per operation, built of two facts they share.

use std::time::Duration;

use ezqr_schema::{OutOfNumbers, Version};

use crate::{Change, IdempotencyRecord};

/// The store cannot answer now. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the store is not available: {reason}")]
pub struct Unavailable {
    /// For the log; never shown to callers of the API.
    pub reason: String,
    /// When asking again is worth while.
    pub retry_after: Duration,
}

/// Why a read gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The store cannot answer now.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// A row holds a value that ezqr does not write. The rows beside it can be read.
    #[error("a row holds a value that ezqr does not write: {0}")]
    Unreadable(String),
    /// The store as a whole holds, or answers, what ezqr does not write.
    #[error("the store holds what ezqr does not write: {0}")]
    Corrupt(String),
}

/// Why a write was not acknowledged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// Nothing was written.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// The write was sent, and whether it happened is not known.
    #[error("the outcome of a write is not known: {0}")]
    OutcomeUnknown(String),
}

/// Why no block was leased.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeaseError {
    /// Every number of the installation is given out.
    #[error(transparent)]
    Exhausted(#[from] OutOfNumbers),
    /// The conditional write failed; a block that was leased nevertheless is lost, which costs nothing else.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Why codes were not minted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MintError {
    /// The alias belongs to another code. Nothing was written.
    #[error("the alias is taken")]
    AliasTaken,
    /// The request's name was used before, for what is told. Nothing was written.
    #[error("the idempotency key was used before")]
    Recorded(Box<IdempotencyRecord>),
    /// The write failed.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Why a conditional write did not change a code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// The code is at another version. Nothing was written.
    #[error("the code is at version {}, not at the expected one", .found.get())]
    VersionMismatch {
        /// The version it is at. The expected one, when somebody confirmed it meanwhile: nothing keeps from
        /// trying again then.
        found: Version,
    },
    /// There is no such code. Nothing was written.
    #[error("there is no such code")]
    Missing,
    /// The change was sent to a shared store, and whether it happened is not known. It may still happen later,
    /// until it was sent again and answered, or the code was changed or confirmed after it.
    #[error("the outcome of a change is not known: {reason}")]
    InDoubt {
        /// What is to be sent again.
        change: Box<Change>,
        /// For the log; never shown to callers of the API.
        reason: String,
    },
    /// The write failed.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Why an account was not created or changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// Another account has the name.
    #[error("an account of this name exists")]
    NameTaken,
    /// There is no such account.
    #[error("there is no such account")]
    Missing,
    /// The write failed.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Why an API key was not created or revoked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// There is no such key, or no account for a new one.
    #[error("there is no such key or account")]
    Missing,
    /// The write failed.
    #[error(transparent)]
    Write(#[from] WriteError),
}
