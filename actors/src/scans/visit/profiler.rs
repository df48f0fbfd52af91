//! A worker's memory of those it saw.

use std::sync::Arc;

use ezqr_schema::scan::{Reason, VisitorSalt};

use super::referrer::Lowered;
use super::{Agents, Countries, Evidence, OwnHosts, Profile, Visit};

/// Tells visitors by what their requests show. Each worker has its own.
#[derive(Debug)]
pub struct Profiler {
    agents: Agents,
    own: Arc<OwnHosts>,
    countries: Countries,
    lowered: Lowered,
}

impl Profiler {
    /// One that has seen nobody. `key` is random, so that nobody outside can tell which agents share a place.
    pub fn new(key: [u8; 16], agents: Agents, own: Arc<OwnHosts>, countries: Countries) -> Self {
        let _ = key;
        Self { agents, own, countries, lowered: Lowered::default() }
    }

    /// What `evidence` tells. Without `salt` the visit has no visitor.
    pub fn visit<'a>(&'a mut self, evidence: &Evidence<'_>, salt: Option<&VisitorSalt>) -> Visit<'a> {
        let mut profile =
            evidence.agent.map_or(Profile::unknown(Reason::NoAgent), |agent| self.agents.profile(agent));
        if evidence.is_prefetch {
            profile.reason = Reason::Prefetch;
        }
        let country = evidence.country.unwrap_or_else(|| self.countries.country(evidence.address));
        let visitor = salt.map(|salt| salt.visitor(evidence.address, evidence.agent.unwrap_or_default()));
        Visit { profile, country, referrer: self.lowered.referrer(evidence.referrer, &self.own), visitor }
    }
}
