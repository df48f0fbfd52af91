//! The program as a whole: real processes, killed, stopped, started again, and driven by its own command line.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests stop at what they did not expect"
)]

mod client;
mod commands;
mod descriptors;
mod disk;
mod drain;
mod files;
mod full_disk;
mod kills;
mod repeats;
mod scans;
mod server;
mod skipped;
mod stalls;
mod starts;
mod waiting;
mod walkthrough;
