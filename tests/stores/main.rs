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

use ezqr_store::contract::Fixture;
use ezqr_store::{EmbeddedOptions, EmbeddedStore, Store, scan_contract, store_contract};
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
}

store_contract!(Embedded);
scan_contract!(Embedded);
