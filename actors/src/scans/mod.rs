//! Scans: every followed link counted once.
//!
//! A worker writes what it saw into its own journal file and answers; the owner reads the journals, adds up,
//! and writes totals into the store. What is counted is in a journal before it is answered, and its files go
//! only when every row made of them was acknowledged.

mod actor;
mod counting;
mod epochs;
mod flush;
mod handle;
pub mod journal;
mod live;
mod reading;
mod recorder;
pub mod report;
mod roll_up;
mod salts;
pub mod tallies;
pub mod visit;
mod writing;

pub use actor::{ScanBounds, Scans, ScansSeed};
pub use counting::{Counting, CountingError};
pub use handle::ScansHandle;
pub use live::Live;
pub use reading::REPLAY_DAYS;
pub use recorder::{SCANS_DROPPED_TOTAL, SCANS_TOTAL, ScanRecorder, ScanRecorders};
