//! Making the keyspace and its tables, by one node at a time.
//!
//! The table `migrations` has two rows: one tells the version of the schema, the other is the lock of who
//! changes it. The lock ends by itself, so that a node that died does not keep the others from starting; what
//! it left half done is done again, which harms nothing.

use std::time::Duration;

use ezqr_schema::{CQL_MIGRATIONS, random_bytes};
use scylla::client::session::Session;
use scylla::policies::load_balancing::{NodeIdentifier, SingleTargetLoadBalancingPolicy};
use scylla::serialize::row::SerializeRow;
use scylla::statement::Statement;
use scylla::value::CqlValue;
use uuid::Uuid;

use super::cluster::DataCenter;
use super::conditional::Answer;
use super::connect::ConnectError;
use super::failure::{Failure, corrupt};
use super::options::ScyllaOptions;

/// Where the version is, and the lock.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, version int, holder uuid)";
/// Seconds a lock is held without being renewed, which it is before every statement: longer than the longest
/// of them is waited for.
const LOCK_SECONDS: i32 = 120;
/// How often a node looks whether another has done its work.
const LOOK: Duration = Duration::from_millis(500);
/// So many times; it outlasts a lock whose holder died.
const LOOKS: u32 = 150;
/// Copies of a row that let one node fail.
const COPIES: usize = 3;

/// Makes the keyspace and its tables as this program needs them, or answers why they are of no use to it.
pub(super) async fn make_ready(
    session: &Session,
    datacenter: &DataCenter,
    options: &ScyllaOptions,
) -> Result<(), ConnectError> {
    let keyspace = options.keyspace.as_str();
    if !is_keyspace(keyspace) {
        return Err(ConnectError::Keyspace);
    }
    let schema = Schema { session, datacenter };
    // Asked of the node itself: what it lists of its schema may be ahead of what it has opened.
    if session.use_keyspace(keyspace, false).await.is_err() {
        let asked = options.replication_factor.map(|factor| usize::from(factor.get()));
        let copies = asked.unwrap_or(datacenter.nodes.len().min(COPIES));
        schema.change(&creation_of(keyspace, &datacenter.name, copies)).await?;
        session.use_keyspace(keyspace, false).await?;
    }
    if session.get_cluster_state().get_keyspace(keyspace).is_none() {
        session.refresh_metadata().await?;
    }
    let copies = datacenter.copies(session, keyspace).unwrap_or_default();
    if copies == 0 {
        return Err(ConnectError::NotKept { datacenter: datacenter.name.clone() });
    }
    if copies < COPIES.min(datacenter.nodes.len()) {
        tracing::warn!(
            keyspace,
            copies,
            nodes = datacenter.nodes.len(),
            "the keyspace keeps too few copies of each row: no node may fail"
        );
    }
    schema.migrate().await
}

/// Looks whether the keyspace and its tables are as this program needs them, and changes nothing.
pub(super) async fn take_as_it_is(
    session: &Session,
    datacenter: &DataCenter,
    keyspace: &str,
) -> Result<(), ConnectError> {
    if !is_keyspace(keyspace) {
        return Err(ConnectError::Keyspace);
    }
    let missing = || ConnectError::Missing { keyspace: keyspace.to_owned() };
    session.refresh_metadata().await?;
    if session.get_cluster_state().get_keyspace(keyspace).is_none() {
        return Err(missing());
    }
    session.use_keyspace(keyspace, false).await?;
    let known = known_version();
    match (Schema { session, datacenter }).version().await {
        Ok(found) if found > known => Err(ConnectError::NewerSchema { found, known }),
        Ok(found) if found == known => Ok(()),
        Ok(0) => Err(missing()),
        Ok(found) => Err(ConnectError::OlderSchema { found, known }),
        // A keyspace without the table is no installation's.
        Err(ConnectError::Statement(error)) if matches!(Failure::of(&error), Failure::Refused(_)) => {
            Err(missing())
        }
        Err(error) => Err(error),
    }
}

fn is_keyspace(name: &str) -> bool {
    name.len() <= 48
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

fn creation_of(keyspace: &str, datacenter: &str, copies: usize) -> String {
    let datacenter = datacenter.replace('\'', "''");
    format!(
        "CREATE KEYSPACE IF NOT EXISTS {keyspace} WITH replication = \
         {{'class': 'NetworkTopologyStrategy', '{datacenter}': {copies}}}"
    )
}

/// The version this program needs.
fn known_version() -> u32 {
    CQL_MIGRATIONS.last().map_or(0, |migration| migration.number)
}

struct Schema<'a> {
    session: &'a Session,
    datacenter: &'a DataCenter,
}

