//! Scans added up in memory: pure data, without clock, file and store.
//!
//! [`EpochTallies`] counts the scans of one epoch, [`RunVisitors`] the visitors of one run of the process. Both
//! hand out the rows that changed, slice by slice, until a store has acknowledged what they say.

mod counts;
mod epoch;
mod referrers;
mod rows;
mod visitors;

pub use epoch::EpochTallies;
pub use visitors::RunVisitors;

#[cfg(test)]
mod tests;
