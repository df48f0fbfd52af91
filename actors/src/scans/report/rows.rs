//! Which rows count.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use ezqr_schema::Sequence;
use ezqr_schema::scan::{Class, Day};
use ezqr_store::{DayRow, WindowRow};

use super::ranking::sum;

/// The counts of one code on one UTC day.
#[derive(Debug)]
pub(super) enum DayCounts<'rows> {
    /// By window: exact in every respect.
    Windows(Vec<&'rows WindowRow>),
    /// Of the day as a whole, with its quarters.
    Day(&'rows DayRow),
}

/// The counts of each code and day, of the windows and days that were read and the windows that are in memory.
///
/// Of two rows of one epoch, the one with more hits counts: the other is older. Of a day's row and its windows, the
/// one with more counts: a day is computed late, and windows are forgotten.
pub(super) fn settle<'rows>(
    windows: impl Iterator<Item = &'rows WindowRow>,
    days: impl Iterator<Item = &'rows DayRow>,
) -> BTreeMap<(Sequence, Day), DayCounts<'rows>> {
    let mut windows: Vec<&WindowRow> = windows.collect();
    windows.sort_by_key(|row| (row.sequence, row.epoch.window, row.epoch.id, Reverse(row.tally.hits())));
    windows.dedup_by_key(|row| (row.sequence, row.epoch));
    let mut settled: BTreeMap<(Sequence, Day), DayCounts<'_>> = BTreeMap::new();
    for of_day in windows.chunk_by(|left, right| place(left) == place(right)) {
        if let Some(first) = of_day.first() {
            settled.insert(place(first), DayCounts::Windows(of_day.to_vec()));
        }
    }
    for row in days {
        let known = settled.get(&(row.sequence, row.day)).map_or(0, DayCounts::hits);
        if row.tally.hits() > known {
            settled.insert((row.sequence, row.day), DayCounts::Day(row));
        }
    }
    settled
}

fn place(row: &WindowRow) -> (Sequence, Day) {
    (row.sequence, row.epoch.window.day())
}

impl DayCounts<'_> {
    /// All scans of it.
    fn hits(&self) -> u64 {
        match self {
            Self::Windows(rows) => sum(rows.iter().map(|row| row.tally.hits())),
            Self::Day(row) => row.tally.hits(),
        }
    }

    /// Its scans but for bots'.
    pub(super) fn total(&self) -> u64 {
        let counted = || Class::ALL.into_iter().filter(|class| class.is_counted());
        match self {
            Self::Windows(rows) => {
                sum(rows.iter().flat_map(|row| counted().map(|class| row.tally.of_class(class))))
            }
            Self::Day(row) => sum(counted().map(|class| row.tally.of_class(class))),
        }
    }
}
