//! The store for several nodes: ScyllaDB, or Apache Cassandra, by the same CQL.
//!
//! Invariants: a keyspace is one installation's. What is written on a condition is never written otherwise,
//! but for codes, whose first cells are back-dated. Whatever may be sent twice without harm is sent until it
//! is answered; nothing else is sent twice.

mod accounts;
mod buckets;
mod clock;
mod cluster;
mod codes;
mod columns;
mod conditional;
mod connect;
mod driver;
mod failure;
mod installation;
mod instruments;
mod keys;
mod link_bases;
mod migrate;
mod options;
mod probe;
mod pulse;
mod refusal;
mod revision;
mod runtime;
mod scans;
mod session;
mod tls;

use std::sync::Arc;

use scylla::errors::PrepareError;

use self::clock::ClockRule;
use self::cluster::DataCenter;
use self::connect::Access;
use self::driver::Driver;
use self::runtime::Runtime;
use crate::StoreHealth;

pub use self::buckets::{Advance, FullAt, SharedBuckets};
pub use self::clock::ClockOff;
pub use self::connect::ConnectError;
pub use self::options::{Credentials, ScyllaOptions};
pub use self::tls::TlsError;

/// The store for several nodes. Clones share one connection to the cluster; it ends with the last of them.
#[derive(Clone)]
pub struct ScyllaStore(Arc<Core>, #[expect(dead_code, reason = "what it runs ends with it")] Arc<Runtime>);

/// What all operations work with.
struct Core {
    driver: Driver,
    statements: Statements,
    clock_rule: ClockRule,
    datacenter: DataCenter,
    access: Access,
    /// What codes have been listed under.
    noted: codes::Noted,
    watch: revision::Watch,
    /// How many batches of counts are under way.
    scan_writes: scans::Throttle,
}

/// Every statement the store sends, prepared once.
struct Statements {
    accounts: accounts::Statements,
    buckets: buckets::Statements,
    codes: codes::Statements,
    installation: installation::Statements,
    keys: keys::Statements,
    link_bases: link_bases::Statements,
    scans: scans::Statements,
}

impl Statements {
    async fn prepare(driver: &Driver) -> Result<Self, PrepareError> {
        Ok(Self {
            accounts: accounts::Statements::prepare(driver).await?,
            buckets: buckets::Statements::prepare(driver).await?,
            codes: codes::Statements::prepare(driver).await?,
            installation: installation::Statements::prepare(driver).await?,
            keys: keys::Statements::prepare(driver).await?,
            link_bases: link_bases::Statements::prepare(driver).await?,
            scans: scans::Statements::prepare(driver).await?,
        })
    }
}

impl ScyllaStore {
    /// How it is: running, or away, and then asked until it answers.
    pub fn health(&self) -> StoreHealth {
        if self.0.driver.pulse.is_away() { StoreHealth::Away } else { StoreHealth::Running }
    }

    /// How many statements it was asked for so far, as the driver counts them: a batch is one, and so is every
    /// further sending and every page of a longer read. What the store asks for itself is left out.
    #[cfg(any(test, feature = "testkit"))]
    pub fn statements(&self) -> u64 {
        self.0.driver.statements()
    }

    /// The token buckets that the nodes of this installation share.
    pub fn shared_buckets(&self) -> SharedBuckets {
        SharedBuckets(self.clone())
    }
}

impl std::fmt::Debug for ScyllaStore {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ScyllaStore").field("health", &self.health()).finish_non_exhaustive()
    }
}
