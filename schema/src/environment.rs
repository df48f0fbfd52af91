//! Environments and the owner of codes.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::AccountId;

/// A name inside an account, `[a-z0-9-]{1,32}`, such as `production` or `staging`.
///
/// Every code and every key lives in exactly one, and sees nothing of the others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Environment(Arc<str>);

/// A text is no name of an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to 32 characters of a-z, 0-9 and hyphens")]
pub struct InvalidEnvironment;

impl Environment {
    /// The environment `text` names.
    pub fn parse(text: &str) -> Result<Self, InvalidEnvironment> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (1..=32).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidEnvironment)
        }
    }

    /// Takes a name from the store as it is.
    pub fn from_stored(text: &str) -> Self {
        Self(text.into())
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl TryFrom<String> for Environment {
    type Error = InvalidEnvironment;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Environment> for String {
    fn from(environment: Environment) -> Self {
        environment.as_str().to_owned()
    }
}

/// Whose a code is: what a page belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner {
    /// The account.
    pub account: AccountId,
    /// The environment inside it.
    pub environment: Environment,
}
