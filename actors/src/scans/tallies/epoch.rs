//! The scans of one epoch, by code.

use std::collections::BTreeSet;

use ezqr_schema::scan::{Day, Epoch, Scan};
use ezqr_schema::{Page, Sequence};
use ezqr_store::WindowRow;

use super::counts::Counts;
use super::referrers::Referrers;
use super::rows::Rows;

/// The scans of one epoch, added up by code.
///
/// Its rows say all there was since the epoch began, so that writing one again changes nothing. A flush takes
/// [`EpochTallies::dirty`] until it gives nothing, and acknowledges what was written; the rest stays dirty.
#[derive(Debug)]
pub struct EpochTallies {
    epoch: Epoch,
    rows: Rows<Sequence, Counts>,
    referrers: Referrers,
    /// Of all rows.
    keys: usize,
    hits: u64,
}

impl EpochTallies {
    /// Nothing counted yet.
    pub fn new(epoch: Epoch) -> Self {
        Self { epoch, rows: Rows::default(), referrers: Referrers::default(), keys: 0, hits: 0 }
    }

    /// Whose scans these are.
    pub const fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Counts one scan.
    pub fn add(&mut self, scan: &Scan<'_>) {
        let Self { rows, referrers, keys, hits, .. } = self;
        rows.change(scan.sequence, |counts| {
            let before = counts.keys();
            let referrer = if counts.has_room() {
                referrers.number(scan.referrer)
            } else {
                referrers.find(scan.referrer)
            };
            counts.add(scan, referrer);
            *keys += counts.keys() - before;
        });
        *hits = hits.saturating_add(1);
    }

    /// All scans counted.
    pub const fn hits(&self) -> u64 {
        self.hits
    }

    /// Rows, their cells and what agents tell of each, and referrers: what takes memory. The epoch is to end
    /// when there are too many.
    pub fn keys(&self) -> usize {
        self.rows.len() + self.keys + self.referrers.all().len()
    }

    /// The next rows of this flush, at most `most`, in order of their codes, so that those of a page come
    /// together. A flush gives each row that was dirty when it began once, acknowledged or not; then nothing,
    /// and the next call begins another.
    pub fn dirty(&mut self, most: usize) -> Vec<WindowRow> {
        let Self { epoch, rows, referrers, .. } = self;
        let rows = rows.next_of_round(most);
        rows.into_iter().map(|(sequence, counts)| row(*epoch, sequence, counts, referrers)).collect()
    }

    /// The flush is given up: the next one begins with all that is dirty.
    pub fn cut_round(&mut self) {
        self.rows.cut_round();
    }

    /// The store has the rows of these codes with so many hits. One that has more by now stays dirty.
    pub fn acknowledge(&mut self, written: &[(Sequence, u64)]) {
        for (sequence, hits) in written {
            self.rows.acknowledge(*sequence, *hits);
        }
    }

    /// Whether the store has every row as it is.
    pub const fn is_clean(&self) -> bool {
        self.rows.is_clean()
    }

    /// Makes every row dirty, to be written once more.
    pub fn rewrite_all(&mut self) {
        self.rows.rewrite_all();
    }

    /// The counts of one code.
    pub fn of(&self, code: Sequence) -> Option<WindowRow> {
        self.rows.get(code).map(|counts| row(self.epoch, code, counts, &self.referrers))
    }

    /// Where its rows lie. Looks at all of them; a slice's places are those of its rows.
    pub fn places(&self) -> BTreeSet<(Page, Day)> {
        let day = self.epoch.window.day();
        self.rows.iter().map(|(sequence, _)| (sequence.page(), day)).collect()
    }
}

fn row(epoch: Epoch, sequence: Sequence, counts: &Counts, referrers: &Referrers) -> WindowRow {
    WindowRow { sequence, epoch, tally: counts.tally(referrers.all()) }
}
