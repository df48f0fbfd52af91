//! Every store under the contract suite, and what each promises beyond it.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests stop at what they did not expect, and tell what they measured"
)]

mod cql;
mod embedded;
mod relay;
mod scylla;
mod scylla_buckets;
mod scylla_codes;
mod scylla_founding;
mod scylla_outage;
mod scylla_scans;
mod scylla_service;
mod scylla_start;
mod scylla_statements;

use ezqr_schema::Code;
use ezqr_store::contract::Fixture;
use ezqr_store::{EmbeddedOptions, EmbeddedStore, Store, scan_contract, store_contract};
use rusqlite::{Connection, params};
use tempfile::TempDir;

/// The embedded store in a directory of its own.
struct Embedded {
    directory: TempDir,
}

impl Fixture for Embedded {
    type Store = Store;

    async fn new() -> Self {
        Self { directory: TempDir::new().unwrap() }
    }

    async fn serve(&self) -> Store {
        Store::Embedded(EmbeddedStore::open(self.directory.path(), EmbeddedOptions::default()).unwrap())
    }

    async fn another(&self) -> Store {
        Store::Embedded(EmbeddedStore::attach(self.directory.path()).unwrap())
    }

    async fn spoil(&self, code: &Code, text: &str) {
        let database = Connection::open(self.directory.path().join("ezqr.db")).unwrap();
        let sequence = i64::try_from(code.sequence.get()).unwrap();
        let sql = "UPDATE codes SET metadata = ? WHERE sequence = ?";
        assert_eq!(database.execute(sql, params![text, sequence]), Ok(1));
    }
}

store_contract!(Embedded);
scan_contract!(Embedded);
