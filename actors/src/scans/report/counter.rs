//! Rows added up under a query.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};

use ezqr_schema::Sequence;
use ezqr_schema::scan::{Class, Day, Tally, Visitors};
use ezqr_schema::wire::scans::ScanQuery;
use ezqr_store::{DayRow, UniqueRow, WindowRow};

use super::ranking::sum;
use super::rows::{DayCounts, settle};
use super::shares::{ByClass, Shares, add};
use super::timeline::Timeline;

/// Rows that were read together, of any codes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rows<'rows> {
    pub(super) windows: &'rows [WindowRow],
    pub(super) live: &'rows [&'rows WindowRow],
    pub(super) days: &'rows [DayRow],
}

/// A report in the making: all rows of a code and a day come at once, in no order of codes and days.
#[derive(Debug)]
pub(super) struct Counter<'query> {
    pub(super) query: &'query ScanQuery,
    pub(super) timeline: &'query Timeline,
    pub(super) buckets: Vec<ByClass>,
    pub(super) shares: Shares<'query>,
    /// Scans that count, by code.
    pub(super) codes: HashMap<Sequence, u64>,
    pub(super) visitors: BTreeMap<Day, Visitors>,
}

impl<'query> Counter<'query> {
    pub(super) fn new(query: &'query ScanQuery, timeline: &'query Timeline) -> Self {
        Self {
            query,
            timeline,
            buckets: vec![[0; 3]; timeline.len()],
            shares: Shares::new(query),
            codes: HashMap::new(),
            visitors: BTreeMap::new(),
        }
    }

    /// Adds rows of codes that `counts` lets through.
    pub(super) fn add(&mut self, rows: Rows<'_>, counts: impl Fn(Sequence) -> bool) {
        let windows = rows.windows.iter().chain(rows.live.iter().copied());
        let settled = settle(
            windows.filter(|row| counts(row.sequence)),
            rows.days.iter().filter(|row| counts(row.sequence)),
        );
        let mut tallies: Vec<&Tally> = Vec::new();
        for ((sequence, day), counts) in &settled {
            let total = match counts {
                DayCounts::Windows(rows) => self.add_windows(rows, &mut tallies),
                DayCounts::Day(row) => self.add_day(*day, row, &mut tallies),
            };
            if total > 0 {
                let sum = self.codes.entry(*sequence).or_default();
                *sum = sum.saturating_add(total);
            }
        }
        self.shares.add(tallies.into_iter());
    }

    /// Adds visitors: of any codes and runs, each counts once a day.
    pub(super) fn add_visitors<'rows>(&mut self, rows: impl Iterator<Item = &'rows UniqueRow>) {
        for row in rows {
            if self.timeline.bucket_of_date(row.day).is_none() {
                continue;
            }
            match self.visitors.entry(row.day) {
                // Copied as it is: one by one, its registers would take fifty times as long.
                Entry::Vacant(vacant) => _ = vacant.insert(row.visitors.clone()),
                Entry::Occupied(mut known) => _ = known.get_mut().merge(&row.visitors),
            }
        }
    }

    fn add_windows<'rows>(&mut self, rows: &[&'rows WindowRow], tallies: &mut Vec<&'rows Tally>) -> u64 {
        let mut total = 0_u64;
        for row in rows {
            let Some(bucket) = self.timeline.bucket(row.epoch.window) else { continue };
            let classes = if self.query.filter.is_of_cells() {
                self.filtered(&row.tally)
            } else {
                Class::ALL.map(|class| row.tally.of_class(class))
            };
            total = total.saturating_add(self.add_classes(bucket, classes));
            tallies.push(&row.tally);
        }
        total
    }

    /// Adds a day of which no windows are kept: its totals by quarters, its cells for the date of its name.
    fn add_day<'rows>(&mut self, day: Day, row: &'rows DayRow, tallies: &mut Vec<&'rows Tally>) -> u64 {
        let bucket_of_date = self.timeline.bucket_of_date(day);
        if bucket_of_date.is_some() {
            tallies.push(&row.tally);
        }
        if self.query.filter.is_of_cells() {
            return bucket_of_date.map_or(0, |bucket| self.add_classes(bucket, self.filtered(&row.tally)));
        }
        let mut total = 0_u64;
        let buckets = self.timeline.of_day(day);
        for quarter in &row.quarters {
            if let Some(bucket) = buckets.bucket(row.window(*quarter)) {
                total = total.saturating_add(self.add_classes(bucket, quarter.classes));
            }
        }
        total
    }

    /// Adds to a bucket what the filter admits of these classes; tells how many of them count.
    fn add_classes(&mut self, bucket: usize, classes: ByClass) -> u64 {
        let Some(counts) = self.buckets.get_mut(bucket) else { return 0 };
        for (class, count) in Class::ALL.into_iter().zip(classes) {
            if self.query.filter.admits(class) {
                add(counts, class, count);
            }
        }
        self.shares.counted(&classes)
    }

    /// The scans of the cells that pass the filter, by class.
    fn filtered(&self, tally: &Tally) -> ByClass {
        let cells = || tally.cells().filter(|(cell, _)| self.query.filter.holds(cell));
        Class::ALL.map(|class| sum(cells().filter(|(cell, _)| cell.class == class).map(|(_, count)| count)))
    }
}
