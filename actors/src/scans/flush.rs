//! Writing rows to the store: what is due first, then the rows.

use std::collections::HashSet;

use ezqr_schema::scan::{Day, EpochId};
use ezqr_schema::{Page, Sequence, Timestamp};
use ezqr_store::{NotWritten, ScanStore, UniqueRow, WindowRow, WriteError};

/// Rows written at once.
pub(super) const SLICE: usize = 2_048;
/// Notes remembered; beyond them they are made again, which is harmless.
const MOST_NOTED: usize = 1_000_000;

/// Which days of which pages this process has noted as due, so that each is noted once.
#[derive(Debug, Default)]
pub(super) struct Noted(HashSet<(Day, Page)>);

impl Noted {
    /// What is to be noted before `rows` are written at `now`.
    ///
    /// A day that is over may have been computed since it was noted: it is noted again each time.
    fn missing(&self, rows: &[WindowRow], now: Timestamp) -> Vec<(Day, Page)> {
        let today = Day::of(now);
        let mut missing = Vec::new();
        for row in rows {
            let (page, day) = row.place();
            let is_known = day >= today && self.0.contains(&(day, page));
            if !is_known && missing.last() != Some(&(day, page)) {
                missing.push((day, page));
            }
        }
        missing
    }

    /// The store has these notes.
    pub(super) fn remember(&mut self, noted: &[(Day, Page)], now: Timestamp) {
        if self.0.len() + noted.len() > MOST_NOTED {
            self.0.clear();
        }
        let today = Day::of(now);
        self.0.extend(noted.iter().filter(|(day, _)| *day >= today));
    }

    /// Forgets a day: it is noted again with its next row.
    pub(super) fn forget(&mut self, day: Day) {
        self.0.retain(|(noted, _)| *noted != day);
    }

    /// Forgets the days before `now`.
    pub(super) fn forget_past(&mut self, now: Timestamp) {
        let today = Day::of(now);
        self.0.retain(|(day, _)| *day >= today);
    }
}

/// Rows of one epoch on their way into the store.
#[derive(Debug)]
pub(super) struct Slice {
    rows: Vec<WindowRow>,
    missing: Vec<(Day, Page)>,
    now: Timestamp,
}

/// What the store has of a slice.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// The days and pages that were noted as due.
    pub(super) noted: Vec<(Day, Page)>,
    /// Of each epoch, its rows that were acknowledged, with the hits they were written with.
    pub(super) rows: Vec<(EpochId, Vec<(Sequence, u64)>)>,
    /// Why not all were.
    pub(super) failure: Option<WriteError>,
}

impl Slice {
    /// `rows`, all of one epoch, to be written at `now`.
    pub(super) fn new(rows: Vec<WindowRow>, noted: &Noted, now: Timestamp) -> Self {
        let missing = noted.missing(&rows, now);
        Self { rows, missing, now }
    }

    /// Writes them. Nothing is tried twice: what is not acknowledged stays dirty and is written as it is then.
    pub(super) async fn write(self, store: &impl ScanStore) -> Written {
        let Self { rows, missing, now } = self;
        if !missing.is_empty()
            && let Err(failure) = store.mark_due(&missing, now).await
        {
            return Written { failure: Some(failure), ..Written::default() };
        }
        let (failed, failure) = parted(store.write_windows(&rows).await);
        let mut acknowledged: Vec<(EpochId, Vec<(Sequence, u64)>)> = Vec::new();
        for (_, row) in
            rows.iter().enumerate().filter(|(position, _)| failed.binary_search(position).is_err())
        {
            let counted = (row.sequence, row.tally.hits());
            match acknowledged.last_mut().filter(|(epoch, _)| *epoch == row.epoch.id) {
                Some((_, counts)) => counts.push(counted),
                None => acknowledged.push((row.epoch.id, vec![counted])),
            }
        }
        Written { noted: missing, rows: acknowledged, failure }
    }
}

/// Writes visitors; answers which were acknowledged, with the sums they were written with, and why not all.
pub(super) async fn write_visitors(
    store: &impl ScanStore,
    rows: Vec<UniqueRow>,
) -> (Vec<(Day, Sequence, u64)>, Option<WriteError>) {
    let (failed, failure) = parted(store.write_uniques(&rows).await);
    let written = rows.iter().enumerate().filter(|(position, _)| failed.binary_search(position).is_err());
    (written.map(|(_, row)| (row.day, row.sequence, row.visitors.sum())).collect(), failure)
}

fn parted(outcome: Result<(), NotWritten>) -> (Vec<usize>, Option<WriteError>) {
    match outcome {
        Ok(()) => (Vec::new(), None),
        Err(NotWritten { rows, cause }) => (rows, Some(cause)),
    }
}

#[cfg(test)]
mod tests {
    use ezqr_schema::scan::{Epoch, Tally, Window};

    use super::*;

    fn row(sequence: u64, at: Timestamp) -> WindowRow {
        let epoch = Epoch { id: EpochId::from_random([1; 16]), window: Window::of(at) };
        WindowRow { sequence: Sequence::new(sequence).unwrap(), epoch, tally: Tally::default() }
    }

    #[test]
    fn a_page_is_noted_once_while_its_day_lasts_and_each_time_when_it_is_over() {
        let noon: Timestamp = "2026-05-04T12:00:00Z".parse().unwrap();
        let rows = [row(1, noon), row(2, noon), row(200, noon)];
        let mut noted = Noted::default();
        let missing = noted.missing(&rows, noon);
        let (day, page) = (Day::of(noon), |number| Page::new(number).unwrap());
        assert_eq!(missing, [(day, page(0)), (day, page(1))]);
        noted.remember(&missing, noon);
        assert_eq!(noted.missing(&rows, noon), []);
        let tomorrow = day.end();
        assert_eq!(noted.missing(&rows, tomorrow), missing);
        noted.remember(&missing, tomorrow);
        assert_eq!(noted.missing(&rows, tomorrow), missing);
        noted.forget_past(tomorrow);
        assert!(noted.0.is_empty());
    }
}
