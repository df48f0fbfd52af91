//! The scans of one epoch, by code.

use std::collections::{BTreeSet, HashMap};

use ezqr_schema::scan::{Day, Epoch, Referrer, ReferrerText, Scan, Tally};
use ezqr_schema::{Page, Sequence};
use ezqr_store::WindowRow;

use super::rows::{Grows, Rows};

/// The scans of one epoch, added up by code.
///
/// Its rows say all there was since the epoch began, so that writing one again changes nothing. A flush takes
/// [`EpochTallies::dirty`] until it gives nothing, and acknowledges what was written; the rest stays dirty.
#[derive(Debug)]
pub struct EpochTallies {
    epoch: Epoch,
    rows: Rows<Sequence, Tally>,
    referrers: HashMap<Box<str>, Referrer>,
    cells: usize,
    hits: u64,
}

impl Grows for Tally {
    fn extent(&self) -> u64 {
        self.hits()
    }
}

impl EpochTallies {
    /// Nothing counted yet.
    pub fn new(epoch: Epoch) -> Self {
        Self { epoch, rows: Rows::default(), referrers: HashMap::new(), cells: 0, hits: 0 }
    }

    /// Whose scans these are.
    pub const fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Counts one scan.
    pub fn add(&mut self, scan: &Scan<'_>) {
        let Self { rows, referrers, cells, hits, .. } = self;
        rows.change(scan.sequence, |tally| {
            let before = tally.cells().len();
            tally.add(scan, |text| intern(referrers, text));
            *cells += tally.cells().len() - before;
        });
        *hits = hits.saturating_add(1);
    }

    /// All scans counted.
    pub const fn hits(&self) -> u64 {
        self.hits
    }

    /// Rows, cells and referrers: what takes memory. The epoch is to end when there are too many.
    pub fn keys(&self) -> usize {
        self.rows.len() + self.cells + self.referrers.len()
    }

    /// The next rows of this flush, at most `most`, in order of their codes, so that those of a page come
    /// together. A flush gives each row that was dirty when it began once, acknowledged or not; then nothing,
    /// and the next call begins another.
    pub fn dirty(&mut self, most: usize) -> Vec<WindowRow> {
        let epoch = self.epoch;
        let rows = self.rows.next_of_round(most);
        rows.into_iter().map(|(sequence, tally)| row(epoch, sequence, tally)).collect()
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
        self.rows.get(code).map(|tally| row(self.epoch, code, tally))
    }

    /// Where its rows lie. Looks at all of them; a slice's places are those of its rows.
    pub fn places(&self) -> BTreeSet<(Page, Day)> {
        let day = self.epoch.window.day();
        self.rows.iter().map(|(sequence, _)| (sequence.page(), day)).collect()
    }
}

fn row(epoch: Epoch, sequence: Sequence, tally: &Tally) -> WindowRow {
    WindowRow { sequence, epoch, tally: tally.clone() }
}

fn intern(referrers: &mut HashMap<Box<str>, Referrer>, text: ReferrerText<'_>) -> Referrer {
    if let Some(known) = referrers.get(text.as_str()) {
        return known.clone();
    }
    let referrer = Referrer::of(text);
    referrers.insert(text.as_str().into(), referrer.clone());
    referrer
}
