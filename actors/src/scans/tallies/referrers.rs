//! The referrers of one epoch, by number.

use std::collections::HashMap;

use ezqr_schema::scan::{Referrer, ReferrerText};

/// Each referrer once, numbered in the order they come. Hashing is keyed: anybody may send any host.
#[derive(Debug, Default)]
pub(super) struct Referrers {
    numbers: HashMap<Referrer, u32>,
    all: Vec<Referrer>,
}

impl Referrers {
    /// The number of `text`, if it has one.
    pub(super) fn find(&self, text: ReferrerText<'_>) -> Option<u32> {
        self.numbers.get(text.as_str()).copied()
    }

    /// The number of `text`; `None` when there are no more numbers.
    pub(super) fn number(&mut self, text: ReferrerText<'_>) -> Option<u32> {
        if let Some(known) = self.find(text) {
            return Some(known);
        }
        let number = u32::try_from(self.all.len()).ok()?;
        let referrer = Referrer::of(text);
        self.all.push(referrer.clone());
        self.numbers.insert(referrer, number);
        Some(number)
    }

    /// All, in order of their numbers.
    pub(super) fn all(&self) -> &[Referrer] {
        &self.all
    }
}
