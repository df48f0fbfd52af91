//! The HTTP interface over real sockets: the server in this process, its answers as literal text.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests stop at what they did not expect"
)]

mod aliases;
mod batch;
mod bodies;
mod catalogue;
mod changes;
mod connections;
mod content_types;
mod create;
mod docs;
mod expectations;
mod fields;
mod guessing;
mod health;
mod held;
mod idempotency;
mod images;
mod keys;
mod limits;
mod links;
mod list;
mod log;
mod owners;
mod protocol;
mod scans;
mod support;
mod values;
mod zip;
