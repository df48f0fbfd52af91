//! What the counting of scans stands on.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ezqr_schema::{Clock, EntropyError, LinkBase, random_bytes};
use ezqr_store::Store;

use super::actor::{ScanBounds, ScansSeed};
use super::journal::{Lanes, OpenError, Options};
use super::recorder::ScanRecorders;
use super::salts::PublishedSalt;
use super::visit::{Agents, AgentsError, Countries, CountriesError, OwnHosts};

/// What the counting of scans stands on.
#[derive(Clone, Debug)]
pub struct Counting {
    /// Whether scans are counted at all. What was counted is told in either case.
    pub is_on: bool,
    /// The directory of the journal.
    pub journal: PathBuf,
    /// Its files.
    pub files: Options,
    /// What is held in memory, and for how long.
    pub bounds: ScanBounds,
    /// Tells what user agents are.
    pub agents: Agents,
    /// Tells where addresses are.
    pub countries: Countries,
}

/// Why scans cannot be counted.
#[derive(Debug, thiserror::Error)]
pub enum CountingError {
    /// The journal cannot be opened.
    #[error(transparent)]
    Journal(#[from] OpenError),
    /// What tells user agents cannot be used.
    #[error(transparent)]
    Agents(#[from] AgentsError),
    /// What tells countries cannot be used.
    #[error(transparent)]
    Countries(#[from] CountriesError),
    /// There is no randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}

impl Counting {
    /// With a journal in `journal`, what the program knows of agents and countries, and bounds for a small
    /// machine.
    pub fn new(journal: PathBuf) -> Result<Self, CountingError> {
        let bounds = ScanBounds {
            memory_keys: 1_000_000,
            flush_every: Duration::from_secs(60),
            sync_every: Duration::from_secs(1),
        };
        Ok(Self {
            is_on: true,
            journal,
            files: Options::default(),
            bounds,
            agents: Agents::shipped()?,
            countries: Countries::shipped()?,
        })
    }

    /// Opens the journal. What the owner is built from; and what workers record by, when scans are counted.
    pub(crate) fn open(
        self,
        store: Store,
        clock: Clock,
        link_bases: &[LinkBase],
    ) -> Result<(ScansSeed, Option<ScanRecorders>), CountingError> {
        let (lanes, opened) = Lanes::open(&self.journal, self.files)?;
        for path in &opened.damaged {
            tracing::error!(path = %path.display(), "a journal of scans is damaged and set aside");
        }
        let salt = PublishedSalt::default();
        let recorders = ScanRecorders {
            lanes: lanes.clone(),
            salt: Arc::clone(&salt),
            agents: self.agents,
            countries: self.countries,
            own_hosts: Arc::new(OwnHosts::new(link_bases.iter().map(host))),
            cache_key: random_bytes()?,
        };
        let seed = ScansSeed { store, clock, lanes, salt, bounds: self.bounds, is_on: self.is_on };
        Ok((seed, self.is_on.then_some(recorders)))
    }
}

/// The host of a link base, without scheme and port.
fn host(base: &LinkBase) -> &str {
    let (_, authority) = base.as_str().split_once("://").unwrap_or_default();
    authority.split_once(':').map_or(authority, |(host, _)| host).trim_end_matches('/')
}
