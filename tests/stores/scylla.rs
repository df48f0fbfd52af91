//! The store for several nodes under the contract suite.

use ezqr_schema::Code;
use ezqr_store::contract::Fixture;
use ezqr_store::{Store, scan_contract, store_contract};

use crate::cql;

/// The store in the keyspace of all tests: processes are connections of their own.
struct Scylla;

impl Fixture for Scylla {
    type Store = Store;

    async fn new() -> Self {
        Self
    }

    async fn serve(&self) -> Store {
        Store::Scylla(cql::store().await)
    }

    async fn another(&self) -> Store {
        Store::Scylla(cql::store().await)
    }

    async fn spoil(&self, code: &Code, text: &str) {
        let place = format!("page = {} AND sequence = {}", code.sequence.page().get(), code.sequence.get());
        let table = format!("{}.codes", cql::keyspace());
        cql::Raw::connect().await.run(&format!("UPDATE {table} SET metadata = '{text}' WHERE {place}")).await;
    }
}

store_contract!(Scylla, ignore = "needs a store: tests/cassandra/server starts one");
scan_contract!(Scylla, ignore = "needs a store: tests/cassandra/server starts one");
