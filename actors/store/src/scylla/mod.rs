//! The store for several nodes: ScyllaDB, or Apache Cassandra, by the same CQL.

mod conditional;
mod driver;
mod failure;
mod pulse;
