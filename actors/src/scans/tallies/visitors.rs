//! The visitors that one run of the process saw, by day and code.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use ezqr_schema::Sequence;
use ezqr_schema::scan::{Day, EpochId, VisitorHash, Visitors};
use ezqr_store::UniqueRow;

use super::rows::{Grows, Rows};

/// What a row takes besides its registers: its place in a table that is half empty at worst, and in a list.
const ROW_BYTES: usize = 192;

/// Who visited which code on which day, as one run of the process saw it.
///
/// Rows of several runs are merged by whoever reads them. So memory is given back by beginning another run:
/// what a store has stays there under the old run, the rest is written under the new one. A day that is over is
/// let go in the same way, never by itself: a visitor who is late would begin a row with a smaller sum than the
/// one in the store, and never get there.
#[derive(Debug)]
pub struct RunVisitors {
    run: EpochId,
    rows: Rows<(Day, Sequence), Visitors>,
    /// Of all rows.
    days: BTreeSet<Day>,
    bytes: usize,
    most: usize,
}

impl Grows for Visitors {
    fn extent(&self) -> u64 {
        self.sum()
    }
}

impl RunVisitors {
    /// Nobody seen yet; takes about `most` bytes of memory at most.
    pub fn new(run: EpochId, most: usize) -> Self {
        Self { run, rows: Rows::default(), days: BTreeSet::new(), bytes: 0, most }
    }

    /// The run that sees.
    pub const fn run(&self) -> EpochId {
        self.run
    }

    /// Notes a visitor; false when there is no room, and the scan counts without one.
    #[must_use]
    pub fn add(&mut self, day: Day, code: Sequence, visitor: VisitorHash) -> bool {
        if self.bytes >= self.most {
            return false;
        }
        let Self { rows, days, bytes, .. } = self;
        rows.change((day, code), |visitors| {
            if visitors.is_empty() {
                days.insert(day);
                *bytes += ROW_BYTES;
            }
            *bytes -= visitors.bytes();
            visitors.insert(visitor);
            *bytes += visitors.bytes();
        });
        true
    }

    /// About the memory that all sets take, in bytes.
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// The next rows of this flush, at most `most`, in order of day and code: as
    /// [`EpochTallies::dirty`](super::EpochTallies::dirty).
    pub fn dirty(&mut self, most: usize) -> Vec<UniqueRow> {
        let run = self.run;
        let rows = self.rows.next_of_round(most);
        rows.into_iter().map(|((day, sequence), visitors)| row(run, day, sequence, visitors)).collect()
    }

    /// The flush is given up: the next one begins with all that is dirty.
    pub fn cut_round(&mut self) {
        self.rows.cut_round();
    }

    /// The store has the rows of `run` with these sums of registers. Those of a run that is over say nothing
    /// of this one's.
    pub fn acknowledge(&mut self, run: EpochId, written: &[(Day, Sequence, u64)]) {
        if run != self.run {
            return;
        }
        for (day, code, sum) in written {
            self.rows.acknowledge((*day, *code), *sum);
        }
    }

    /// Whether the store has every row as it is.
    pub const fn is_clean(&self) -> bool {
        self.rows.is_clean()
    }

    /// Goes on as `run`: lets go of the sets that the store has, of whatever day, and takes the others along,
    /// dirty.
    pub fn begin_run(&mut self, run: EpochId) {
        self.run = run;
        self.rows.keep_dirty();
        self.days = self.rows.iter().map(|((day, _), _)| day).collect();
        self.bytes = self.rows.iter().map(|(_, visitors)| ROW_BYTES + visitors.bytes()).sum();
    }

    /// The visitors of one code on these days, in order.
    pub fn of(&self, code: Sequence, days: RangeInclusive<Day>) -> Vec<UniqueRow> {
        if days.is_empty() {
            return Vec::new();
        }
        let found = self.days.range(days).filter_map(|day| Some((*day, self.rows.get((*day, code))?)));
        found.map(|(day, visitors)| row(self.run, day, code, visitors)).collect()
    }
}

fn row(run: EpochId, day: Day, sequence: Sequence, visitors: &Visitors) -> UniqueRow {
    UniqueRow { sequence, day, run, visitors: visitors.clone() }
}
