//! Scans counted together.

use std::cmp::Ordering;

use super::{Cell, Class, Reason, Referrer, ReferrerText, Scan, Trait};

/// Most cells of a count that is stored; what does not fit counts as other.
pub const CELLS: usize = 1_024;

/// Scans counted by cell, and by each trait of a visitor on its own.
///
/// Invariant: of each class, its cells and what does not fit add up to all its scans.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All scans, by class.
    pub(super) classes: [u64; 3],
    /// Those of no cell, by class.
    pub(super) others: [u64; 3],
    /// In order of their keys.
    pub(super) cells: Vec<(Cell, u64)>,
    /// In order of their keys.
    pub(super) traits: Vec<((Class, Trait), u64)>,
}

impl Tally {
    /// Counts one scan. `keep` turns a referrer that is new here into one that can be kept.
    ///
    /// Its cell is kept when it is among the first [`CELLS`] that come.
    pub fn add<'text>(&mut self, scan: &Scan<'text>, keep: impl FnOnce(ReferrerText<'text>) -> Referrer) {
        let class = scan.reason.class();
        raise(&mut self.classes, class, 1);
        for which in [Trait::Os(scan.os), Trait::Browser(scan.browser), Trait::Reason(scan.reason)] {
            self.add_trait(class, which, 1);
        }
        match self.cells.binary_search_by(|(cell, _)| order(cell, class, scan)) {
            Ok(position) => {
                if let Some((_, count)) = self.cells.get_mut(position) {
                    *count = count.saturating_add(1);
                }
            }
            Err(_) if self.cells.len() >= CELLS => raise(&mut self.others, class, 1),
            Err(position) => {
                let referrer = keep(scan.referrer);
                let cell = Cell { class, country: scan.country, device: scan.device, referrer };
                self.cells.insert(position, (cell, 1));
            }
        }
    }

    /// Counts that were added up elsewhere, in no order: cells, what is in none by class, and traits.
    pub fn of_counts(
        mut cells: Vec<(Cell, u64)>,
        others: [u64; 3],
        traits: impl IntoIterator<Item = (Class, Trait, u64)>,
    ) -> Self {
        cells.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
        cells.dedup_by(|(cell, more), (kept, count)| {
            let is_same = cell == kept;
            if is_same {
                *count = count.saturating_add(*more);
            }
            is_same
        });
        let mut classes = others;
        for (cell, count) in &cells {
            raise(&mut classes, cell.class, *count);
        }
        let mut tally = Self { classes, others, cells, traits: Vec::new() };
        for (class, which, count) in traits {
            tally.add_trait(class, which, count);
        }
        tally
    }

    /// Adds what `other` counts, all its cells included, however many that makes. Costs by the cells of both.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.classes.iter_mut().zip(other.classes) {
            *mine = mine.saturating_add(theirs);
        }
        for (mine, theirs) in self.others.iter_mut().zip(other.others) {
            *mine = mine.saturating_add(theirs);
        }
        self.cells = merged(std::mem::take(&mut self.cells), &other.cells);
        for ((class, which), count) in &other.traits {
            self.add_trait(*class, *which, *count);
        }
    }

    /// Keeps the `most` largest cells, of equal ones the first by key; what the others count is other.
    pub fn keep_largest(&mut self, most: usize) {
        if self.cells.len() <= most {
            return;
        }
        self.cells.sort_by(|(left, few), (right, many)| many.cmp(few).then_with(|| left.cmp(right)));
        for (cell, count) in self.cells.drain(most..) {
            raise(&mut self.others, cell.class, count);
        }
        self.cells.sort_by(|(left, _), (right, _)| left.cmp(right));
    }

    /// All scans of it.
    pub fn hits(&self) -> u64 {
        self.classes.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Its scans of one class.
    pub fn of_class(&self, class: Class) -> u64 {
        self.classes.get(usize::from(class.number())).copied().unwrap_or(0)
    }

    /// Its scans of one class that are in no cell.
    pub fn other(&self, class: Class) -> u64 {
        self.others.get(usize::from(class.number())).copied().unwrap_or(0)
    }

    /// Its cells, in order of their keys.
    pub fn cells(&self) -> impl ExactSizeIterator<Item = (&Cell, u64)> {
        self.cells.iter().map(|(cell, count)| (cell, *count))
    }

    /// Its scans by class and trait, in order.
    pub fn traits(&self) -> impl ExactSizeIterator<Item = (Class, Trait, u64)> {
        self.traits.iter().map(|((class, which), count)| (*class, *which, *count))
    }

    /// Its scans of one class that were taken for `reason`.
    pub fn of_reason(&self, reason: Reason) -> u64 {
        let key = (reason.class(), Trait::Reason(reason));
        let found = self.traits.binary_search_by(|(known, _)| known.cmp(&key));
        found.ok().and_then(|position| self.traits.get(position)).map_or(0, |(_, count)| *count)
    }

    fn add_trait(&mut self, class: Class, which: Trait, count: u64) {
        match self.traits.binary_search_by(|(known, _)| known.cmp(&(class, which))) {
            Ok(position) => {
                if let Some((_, sum)) = self.traits.get_mut(position) {
                    *sum = sum.saturating_add(count);
                }
            }
            Err(position) => self.traits.insert(position, ((class, which), count)),
        }
    }
}

/// The cells of both, in order, those of both added up.
fn merged(mine: Vec<(Cell, u64)>, theirs: &[(Cell, u64)]) -> Vec<(Cell, u64)> {
    let mut all = Vec::with_capacity(mine.len().max(theirs.len()));
    let mut theirs = theirs.iter().peekable();
    for (cell, mut count) in mine {
        while let Some((other, more)) = theirs.next_if(|(other, _)| *other <= cell) {
            if *other == cell {
                count = count.saturating_add(*more);
            } else {
                all.push((other.clone(), *more));
            }
        }
        all.push((cell, count));
    }
    all.extend(theirs.cloned());
    all
}

fn raise(counts: &mut [u64; 3], class: Class, by: u64) {
    if let Some(count) = counts.get_mut(usize::from(class.number())) {
        *count = count.saturating_add(by);
    }
}

/// As [`Cell`] is ordered.
fn order(cell: &Cell, class: Class, scan: &Scan<'_>) -> Ordering {
    let keys = (cell.class, cell.country, cell.device).cmp(&(class, scan.country, scan.device));
    keys.then_with(|| cell.referrer.text().cmp(&scan.referrer))
}

#[cfg(test)]
#[path = "tally/tests.rs"]
mod tests;
