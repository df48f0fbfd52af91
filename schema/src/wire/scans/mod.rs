//! What is asked of scans, and what is answered.
//!
//! Scans are counted by [windows](crate::scan::Window), 15 minutes of UTC. A scan counts where its window
//! begins: in that hour, date, week and month of the zone that is asked for.

mod answer;
mod csv;
mod dimension;
mod filter;
mod ndjson;
mod query;
mod range;
mod zone;

pub use answer::{
    Breakdown, ClassTotal, CodeTotal, Counted, DateTotal, Group, Groups, ReasonTotal, ScanReport,
};
pub use dimension::{Dimension, GroupBy, Interval, Top};
pub use filter::{MOST_VALUES, ScanFilter};
pub use query::{
    AccountScanQuery, MOST_BUCKETS, ScanFormat, ScanQuery, WINDOW_DAYS, parse_account_scan_query,
    parse_scan_query,
};
pub use range::{Bound, ScanRange};
pub use zone::{UnknownZone, Zone};

#[cfg(test)]
mod tests;
