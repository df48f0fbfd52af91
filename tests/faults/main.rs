//! Several ezqr processes on three nodes of the store, while nodes are killed, paused and cut off.
//!
//! They need a cluster that they may do this to: see `tests/cassandra/server`. `EZQR_TEST_LONG=1` makes them ten
//! times as long.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests stop at what they did not expect"
)]

mod chain;
#[path = "../process/client.rs"]
mod client;
mod cluster;
#[path = "../nodes/installation.rs"]
mod installation;
mod listing;
#[path = "../nodes/node.rs"]
mod node;
mod outage;
#[path = "../nodes/proxy.rs"]
mod proxy;
mod scans;
mod uniqueness;
#[path = "../process/scans/visitor.rs"]
mod visitor;
#[path = "../nodes/visits.rs"]
mod visits;
