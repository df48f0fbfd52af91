//! Why a command was not carried out.

use std::process::ExitCode;

use ezqr_actors::scans::visit::CountriesError;
use ezqr_schema::{EntropyError, Plan};
use ezqr_store::{AccountError, KeyError, ReadError};

use crate::boot::BootError;
use crate::config::ConfigError;

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub(super) enum CommandError {
    #[error("settings: {0}")]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Boot(#[from] BootError),
    #[error("the installation is not founded yet; start `ezqr serve` first")]
    NotFounded,
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    #[error(transparent)]
    Countries(#[from] CountriesError),
    #[error("no account has the name or id {0:?}")]
    NoSuchAccount(String),
    #[error("no key has the name or id {0:?}")]
    NoSuchKey(String),
    #[error("several keys are called {name:?}; give the id of one: {ids}")]
    AmbiguousKey { name: String, ids: String },
    #[error("the store {0} is shared: put it back by its own means, and its numbers with it")]
    SharedStore(String),
    #[error("keys of the plan {} may not have this many requests per minute", .0.name())]
    AbovePlan(Plan),
}

impl CommandError {
    /// The process's exit code, by the numbers of sysexits.h where one fits.
    pub(super) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Config(_) => ExitCode::from(78),
            Self::Boot(error) if error.is_escalation() => ExitCode::from(70),
            Self::Boot(_)
            | Self::NotFounded
            | Self::Read(_)
            | Self::Account(_)
            | Self::Key(_)
            | Self::Entropy(_)
            | Self::Countries(_)
            | Self::NoSuchAccount(_)
            | Self::NoSuchKey(_)
            | Self::AmbiguousKey { .. }
            | Self::SharedStore(_)
            | Self::AbovePlan(_) => ExitCode::FAILURE,
        }
    }
}
