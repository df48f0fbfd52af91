//! Which site led to a link.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

/// The host of the page that led to a link, at most 64 bytes, in lower case; or `direct`, when no page did, or
/// `other`. A host name has a dot, so that it is neither.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Referrer(Arc<str>);

/// The text of a [`Referrer`], borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReferrerText<'text>(&'text str);

impl<'text> ReferrerText<'text> {
    /// No page led there, or it does not say so.
    pub const DIRECT: Self = Self("direct");
    /// A page led there whose host is not kept.
    pub const OTHER: Self = Self("other");
    /// Bytes of the longest host that is kept.
    pub const LONGEST: usize = 64;

    /// The host name `text`, in lower case already; `None` when it is none that is kept.
    ///
    /// Labels of letters, digits, hyphens and underscores, at least two, none empty (RFC 1123, 2.1, and what
    /// is found in practice).
    pub fn host(text: &'text str) -> Option<Self> {
        let is_label = |label: &str| {
            let is_valid =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
            !label.is_empty() && label.len() <= 63 && label.bytes().all(is_valid)
        };
        let is_host = text.len() <= Self::LONGEST && text.contains('.') && text.split('.').all(is_label);
        is_host.then_some(Self(text))
    }

    /// What [`ReferrerText::as_str`] gave; `None` when it cannot have.
    pub fn of_stored(text: &'text str) -> Option<Self> {
        match text {
            "direct" | "other" => Some(Self(text)),
            host => Self::host(host),
        }
    }

    /// The host, `direct` or `other`.
    pub const fn as_str(self) -> &'text str {
        self.0
    }
}

impl Referrer {
    /// Keeps `text`.
    pub fn of(text: ReferrerText<'_>) -> Self {
        Self(Arc::from(text.0))
    }

    /// Its text.
    pub fn text(&self) -> ReferrerText<'_> {
        ReferrerText(&self.0)
    }

    /// The host, `direct` or `other`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// It hashes and compares as its text.
impl Borrow<str> for Referrer {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Referrer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_host_names_of_two_labels_are_kept() {
        let long = format!("{}.{}.example", "a".repeat(60), "b".repeat(10));
        for text in ["", "direct", "localhost", "Example.com", "a..b", ".com", "com.", "a b.c", "é.fr", &long]
        {
            assert_eq!(ReferrerText::host(text), None, "{text}");
        }
        for text in ["example.com", "xn--bcher-kva.example", "a_b.example", "192.0.2.1"] {
            assert_eq!(ReferrerText::host(text).unwrap().as_str(), text);
            assert!(ReferrerText::of_stored(text).is_some());
        }
        assert_eq!(ReferrerText::of_stored("direct"), Some(ReferrerText::DIRECT));
    }
}
