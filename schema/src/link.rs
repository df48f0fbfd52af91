//! Short paths: what a visitor's request names a code by.

use crate::{Alias, ShortCode};

/// The number of a link base in the installation's list of them; codes keep it instead of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LinkBaseId(pub u16);

/// The path of a short link, without its slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShortPath {
    /// A scrambled sequence number.
    Generated(ShortCode),
    /// A chosen one.
    Alias(Alias),
}

impl ShortPath {
    /// What `path` names; `None` when no code can have it, which needs no look-up.
    pub fn parse(path: &str) -> Option<Self> {
        match ShortCode::parse(path) {
            Some(code) => Some(Self::Generated(code)),
            None => Alias::parse(path).ok().map(Self::Alias),
        }
    }
}
