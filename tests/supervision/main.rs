//! Owners of state under faults: injected panics, a store that another process writes to, and stops.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests stop at what they did not expect"
)]

mod batches;
mod codes;
mod elsewhere;
mod idempotency;
mod keys;
mod restarts;
mod scan_days;
mod scans;
mod world;
