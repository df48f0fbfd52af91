//! Section `scans`.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Deserializer};

use super::checks::{amount, count, path, seconds};

/// The counting of followed links.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scans {
    /// Whether they are counted.
    pub count: bool,
    /// Bytes of one journal file.
    #[serde(deserialize_with = "amount::<65_536, 1_073_741_824, _>")]
    pub journal_file_bytes: u64,
    /// Most bytes of all journal files together.
    #[serde(deserialize_with = "amount::<1_048_576, 1_099_511_627_776, _>")]
    pub journal_limit_bytes: u64,
    /// Most rows, cells and referrers of an epoch held in memory.
    #[serde(deserialize_with = "count::<1_000, 100_000_000, _>")]
    pub memory_keys: usize,
    /// How long a journal is written before it is made to survive a power failure.
    #[serde(rename = "sync_interval_seconds", deserialize_with = "seconds::<1, 60, _>")]
    pub sync_interval: Duration,
    /// How often totals are written into the store, when it is not as often as the store likes.
    #[serde(rename = "flush_interval_seconds", deserialize_with = "flush_interval")]
    pub flush_interval: Option<Duration>,
    /// The database of countries, when it is not the table that comes with the program.
    #[serde(deserialize_with = "path")]
    pub geo_database: Option<PathBuf>,
}

impl Scans {
    /// The setting that does not go with another, and why.
    pub(super) fn contradiction(&self) -> Option<(&'static str, &'static str)> {
        // The file that is written and the one after it, of a single worker.
        let least = self.journal_file_bytes.saturating_mul(2);
        (self.journal_limit_bytes < least)
            .then_some(("journal_limit_bytes", "must be at least twice scans.journal_file_bytes"))
    }
}

fn flush_interval<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let interval = seconds::<0, 3_600, D>(deserializer)?;
    Ok(Some(interval).filter(|interval| !interval.is_zero()))
}