impl Schema<'_> {
    async fn migrate(&self) -> Result<(), ConnectError> {
        if self.version().await.is_err() {
            self.change(TABLE).await?;
        }
        let holder = Uuid::from_bytes(random_bytes()?);
        let mut last = ConnectError::Migrating;
        for _ in 0..LOOKS {
            match self.try_to_migrate(holder).await {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                // Replicas that do not know a table yet fail to answer: another node is making it.
                Err(error) if error.is_temporary() => last = error,
                Err(error) => return Err(error),
            }
            tokio::time::sleep(LOOK).await;
        }
        Err(last)
    }

    /// Looks whether all is done, or does it if nobody else does; false when somebody does.
    async fn try_to_migrate(&self, holder: Uuid) -> Result<bool, ConnectError> {
        if self.is_current().await? {
            return Ok(true);
        }
        if self.lock(None, Some(holder)).await? {
            self.migrate_locked(holder).await?;
            return Ok(true);
        }
        Ok(false)
    }

    async fn migrate_locked(&self, holder: Uuid) -> Result<(), ConnectError> {
        // Another may have come to its end just before.
        let found = self.version().await?;
        for migration in CQL_MIGRATIONS.iter().filter(|migration| migration.number > found) {
            tracing::info!(version = migration.number, "changing the schema of the keyspace");
            for statement in migration.statements() {
                if !self.lock(Some(holder), Some(holder)).await? {
                    return Err(ConnectError::Migrating);
                }
                self.change(&statement).await?;
            }
            let [before, after] = [migration.number - 1, migration.number].map(u32::cast_signed);
            let before = (before > 0).then_some(before);
            let step = "UPDATE migrations SET version = ? WHERE name = 'schema' IF version = ?";
            self.conditional(step, (after, before)).await?;
        }
        self.lock(Some(holder), None).await?;
        Ok(())
    }

    async fn is_current(&self) -> Result<bool, ConnectError> {
        let (found, known) = (self.version().await?, known_version());
        if found > known { Err(ConnectError::NewerSchema { found, known }) } else { Ok(found == known) }
    }

    /// The version of the schema; 0 while there is none.
    async fn version(&self) -> Result<u32, ConnectError> {
        let statement = Statement::new("SELECT version FROM migrations WHERE name = 'schema'");
        let rows = self.session.query_unpaged(statement, ()).await?.into_rows_result().map_err(corrupt)?;
        let row = rows.maybe_first_row::<(Option<i32>,)>().map_err(corrupt)?;
        Ok(row.and_then(|(version,)| version).unwrap_or_default().cast_unsigned())
    }

    /// Hands the lock from one holder to another; `None` is nobody. Whether it is then the other's, whose try
    /// before may have got it unanswered.
    async fn lock(&self, from: Option<Uuid>, to: Option<Uuid>) -> Result<bool, ConnectError> {
        let lock = "UPDATE migrations USING TTL ? SET holder = ? WHERE name = 'lock' IF holder = ?";
        let answer = self.conditional(lock, (LOCK_SECONDS, to, from)).await?;
        let holder = answer.row().and_then(|row| row.get("holder")).and_then(CqlValue::as_uuid);
        Ok(answer.is_applied || holder == to)
    }

    async fn conditional(&self, statement: &str, values: impl SerializeRow) -> Result<Answer, ConnectError> {
        let result = self.session.query_unpaged(statement, values).await?;
        Answer::read(result, false).map_err(|failure| ConnectError::Unanswered(failure.to_string()))
    }

    /// Changes the schema on one node, and waits until all have taken it over.
    async fn change(&self, statement: &str) -> Result<(), ConnectError> {
        let mut statement = Statement::new(statement);
        if let Some(node) = self.datacenter.schema_node(self.session) {
            let only = SingleTargetLoadBalancingPolicy::new(NodeIdentifier::HostId(node), None);
            statement.set_load_balancing_policy(Some(only));
        }
        self.session.query_unpaged(statement, ()).await?;
        // The driver waits by itself for what this statement changed, not for what another had changed before.
        self.session.await_schema_agreement().await?;
        Ok(())
    }
}
