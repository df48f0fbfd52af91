//! The hours, dates, weeks or months of a report, in any zone.

use std::fmt;

use ezqr_schema::Timestamp;
use ezqr_schema::scan::{Day, Window};
use ezqr_schema::wire::scans::{Bound, Interval, ScanQuery, ScanRange};
use jiff::civil::Date;

use super::offsets::{Stretch, stretches};

/// Which windows belong to which bucket: an hour, date, week or month.
///
/// A window belongs to the bucket, in the zone, in which it begins. Between two changes of a zone's offset this is
/// arithmetic, so that no rule of a zone is asked for a window of its own.
#[derive(Debug)]
pub(super) struct Timeline {
    interval: Interval,
    /// In order, apart from each other; two in a row are of different buckets, or not adjacent.
    spans: Vec<Span>,
    labels: Vec<Label>,
    /// The dates whose visitors and cells count, in order; a date of a UTC day belongs here or nowhere.
    dates: Option<(Date, Date)>,
    /// Of the first bucket, as [`Unit::of_date`] numbers them.
    first_unit: i32,
}

/// Windows from `start` to before `end`, by their numbers.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: u32,
    end: u32,
    bucket: usize,
}

/// Buckets of some windows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Buckets<'timeline>(&'timeline [Span]);

impl Buckets<'_> {
    /// The bucket of `window`; `None` when it is none of these.
    pub(super) fn bucket(self, window: Window) -> Option<usize> {
        let number = window.number();
        let behind = self.0.partition_point(|span| span.start <= number);
        let span = self.0.get(behind.checked_sub(1)?)?;
        (number < span.end).then_some(span.bucket)
    }
}

/// What a bucket is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Label {
    /// By its first date.
    Date(Date),
    /// By the hours since 1970 its wall clock shows, and the clock's offset in seconds.
    Hour { hour: i64, offset: i32 },
}

const QUARTER_SECONDS: i64 = 15 * 60;
const HOUR_SECONDS: i64 = 3_600;
const DAY_SECONDS: i64 = 24 * HOUR_SECONDS;

impl Timeline {
    /// The buckets of `query`, without gaps.
    pub(super) fn of(query: &ScanQuery) -> Self {
        let range = &query.range;
        let (first, last) = (range.first_date(), range.last_date());
        let mut timeline = Self {
            interval: query.interval,
            spans: Vec::new(),
            labels: Vec::new(),
            dates: whole_dates(range),
            first_unit: unit_of(query.interval, first),
        };
        timeline.label_dates(first, last);
        // No zone is more than a day away from UTC.
        let start = day_number(first).saturating_sub(1);
        let end = day_number(last) + 2;
        let per_day = i64::from(Window::PER_DAY);
        for stretch in stretches(range.zone.rules(), start * per_day, end * per_day) {
            timeline.cover(range, stretch);
        }
        timeline
    }

    /// How many buckets there are.
    pub(super) const fn len(&self) -> usize {
        self.labels.len()
    }

    /// What they are called, in order.
    pub(super) fn labels(&self) -> impl Iterator<Item = String> {
        self.labels.iter().map(ToString::to_string)
    }

    /// The bucket of `window`; `None` outside the range.
    pub(super) fn bucket(&self, window: Window) -> Option<usize> {
        Buckets(&self.spans).bucket(window)
    }

