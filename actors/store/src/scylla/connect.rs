//! Connecting: everything that must be right before the store is used.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use ezqr_schema::{Clock, EntropyError};
use scylla::errors::{
    ExecutionError, MetadataError, NewSessionError, PrepareError, SchemaAgreementError, UseKeyspaceError,
};

use super::clock::{ClockOff, ClockRule};
use super::cluster::DataCenter;
use super::codes::Noted;
use super::driver::Driver;
use super::failure::Failure;
use super::options::ScyllaOptions;
use super::probe::Probe;
use super::refusal::is_refusal;
use super::revision::Watch;
use super::runtime::Runtime;
use super::scans::Throttle;
use super::tls::TlsError;
use super::{Core, ScyllaStore, Statements, clock, instruments, migrate, session};
use crate::ReadError;

/// Why the store for several nodes cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// No node can be talked to.
    #[error("no node of {} can be used: {source}", .contact_points.join(", "))]
    Unreachable {
        /// The nodes that were asked first.
        contact_points: Vec<String>,
        /// What the last of them said, or did not say.
        source: Box<NewSessionError>,
    },
    /// The authorities of TLS are of no use.
    #[error("the authorities in {} cannot be trusted", .file.display())]
    Authorities {
        /// The file that should hold them.
        file: PathBuf,
        /// Why.
        #[source]
        source: TlsError,
    },
    /// The name of the keyspace is none.
    #[error("a keyspace is named by 1 to 48 of a-z, 0-9 and _, the first a letter")]
    Keyspace,
    /// The data centre is not one of the cluster's, or none was named and there are several.
    #[error(
        "name the data centre to use: the cluster has {}{}",
        .known.join(", "),
        .named.as_ref().map_or(String::new(), |named| format!(", not {named}"))
    )]
    DataCenter {
        /// The one that was named.
        named: Option<String>,
        /// Those of the cluster.
        known: Vec<String>,
    },
    /// The installation's nodes use another data centre: two of them decide nothing together.
    #[error("this installation uses the data centre {installation}, not {own}")]
    OtherDataCenter {
        /// The one all its nodes use.
        installation: String,
        /// The one this node uses.
        own: String,
    },
    /// The cluster refused or did not answer a statement of the start.
    #[error("the keyspace cannot be made ready: {0}")]
    Statement(#[source] Box<ExecutionError>),
    /// The cluster's description of itself cannot be had.
    #[error("the cluster does not tell its nodes and keyspaces: {0}")]
    Metadata(#[source] Box<MetadataError>),
    /// The nodes have different schemas.
    #[error("the nodes of the cluster do not agree on its schema: {0}")]
    Agreement(#[source] Box<SchemaAgreementError>),
    /// The keyspace was made, but not all nodes know it.
    #[error("the keyspace cannot be used yet: {0}")]
    Use(#[source] Box<UseKeyspaceError>),
    /// A statement of this program cannot be prepared.
    #[error("the keyspace has not the tables of this program: {0}")]
    Prepare(#[source] Box<PrepareError>),
    /// A newer program wrote the keyspace.
    #[error("the keyspace has schema version {found}, this program knows {known}; use a newer ezqr")]
    NewerSchema {
        /// What the keyspace has.
        found: u32,
        /// What this program knows.
        known: u32,
    },
    /// The keyspace is to be migrated, which only `serve` does.
    #[error("the keyspace has schema version {found}, this program knows {known}; start `ezqr serve` once")]
    OlderSchema {
        /// What the keyspace has.
        found: u32,
        /// What this program knows.
        known: u32,
    },
    /// There is no installation to attach to.
    #[error("there is no installation in the keyspace {keyspace}; start `ezqr serve` first")]
    Missing {
        /// The keyspace.
        keyspace: String,
    },
    /// Another node changes the schema, and has not come to an end.
    #[error("another node is changing the schema of the keyspace")]
    Migrating,
    /// The keyspace keeps nothing in the data centre.
    #[error("the keyspace keeps no copies in the data centre {datacenter}")]
    NotKept {
        /// The data centre.
        datacenter: String,
    },
    /// What became of a conditional statement cannot be told.
    #[error("the schema's lock was not told: {0}")]
    Unanswered(String),
    /// This machine's clock is too far off.
    #[error(transparent)]
    Clock(#[from] ClockOff),
    /// There is no randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// What the start has to read cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The driver's thread cannot be started.
    #[error("the thread of the store's driver cannot be started")]
    Thread(#[from] io::Error),
}

impl ConnectError {
    pub(super) fn of_session(contact_points: &[String], source: NewSessionError) -> Self {
        Self::Unreachable { contact_points: contact_points.to_vec(), source: Box::new(source) }
    }

    /// Whether trying again later may help, with everything as it is set.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Unreachable { source, .. } => !is_refusal(source),
            Self::Statement(error) => !matches!(Failure::of(error), Failure::Refused(_)),
            Self::Prepare(error) => !matches!(Failure::of_preparing(error), Failure::Refused(_)),
            Self::Read(error) => matches!(error, ReadError::Unavailable(_)),
            Self::Migrating | Self::Agreement(_) | Self::Metadata(_) | Self::Use(_) | Self::Unanswered(_) => {
                true
            }
            Self::Authorities { .. }
            | Self::Keyspace
            | Self::DataCenter { .. }
            | Self::OtherDataCenter { .. }
            | Self::NewerSchema { .. }
            | Self::OlderSchema { .. }
            | Self::Missing { .. }
            | Self::NotKept { .. }
            | Self::Clock(_)
            | Self::Entropy(_)
            | Self::Thread(_) => false,
        }
    }
}

impl From<ExecutionError> for ConnectError {
    fn from(error: ExecutionError) -> Self {
        Self::Statement(Box::new(error))
    }
}

impl From<SchemaAgreementError> for ConnectError {
    fn from(error: SchemaAgreementError) -> Self {
        Self::Agreement(Box::new(error))
    }
}

impl From<MetadataError> for ConnectError {
    fn from(error: MetadataError) -> Self {
        Self::Metadata(Box::new(error))
    }
}

impl From<UseKeyspaceError> for ConnectError {
    fn from(error: UseKeyspaceError) -> Self {
        Self::Use(Box::new(error))
    }
}

impl From<PrepareError> for ConnectError {
    fn from(error: PrepareError) -> Self {
        Self::Prepare(Box::new(error))
    }
}

/// What a process may make of the keyspace it finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// All that is missing.
    Serves,
    /// Nothing: it stands beside one that serves.
    Attaches,
}

impl ScyllaStore {
    /// Connects to the cluster and makes the keyspace ready: makes it, migrates it, and stops where what it
    /// finds does not fit.
    pub async fn connect(options: ScyllaOptions, clock: Clock) -> Result<Self, ConnectError> {
        Self::open(options, clock, Access::Serves).await
    }

    /// Connects to the cluster beside whoever serves, and takes the keyspace as it is: nothing is made, migrated
    /// or finished. A keyspace that is missing, or of an older or newer program, is told.
    pub async fn attach(options: ScyllaOptions, clock: Clock) -> Result<Self, ConnectError> {
        Self::open(options, clock, Access::Attaches).await
    }

    async fn open(options: ScyllaOptions, clock: Clock, access: Access) -> Result<Self, ConnectError> {
        let runtime = Runtime::start()?;
        let (core, probe) = runtime.run(Box::pin(connect(options, clock, access))).await?;
        let core = Arc::new(core);
        runtime.keep_up(probe.run(Arc::clone(&core)));
        runtime.keep_up(clock::keep_comparing(Arc::clone(&core)));
        runtime.keep_up(instruments::export(Arc::clone(&core)));
        Ok(Self(core, Arc::new(runtime)))
    }
}

async fn connect(
    options: ScyllaOptions,
    clock: Clock,
    access: Access,
) -> Result<(Core, Probe), ConnectError> {
    let session = session::open(&options).await?;
    let datacenter = DataCenter::of(&session, options.datacenter.as_deref())?;
    match access {
        Access::Serves => migrate::make_ready(&session, &datacenter, &options).await?,
        Access::Attaches => migrate::take_as_it_is(&session, &datacenter, &options.keyspace).await?,
    }
    let driver = Driver::new(session, session::profiles(&datacenter.name), clock.clone());
    let clock_rule = ClockRule::prepare(&driver, clock).await?;
    clock_rule.compare(&driver).await??;
    let statements = Box::pin(Statements::prepare(&driver)).await?;
    let probe = Probe::prepare(&driver).await?;
    let core = Core {
        driver,
        statements,
        clock_rule,
        datacenter,
        access,
        noted: Noted::default(),
        watch: Watch::default(),
        scan_writes: Throttle::default(),
    };
    if let Some(row) = core.founded().await? {
        let installation = row.data_center()?;
        if installation != core.datacenter.name {
            let (installation, own) = (installation.to_owned(), core.datacenter.name);
            return Err(ConnectError::OtherDataCenter { installation, own });
        }
    }
    // What is read from now on may change elsewhere.
    core.see_revisions().await?;
    Ok((core, probe))
}
