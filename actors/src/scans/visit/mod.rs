//! What a request tells of its visitor.
//!
//! | part | tells |
//! |---|---|
//! | [`Profiler`] | all of it, once a request, from what it remembers |
//! | [`Agents`] | what a user agent is taken for, a [`Profile`] |
//! | [`OwnHosts`] | which hosts are our own, so that a way through them is no referrer |
//! | [`is_prefetch`] | whether a browser loads ahead of a visit |
//! | [`Countries`] | where its address is used |

mod agents;
mod countries;
mod evidence;
mod known;
mod prefetch;
mod profile;
mod profiler;
mod referrer;

pub use agents::{Agents, AgentsError};
pub use countries::{Countries, CountriesError};
pub use evidence::{Evidence, Visit};
pub use prefetch::is_prefetch;
pub use profile::Profile;
pub use profiler::Profiler;
pub use referrer::OwnHosts;