    /// The buckets of the windows of `day`.
    pub(super) fn of_day(&self, day: Day) -> Buckets<'_> {
        let (start, end) = bounds(day);
        let first = self.spans.partition_point(|span| span.end <= start);
        let touching = self.spans.get(first..).unwrap_or_default();
        let behind = touching.iter().take_while(|span| span.start < end).count();
        Buckets(touching.get(..behind).unwrap_or_default())
    }

    /// The bucket of the date that has the name of the UTC day `day`; `None` when it does not count.
    ///
    /// Visitors, and cells of which only days are kept, are told by UTC days. They count for the date of the same
    /// name, at its noon: so each counts once, however ranges follow each other.
    pub(super) fn bucket_of_date(&self, day: Day) -> Option<usize> {
        let date = day.date();
        let (first, last) = self.dates?;
        if !(first..=last).contains(&date) {
            return None;
        }
        if self.interval != Interval::Hour {
            return usize::try_from(unit_of(self.interval, date) - self.first_unit).ok();
        }
        // Hours of a day are not told apart then: any of the date will do.
        let position = self.labels.partition_point(|label| label.date() < date);
        self.labels.get(position).filter(|label| label.date() == date).map(|_| position)
    }

    /// The UTC days it touches, first and last; `None` when it has no window.
    pub(super) fn days(&self) -> Option<(Day, Day)> {
        let (first, last) = (self.spans.first()?, self.spans.last()?);
        let first = Window::new(first.start).ok()?;
        let last = Window::new(last.end.saturating_sub(1)).ok()?;
        Some((first.day(), last.day()))
    }

    /// Whether all windows of `day` belong to the range, or none.
    pub(super) fn holds_whole(&self, day: Day) -> bool {
        let (start, end) = bounds(day);
        let covered: u32 =
            self.of_day(day).0.iter().map(|span| span.end.min(end) - span.start.max(start)).sum();
        covered == 0 || covered == Window::PER_DAY
    }

    /// Whether all windows of `day` belong to one bucket, or none to any.
    pub(super) fn is_one_bucket(&self, day: Day) -> bool {
        let mut buckets = self.of_day(day).0.iter().map(|span| span.bucket);
        let first = buckets.next();
        self.holds_whole(day) && buckets.all(|bucket| Some(bucket) == first)
    }

    fn label_dates(&mut self, first: Date, last: Date) {
        if self.interval == Interval::Hour {
            return;
        }
        let mut unit = self.first_unit;
        while unit <= unit_of(self.interval, last) {
            self.labels.push(Label::Date(date_of_unit(self.interval, unit).unwrap_or(first)));
            unit += 1;
        }
    }

    /// Adds the windows of one stretch that belong to the range.
    fn cover(&mut self, range: &ScanRange, stretch: Stretch) {
        let (mut window, end) =
            (stretch.start.max(timeline_start(range)), stretch.end.min(timeline_end(range)));
        let (first, last) = local_days(range);
        let unit_seconds = if self.interval == Interval::Hour { HOUR_SECONDS } else { DAY_SECONDS };
        while window < end {
            let local = window * QUARTER_SECONDS + i64::from(stretch.offset);
            let unit = local.div_euclid(unit_seconds);
            let next_unit = (unit + 1) * unit_seconds - i64::from(stretch.offset);
            let next = (next_unit + QUARTER_SECONDS - 1).div_euclid(QUARTER_SECONDS).min(end);
            if (first..last).contains(&local.div_euclid(DAY_SECONDS)) {
                let bucket = self.bucket_at(unit, stretch.offset);
                self.push(window, next, bucket);
            }
            window = next;
        }
    }

    /// The bucket of what began `unit` hours, or days, after 1970 did, by the wall clock.
    fn bucket_at(&mut self, unit: i64, offset: i32) -> usize {
        if self.interval == Interval::Hour {
            let label = Label::Hour { hour: unit, offset };
            if self.labels.last() != Some(&label) {
                self.labels.push(label);
            }
            return self.labels.len() - 1;
        }
        let unit = date_of_day(unit).map_or(self.first_unit, |date| unit_of(self.interval, date));
        let last = self.labels.len().saturating_sub(1);
        usize::try_from(unit - self.first_unit).unwrap_or(0).min(last)
    }

    fn push(&mut self, start: i64, end: i64, bucket: usize) {
        let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(end)) else { return };
        match self.spans.last_mut() {
            Some(last) if last.end == start && last.bucket == bucket => last.end = end,
            _ => self.spans.push(Span { start, end, bucket }),
        }
    }
}

