//! The store for several nodes under the contract suite.

use ezqr_store::contract::Fixture;
use ezqr_store::{Store, scan_contract, store_contract};

use crate::cql;

/// The store in the keyspace of all tests: processes are connections of their own.
struct Scylla;

impl Fixture for Scylla {
    type Store = Store;

    fn is_there() -> bool {
        cql::nodes().is_some()
    }

    async fn new() -> Self {
        Self
    }

    async fn serve(&self) -> Store {
        Store::Scylla(cql::store().await)
    }

    async fn another(&self) -> Store {
        Store::Scylla(cql::store().await)
    }
}

store_contract!(Scylla);
scan_contract!(Scylla);
