//! A worker's memory of those it saw.

use std::sync::Arc;

use ezqr_schema::scan::{Class, Reason, VisitorSalt};

use super::agents::head;
use super::known::Known;
use super::referrer::Lowered;
use super::{Agents, Countries, Evidence, OwnHosts, Profile, Visit};

/// Tells visitors by what their requests show. Each worker has its own, of 128 KiB.
///
/// It remembers what the last agents were taken for. Referrers are read as fast as they would be looked up. So
/// are countries: and one in twelve borders of the shipped table lies within a /24, where an answer for the
/// network would be wrong.
///
/// The hash of a visitor is made of the whole agent, of which only the first 1,024 bytes are judged.
#[derive(Debug)]
pub struct Profiler {
    agents: Agents,
    known: Known,
    own: Arc<OwnHosts>,
    countries: Countries,
    lowered: Lowered,
}

impl Profiler {
    /// One that has seen nobody. `key` is random, so that nobody outside can tell which agents share a place.
    pub fn new(key: [u8; 16], agents: Agents, own: Arc<OwnHosts>, countries: Countries) -> Self {
        Self { agents, known: Known::new(key), own, countries, lowered: Lowered::default() }
    }

    /// What `evidence` tells. Without `salt` the visit has no visitor.
    pub fn visit<'a>(&'a mut self, evidence: &Evidence<'_>, salt: Option<&VisitorSalt>) -> Visit<'a> {
        let Self { agents, known, .. } = self;
        let mut profile = evidence.agent.map_or(Profile::unknown(Reason::NoAgent), |agent| {
            let head = head(agent);
            known.profile(head, || agents.profile(head))
        });
        if evidence.is_prefetch && profile.reason.class() != Class::Bot {
            profile.reason = Reason::Prefetch;
        }
        let country = evidence.country.unwrap_or_else(|| self.countries.country(evidence.address));
        let visitor = salt.map(|salt| salt.visitor(evidence.address, evidence.agent.unwrap_or_default()));
        Visit { profile, country, referrer: self.lowered.referrer(evidence.referrer, &self.own), visitor }
    }
}

#[cfg(test)]
mod tests;
