//! Several ezqr processes on one store: what one does shows in the others, and nothing is done twice.
//!
//! They need a store, which `EZQR_TEST_CQL` names: see `tests/cassandra/server`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests stop at what they did not expect"
)]

mod changes;
#[path = "../process/client.rs"]
mod client;
mod doubts;
mod freshness;
mod installation;
mod limits;
mod node;
mod proxy;
mod repeats;
mod resends;
mod scan_writes;
mod scans;
#[path = "../process/scans/visitor.rs"]
mod visitor;
mod visits;
