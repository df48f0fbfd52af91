//! Which rows a report needs.

use ezqr_schema::scan::{Day, Month};
use ezqr_schema::wire::scans::{ScanQuery, WINDOW_DAYS};

use super::timeline::Timeline;

/// Days of whose rows something may be kept, today included.
const DAY_DAYS: u32 = 401;

/// What may be read for a report: never a day whose rows are gone, nor one that has not begun anywhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan<'query> {
    query: &'query ScanQuery,
    timeline: &'query Timeline,
    today: Day,
}

impl<'query> Plan<'query> {
    pub(super) const fn new(query: &'query ScanQuery, timeline: &'query Timeline, today: Day) -> Self {
        Self { query, timeline, today }
    }

    /// The months of its days.
    pub(super) fn months(&self) -> Vec<Month> {
        months(self.days())
    }

    /// The months of the days whose visitors count.
    pub(super) fn months_of_visitors(&self) -> Vec<Month> {
        if !self.query.tells_uniques() {
            return Vec::new();
        }
        months(self.days().filter(|day| self.timeline.bucket_of_date(*day).is_some()))
    }

    /// The days whose windows are to be read: those that are not computed for certain, that is today, the day
    /// before and those that `is_open` tells; and those whose windows tell what the day does not, because the zone's
    /// dates cut it.
    pub(super) fn window_days(&self, is_open: impl Fn(Day) -> bool) -> Vec<Day> {
        let first_kept = self.today.saturating_sub(WINDOW_DAYS - 1);
        let is_recent = |day: Day| day.saturating_add(1) >= self.today;
        let days = self.days().filter(|day| *day >= first_kept);
        days.filter(|day| is_recent(*day) || self.is_cut(*day) || is_open(*day)).collect()
    }

    fn is_cut(&self, day: Day) -> bool {
        let is_of_cells = self.query.filter.is_of_cells();
        if is_of_cells { !self.timeline.is_one_bucket(day) } else { !self.timeline.holds_whole(day) }
    }

    /// The UTC days it touches. A clock that is ahead may count into tomorrow.
    fn days(&self) -> impl Iterator<Item = Day> + use<> {
        let kept = (self.today.saturating_sub(DAY_DAYS - 1), self.today.saturating_add(1));
        let range = self.timeline.days().map(|(first, last)| (first.max(kept.0), last.min(kept.1)));
        let numbers = range.into_iter().flat_map(|(first, last)| first.number()..=last.number());
        numbers.filter_map(|number| Day::new(number).ok())
    }
}

fn months(days: impl Iterator<Item = Day>) -> Vec<Month> {
    let mut months: Vec<Month> = days.map(Day::month).collect();
    months.dedup();
    months
}
