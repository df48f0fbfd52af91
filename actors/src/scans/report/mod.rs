//! What is told of scans: totals and breakdowns by any zone.
//!
//! Totals are exact in every zone, for days are kept by quarters of an hour. So are breakdowns while windows are
//! kept; of days before, they are those of the UTC day of the same name, as visitors are of every day.

mod account;
mod counter;
mod counts;
mod offsets;
mod plan;
mod ranking;
mod reader;
mod referrers;
mod rows;
mod shares;
mod shown;
mod timeline;

pub use account::{AccountPages, AccountReportError, MOST_PARTITIONS};
pub use reader::ScanReader;

#[cfg(test)]
mod tests;
