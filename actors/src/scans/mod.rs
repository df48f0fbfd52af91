//! Scans: every followed link counted once.
//!
//! A worker writes what it saw into its own journal file and answers; the owner reads the journals, adds up,
//! and writes totals into the store. What is counted is in a journal before it is answered, and its files go
//! only when every row made of them was acknowledged.

pub mod journal;
mod live;
pub mod report;
pub mod tallies;
pub mod visit;

pub use live::Live;
