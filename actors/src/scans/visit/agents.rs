//! What user agents are taken for.
//!
//! Three questions, in this order:
//!
//! 1. Who is it? [`rules`] finds words in the agent, [`reason`] judges by them.
//! 2. What does it run on? [`platform`] judges by the same words.
//! 3. Which browser is it? The rules of uap-core tell, run by the crate `ua-parser`; asked of people alone.
//!
//! Rules for robots were first made of what such programs say of themselves: that they are a bot, a crawler, a
//! scanner; a URL, a domain or a mail address to complain at (RFC 9110, 10.1.5, and RFC 9309, 2.2.1, have them
//! name themselves); `compatible;` of what is no Internet Explorer; a name where a browser has a whole
//! ancestry. Then they were run over the robots of `tests/agents`, and what they missed was looked at: rules
//! were added where they say something of more than one program, and a few well-known names. Of libraries all
//! had to be found, so their list does hold names of single programs. Last, agents of devices in uap-core's own
//! tests showed which words phones and the carriers of people use too. The figures are in the README of
//! `tests/agents`.
//!
//! Why this parser: of the crates that read user agents, woothee takes 2.0 µs but had its last release in
//! 2021, and the others run hundreds of expressions in turn; `ua-parser` is kept by the authors of uap-core
//! and needs, with the rules for browsers alone, 1.7 µs for an agent, some 40 ms and 9 MB once a process.

mod browser;
mod marks;
mod platform;
mod reason;
mod rules;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::sync::Arc;

use ezqr_schema::scan::{Browser, Class, Reason};

use self::browser::Browsers;
use self::rules::Words;
use super::Profile;

/// Bytes of an agent that are read. Browsers need 100 to 200, those inside apps up to 500.
const READ: usize = 1_024;

/// What is read of `agent`: its first 1,024 bytes at most, and no word in part.
pub(super) fn head(agent: &[u8]) -> &[u8] {
    if agent.len() <= READ {
        return agent;
    }
    let cut = agent.get(..READ).unwrap_or(agent);
    let end = cut.iter().rposition(|byte| *byte == b' ').unwrap_or(cut.len());
    cut.get(..end).unwrap_or(cut)
}

/// Knows user agents. Clones share what it knows, about 9 MB.
#[derive(Clone, Debug)]
pub struct Agents(Arc<Knowledge>);

#[derive(Debug)]
struct Knowledge {
    words: Words,
    browsers: Browsers,
}

/// The rules that come with the program are damaged.
#[derive(Debug, thiserror::Error)]
pub enum AgentsError {
    /// Those for robots and systems.
    #[error("the words that user agents are judged by: {0}")]
    Words(#[from] aho_corasick::BuildError),
    /// Those for browsers: no list of rules.
    #[error("the list of browsers: {0}")]
    List(#[from] serde_json::Error),
    /// Those for browsers: one of them is no expression.
    #[error("a rule for browsers: {0}")]
    Rule(String),
}

impl Agents {
    /// By the rules that come with the program. It takes some 40 ms.
    pub fn shipped() -> Result<Self, AgentsError> {
        Ok(Self(Arc::new(Knowledge { words: Words::shipped()?, browsers: Browsers::shipped()? })))
    }

    /// What is told by `agent`, of any bytes; only the first 1,024 are read.
    pub fn profile(&self, agent: &[u8]) -> Profile {
        let agent = head(agent).trim_ascii();
        if agent.is_empty() {
            return Profile::unknown(Reason::NoAgent);
        }
        let marks = self.0.words.marks(agent);
        let reason = reason::of(agent, marks);
        let (device, os) = platform::of(marks);
        let browser = match reason.class() {
            Class::Human => self.0.browsers.browser(&readable(agent), marks),
            Class::Bot | Class::Unknown => Browser::Other,
        };
        Profile { reason, device, os, browser }
    }
}

/// The agent with `?` for what is not ASCII: names of browsers are (RFC 9110, 5.6.2).
fn readable(agent: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(agent) {
        Ok(text) if text.is_ascii() => Cow::Borrowed(text),
        Ok(_) | Err(_) => Cow::Owned(
            agent.iter().map(|byte| if byte.is_ascii() { char::from(*byte) } else { '?' }).collect(),
        ),
    }
}
