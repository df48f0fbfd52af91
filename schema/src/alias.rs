//! Chosen short codes.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::short_code::looks_generated;

/// Paths of the service itself, present or kept for it, which no alias may shadow.
const RESERVED: [&str; 24] = [
    "account",
    "accounts",
    "admin",
    "api",
    "app",
    "assets",
    "codes",
    "dashboard",
    "docs",
    "favicon",
    "healthz",
    "help",
    "jobs",
    "livez",
    "login",
    "logout",
    "metrics",
    "openapi",
    "qr",
    "readyz",
    "robots",
    "scans",
    "static",
    "well-known",
];

/// A short code its owner chose: 3 to 64 of `[a-z0-9-]`, folded to lower case.
///
/// It begins and ends with a letter or digit, is not one of the service's own paths and can never be
/// mistaken for a generated code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Alias(Arc<str>);

/// Why a text cannot be an alias.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAlias {
    /// Shorter than 3 or longer than 64 characters.
    #[error("must have 3 to 64 characters")]
    Length,
    /// A character outside `[a-z0-9-]`, or a hyphen at either end.
    #[error("may hold a-z, 0-9 and hyphens, and begins and ends with a letter or digit")]
    Characters,
    /// One of the service's own paths.
    #[error("is reserved")]
    Reserved,
    /// Eight or nine symbols of base 32: a generated code may read the same, now or later.
    #[error(
        "could be a generated short code, as any 8 or 9 letters and digits without a u, and a printed code must \
         never lead to somebody else's alias: add a hyphen, such as my-{folded}, or take another length"
    )]
    LooksGenerated {
        /// What was asked for, in lower case.
        folded: String,
    },
}

impl Alias {
    /// The alias `text` means, whatever its case.
    pub fn parse(text: &str) -> Result<Self, InvalidAlias> {
        let alias = Self::of_known_form(text)?;
        if RESERVED.contains(&alias.as_str()) { Err(InvalidAlias::Reserved) } else { Ok(alias) }
    }

    /// Takes a text from the store as it is: what is printed stays, though the rules for new ones change.
    pub fn from_stored(text: &str) -> Self {
        Self(text.into())
    }

    /// The alias that a visitor's `path` may name. Rules for new ones do not count: a word that was reserved since
    /// is still printed somewhere.
    pub(crate) fn looked_up(path: &str) -> Option<Self> {
        Self::of_known_form(path).ok()
    }

    /// What every alias is that was ever taken: this may be widened, never narrowed.
    fn of_known_form(text: &str) -> Result<Self, InvalidAlias> {
        if !(3..=64).contains(&text.len()) {
            return Err(InvalidAlias::Length);
        }
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if !text.bytes().all(allowed) || text.starts_with('-') || text.ends_with('-') {
            return Err(InvalidAlias::Characters);
        }
        let folded = text.to_ascii_lowercase();
        if looks_generated(text) {
            return Err(InvalidAlias::LooksGenerated { folded });
        }
        Ok(Self(folded.into()))
    }

    /// Its text, lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Alias {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl TryFrom<String> for Alias {
    type Error = InvalidAlias;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Alias> for String {
    fn from(alias: Alias) -> Self {
        alias.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_is_folded_to_lower_case() {
        assert_eq!(Alias::parse("Summer-Sale").unwrap().as_str(), "summer-sale");
    }

    #[test]
    fn what_could_be_a_generated_code_is_refused() {
        for text in ["7k3mx9qa", "LOOKSOIL", "123456789", "Download", "calendar", "christmas"] {
            let folded = text.to_ascii_lowercase();
            assert_eq!(Alias::parse(text), Err(InvalidAlias::LooksGenerated { folded }), "{text}");
        }
        for text in ["7k3mx9q", "7k3m-9qa", "customer", "1234567890"] {
            let expected = if text == "customer" { "customer" } else { text };
            assert_eq!(Alias::parse(text).unwrap().as_str(), expected);
        }
    }

    #[test]
    fn the_refusal_of_a_word_says_why_and_proposes_one_that_is_taken() {
        for (text, proposed) in [("Download", "my-download"), ("christmas", "my-christmas")] {
            let told = Alias::parse(text).unwrap_err().to_string();
            assert!(told.contains(&format!("such as {proposed}, or take another length")), "{told}");
            assert!(told.contains("a printed code must never lead to somebody else's alias"), "{told}");
            assert_eq!(Alias::parse(proposed).unwrap().as_str(), proposed);
        }
    }

    #[test]
    fn a_stored_alias_is_found_though_it_could_not_be_chosen_any_more() {
        assert_eq!(Alias::looked_up("Admin"), Some(Alias::from_stored("admin")));
        assert_eq!(Alias::looked_up("summer-sale"), Alias::parse("summer-sale").ok());
        for path in ["", "ab", "a b", "-ab", "123456789", "ä-b"] {
            assert_eq!(Alias::looked_up(path), None, "{path}");
        }
        assert_eq!(Alias::from_stored("No longer allowed").as_str(), "No longer allowed");
    }

    #[test]
    fn lengths_characters_and_reserved_words_are_refused() {
        assert_eq!(Alias::parse("ab"), Err(InvalidAlias::Length));
        assert_eq!(Alias::parse(&"a".repeat(65)), Err(InvalidAlias::Length));
        for text in ["a b", "a/b", "-ab", "ab-", "äöü", "a.b", "a\r\nb"] {
            assert_eq!(Alias::parse(text), Err(InvalidAlias::Characters), "{text}");
        }
        assert_eq!(Alias::parse("API"), Err(InvalidAlias::Reserved));
    }
}
