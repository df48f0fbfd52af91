//! Scans added up in memory: pure data, without clock, file and store.
//!
//! [`EpochTallies`] counts the scans of one epoch, [`RunVisitors`] the visitors of one run of the process. Both
//! hand out the rows that changed, slice by slice, until a store has acknowledged what they say.
//!
//! A key of [`EpochTallies::keys`] takes about 30 bytes, at most 120 (a test floods it); rows that are handed out
//! are copies, of about 40 bytes a cell.

mod counts;
mod epoch;
mod referrers;
mod rows;
mod visitors;

pub use epoch::EpochTallies;
pub use visitors::RunVisitors;

#[cfg(test)]
mod tests;
