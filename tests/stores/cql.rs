//! The cluster that the tests are given, and keyspaces on it.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use ezqr_schema::Clock;
use ezqr_store::{ConnectError, Credentials, ScyllaOptions, ScyllaStore};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use scylla::client::session::Session;
use scylla::client::session_builder::SessionBuilder;
use scylla::response::query_result::QueryRowsResult;
use uuid::Uuid;

/// Every keyspace of these tests begins with it; the time it was made at follows.
const PREFIX: &str = "ezqr_stores_";
/// A keyspace this old, in milliseconds, is left of a run that has ended.
const OLD: i64 = 30 * 60 * 1_000;

#[expect(clippy::disallowed_methods, reason = "the environment is how a test is told of its cluster")]
fn variable(name: &str) -> Option<String> {
    env::var(name).ok()
}

/// The nodes to test on, as `host:port`.
fn nodes() -> Vec<String> {
    let nodes = variable("EZQR_TEST_CQL").expect("EZQR_TEST_CQL names a store to test on");
    nodes.split(',').map(str::to_owned).collect()
}

/// How to reach `keyspace` on the cluster.
pub(crate) fn options(keyspace: &str) -> ScyllaOptions {
    let user = variable("EZQR_TEST_CQL_USER");
    ScyllaOptions {
        contact_points: nodes(),
        keyspace: keyspace.to_owned(),
        credentials: user
            .map(|user| Credentials { user, password: variable("EZQR_TEST_CQL_PASSWORD").unwrap() }),
        tls_ca: variable("EZQR_TEST_CQL_CA").map(PathBuf::from),
        datacenter: None,
        replication_factor: None,
    }
}

/// A name no other keyspace has. It is dropped by a later run.
pub(crate) fn new_keyspace(purpose: &str) -> String {
    format!("{PREFIX}{}_{purpose}", Clock::system().now().as_millis())
}

/// The keyspace of all tests that do not need one of their own.
pub(crate) fn keyspace() -> &'static str {
    static KEYSPACE: OnceLock<String> = OnceLock::new();
    KEYSPACE.get_or_init(|| new_keyspace("all"))
}

/// The store in the keyspace of all tests, as one more process has it.
pub(crate) async fn store() -> ScyllaStore {
    connect(&options(keyspace())).await.unwrap()
}

pub(crate) async fn connect(options: &ScyllaOptions) -> Result<ScyllaStore, ConnectError> {
    ScyllaStore::connect(options.clone(), Clock::system()).await
}

fn trusting(file: &Path) -> Arc<ClientConfig> {
    let mut authorities = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).unwrap() {
        authorities.add(certificate.unwrap()).unwrap();
    }
    Arc::new(ClientConfig::builder().with_root_certificates(authorities).with_no_client_auth())
}

/// The cluster as no ezqr reaches it.
pub(crate) struct Raw(Session);

impl Raw {
    pub(crate) async fn connect() -> Self {
        let options = options(PREFIX);
        let mut builder = SessionBuilder::new().known_nodes(&options.contact_points);
        if let Some(credentials) = options.credentials {
            builder = builder.user(credentials.user, credentials.password);
        }
        if let Some(file) = options.tls_ca {
            builder = builder.tls_context(Some(trusting(&file)));
        }
        let raw = Self(builder.build().await.unwrap());
        raw.drop_old_keyspaces().await;
        raw
    }

    pub(crate) async fn run(&self, statement: &str) {
        self.0.query_unpaged(statement, ()).await.unwrap();
    }

    pub(crate) async fn rows(&self, statement: &str) -> QueryRowsResult {
        self.0.query_unpaged(statement, ()).await.unwrap().into_rows_result().unwrap()
    }

    pub(crate) async fn create_keyspace(&self, name: &str) {
        let replication = "{'class': 'SimpleStrategy', 'replication_factor': 1}";
        self.run(&format!("CREATE KEYSPACE {name} WITH replication = {replication}")).await;
    }

    pub(crate) async fn drop_keyspace(&self, name: &str) {
        self.run(&format!("DROP KEYSPACE IF EXISTS {name}")).await;
    }

    /// The tables of a keyspace, in the order of their names.
    pub(crate) async fn tables(&self, keyspace: &str) -> Vec<String> {
        let of_keyspace = format!("FROM system_schema.tables WHERE keyspace_name = '{keyspace}'");
        let rows = self.rows(&format!("SELECT table_name {of_keyspace}")).await;
        rows.rows::<(String,)>().unwrap().map(|row| row.unwrap().0).collect()
    }

    /// The version of a keyspace's schema.
    pub(crate) async fn version(&self, keyspace: &str) -> Option<i32> {
        let rows =
            self.rows(&format!("SELECT version FROM {keyspace}.migrations WHERE name = 'schema'")).await;
        rows.maybe_first_row::<(Option<i32>,)>().unwrap().and_then(|row| row.0)
    }

    /// Who changes a keyspace's schema.
    pub(crate) async fn holder(&self, keyspace: &str) -> Option<Uuid> {
        let rows = self.rows(&format!("SELECT holder FROM {keyspace}.migrations WHERE name = 'lock'")).await;
        rows.maybe_first_row::<(Option<Uuid>,)>().unwrap().and_then(|row| row.0)
    }

    async fn drop_old_keyspaces(&self) {
        let now = Clock::system().now().as_millis();
        for name in self.0.get_cluster_state().keyspaces_iter().map(|(name, _)| name) {
            let made = name.strip_prefix(PREFIX).and_then(|rest| rest.split('_').next());
            if made.and_then(|made| made.parse::<i64>().ok()).is_some_and(|made| made < now - OLD) {
                self.run(&format!("DROP KEYSPACE IF EXISTS {name}")).await;
            }
        }
    }
}
