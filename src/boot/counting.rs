//! What scans are counted with, by the settings.

use std::time::Duration;

use ezqr_actors::scans::journal::Options;
use ezqr_actors::scans::visit::{Agents, Countries};
use ezqr_actors::scans::{Counting, CountingError, ScanBounds};

use crate::config::Config;

/// How often counts are written into the embedded store: each row costs it a page, however much it counts.
const FLUSH_EMBEDDED: Duration = Duration::from_secs(60);
/// The same of a shared store: how late other nodes tell of a scan.
const FLUSH_SHARED: Duration = Duration::from_secs(2);

/// What scans are counted with. It reads the tables of agents and countries: some 90 ms.
pub(super) fn counting(config: &Config) -> Result<Counting, CountingError> {
    let scans = &config.scans;
    let flush_every = if config.store.url.is_some() { FLUSH_SHARED } else { FLUSH_EMBEDDED };
    let countries = match &scans.geo_database {
        None => Countries::shipped()?,
        Some(path) => Countries::open(path)?,
    };
    Ok(Counting {
        is_on: scans.count,
        journal: config.store.journal_directory(),
        files: Options {
            file_bytes: scans.journal_file_bytes,
            total_bytes: scans.journal_limit_bytes,
            ..Options::default()
        },
        bounds: ScanBounds {
            memory_keys: scans.memory_keys,
            flush_every: scans.flush_interval.unwrap_or(flush_every),
            sync_every: scans.sync_interval,
        },
        agents: Agents::shipped()?,
        countries,
    })
}
