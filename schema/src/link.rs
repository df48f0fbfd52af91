//! Short paths: what a visitor's request names a code by.

use crate::{Alias, ShortCode};

/// The number of a link base in the installation's list of them; codes keep it instead of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LinkBaseId(pub u16);

/// The path of a short link, without its slash.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
            None => Alias::looked_up(path).map(Self::Alias),
        }
    }

    /// What `path` means where a person or a program wrote it down: what no code can begin or end with is left
    /// away (a full stop, a bracket, a blank of any kind), and so is a query whose question mark is missing.
    /// `None` when it names no code even so.
    pub fn read(path: &str) -> Option<Self> {
        Self::parse(path).or_else(|| Self::parse(bare(path)))
    }
}

/// `path` without what no code can begin or end with, and without what follows a code and a sign of queries, or an
/// escape that is still one.
fn bare(path: &str) -> &str {
    let is_outside = |character: char| !character.is_ascii_alphanumeric();
    let path = path.trim_start_matches(is_outside);
    let end = path.find(['&', '?', '#', '%']).unwrap_or(path.len());
    path.get(..end).unwrap_or(path).trim_end_matches(is_outside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_round_a_code_is_left_away() {
        for code in ["7K3MX9QA", "summer-sale", "abc"] {
            let meant = ShortPath::parse(code);
            assert!(meant.is_some() && ShortPath::read(code) == meant);
            for (before, after) in [
                ("", "/"),
                ("", "."),
                ("", ","),
                ("(", ")"),
                ("\u{ab}", "\u{bb}!"),
                ("", ";"),
                (" ", " "),
                ("", "\u{a0}"),
                ("\u{feff}", "\u{200b}"),
                ("", "\r\n"),
                ("<", ">."),
                ("-", "-"),
                ("", "&utm_source=x"),
                ("", ".&utm_source=x&utm_medium=y."),
                ("", "?utm_source=x"),
                ("", "#top"),
                ("", "%2F"),
                ("", "%ZZ"),
            ] {
                let typed = format!("{before}{code}{after}");
                assert_eq!(ShortPath::read(&typed), meant, "{typed:?}");
            }
        }
    }

    #[test]
    fn what_stands_inside_a_code_is_not() {
        for text in [
            "",
            ".",
            "&utm_source=x",
            "7K3M X9QA",
            "7K3M.X9QA",
            "a\u{200b}bc",
            "abc=1",
            "ab",
            "a_bc.",
            "7K3MX9QA\u{e9}A",
            "(.)",
        ] {
            assert_eq!(ShortPath::read(text), None, "{text:?}");
        }
        assert_eq!(
            ShortPath::read("&summer-sale"),
            ShortPath::parse("summer-sale"),
            "a sign at its beginning is no query"
        );
    }
}