/// The first window there may be, where the range begins with one.
fn timeline_start(range: &ScanRange) -> i64 {
    match range.from {
        Bound::Date(_) => i64::MIN,
        Bound::Instant(window) => window.number().into(),
    }
}

/// The first window behind the range, where it ends with one.
fn timeline_end(range: &ScanRange) -> i64 {
    match range.to {
        Bound::Date(_) => i64::MAX,
        Bound::Instant(window) => window.number().into(),
    }
}

/// The first date, where the range begins with one, and the date behind it, where it ends with one; in days since
/// 1970.
fn local_days(range: &ScanRange) -> (i64, i64) {
    let first = match range.from {
        Bound::Date(date) => day_number(date),
        Bound::Instant(_) => i64::MIN,
    };
    let end = match range.to {
        Bound::Date(date) => day_number(date) + 1,
        Bound::Instant(_) => i64::MAX,
    };
    (first, end)
}

fn bounds(day: Day) -> (u32, u32) {
    let start = day.window(0).number();
    (start, start + Window::PER_DAY)
}

/// The dates of `range` whose noons belong to it.
fn whole_dates(range: &ScanRange) -> Option<(Date, Date)> {
    let noon = |date: Date| {
        let instant = range.zone.rules().to_timestamp(date.at(12, 0, 0, 0)).ok()?;
        Some(Window::of(Timestamp::from_millis(instant.as_millisecond()).ok()?))
    };
    let (mut first, mut last) = (range.first_date(), range.last_date());
    if let Bound::Instant(from) = range.from
        && noon(first)? < from
    {
        first = first.tomorrow().ok()?;
    }
    if let Bound::Instant(to) = range.to
        && noon(last)? >= to
    {
        last = last.yesterday().ok()?;
    }
    (first <= last).then_some((first, last))
}

const UNIX_EPOCH: Date = Date::constant(1970, 1, 1);

/// Days from 1970 to `date`.
fn day_number(date: Date) -> i64 {
    date.since((jiff::Unit::Day, UNIX_EPOCH)).map_or(0, |span| span.get_days().into())
}

fn date_of_day(number: i64) -> Option<Date> {
    let days = jiff::Span::new().try_days(number).ok()?;
    UNIX_EPOCH.checked_add(days).ok()
}

/// The number of the date, week or month of `date`, counted from 1970.
fn unit_of(interval: Interval, date: Date) -> i32 {
    let days = || i32::try_from(day_number(date)).unwrap_or(0);
    match interval {
        Interval::Hour | Interval::Day => days(),
        // 1970 began on a Thursday.
        Interval::Week => (days() + 3).div_euclid(7),
        Interval::Month => (i32::from(date.year()) - 1970) * 12 + i32::from(date.month()) - 1,
    }
}

/// The first date of a unit.
fn date_of_unit(interval: Interval, unit: i32) -> Option<Date> {
    match interval {
        Interval::Hour | Interval::Day => date_of_day(unit.into()),
        Interval::Week => date_of_day(i64::from(unit) * 7 - 3),
        Interval::Month => {
            let year = i16::try_from(1970 + unit.div_euclid(12)).ok()?;
            let month = i8::try_from(unit.rem_euclid(12) + 1).ok()?;
            Date::new(year, month, 1).ok()
        }
    }
}

impl Label {
    fn date(self) -> Date {
        match self {
            Self::Date(date) => date,
            Self::Hour { hour, .. } => date_of_day(hour.div_euclid(24)).unwrap_or(UNIX_EPOCH),
        }
    }
}

impl fmt::Display for Label {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Date(date) => date.fmt(formatter),
            Self::Hour { hour, offset } => {
                let sign = if offset < 0 { '-' } else { '+' };
                let minutes = offset.unsigned_abs() / 60;
                let (date, hour) = (self.date(), hour.rem_euclid(24));
                write!(formatter, "{date}T{hour:02}:00:00{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }
}

#[cfg(test)]
#[path = "timeline/tests.rs"]
mod tests;
