//! From when to when.

use std::fmt;

use jiff::civil::Date;

use super::Zone;
use crate::Timestamp;
use crate::scan::{Day, Window};

/// One end of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// A date of the range's zone; it belongs to the range, at either end.
    Date(Date),
    /// The beginning of a window, which belongs to the range when it is its first, not when it is its end.
    Instant(Window),
}

/// From when to when scans count: at least one window, within the years 2000 to 2099.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanRange {
    /// Whose dates.
    pub zone: Zone,
    /// Where it begins.
    pub from: Bound,
    /// Where it ends.
    pub to: Bound,
}

/// Dates of a range whose beginning is not asked for.
const DEFAULT_DATES: i64 = 30;

impl Bound {
    /// Reads a date, or an instant, which is moved to the next beginning of a window. A space in it is the `+` of an
    /// offset, which means a space in a query.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let bound = if is_date(text) {
            text.parse().ok().map(Self::Date)
        } else {
            text.replace(' ', "+").parse().ok().map(|instant: Timestamp| Self::Instant(at_or_after(instant)))
        };
        let bound = bound.ok_or_else(|| {
            "must be a date, such as 2026-05-04, or an RFC 3339 instant, such as 2026-05-04T12:00:00Z"
                .to_owned()
        })?;
        let year = match bound {
            Self::Date(date) => date.year(),
            Self::Instant(window) => window.day().date().year(),
        };
        if (2000..2100).contains(&year) {
            Ok(bound)
        } else {
            Err("must be within the years 2000 to 2099".to_owned())
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date(date) => date.fmt(formatter),
            Self::Instant(window) => window.start().fmt(formatter),
        }
    }
}

impl ScanRange {
    /// The range that was asked for: without an end, it ends with today; without a beginning, it has 30 dates.
    /// `None` when it would be empty.
    pub(super) fn resolve(
        zone: Zone,
        from: Option<Bound>,
        to: Option<Bound>,
        now: Timestamp,
    ) -> Option<Self> {
        let to = to.unwrap_or_else(|| Bound::Date(date_of(&zone, Window::of(now))));
        let from = from.unwrap_or_else(|| {
            let last = match to {
                Bound::Date(date) => date,
                Bound::Instant(end) => date_of(&zone, before(end)),
            };
            let days = jiff::Span::new().try_days(DEFAULT_DATES - 1).unwrap_or_default();
            Bound::Date(last.checked_sub(days).unwrap_or(last))
        });
        let range = Self { zone, from, to };
        (range.first_window() < range.end_window()).then_some(range)
    }

    /// Its first window. Of a date that begins twice, the first beginning; of one that a zone left out, the
    /// next instant there is.
    pub fn first_window(&self) -> Window {
        match self.from {
            Bound::Date(date) => start_of(&self.zone, date),
            Bound::Instant(window) => window,
        }
    }

    /// The first window after it.
    pub fn end_window(&self) -> Window {
        match self.to {
            Bound::Date(date) => start_of(&self.zone, date.tomorrow().unwrap_or(date)),
            Bound::Instant(window) => window,
        }
    }

    /// Its first date.
    pub fn first_date(&self) -> Date {
        match self.from {
            Bound::Date(date) => date,
            Bound::Instant(window) => date_of(&self.zone, window),
        }
    }

    /// Its last date.
    pub fn last_date(&self) -> Date {
        match self.to {
            Bound::Date(date) => date,
            Bound::Instant(end) => date_of(&self.zone, before(end)),
        }
    }

    /// Whether it holds all of each of its dates.
    pub fn is_of_whole_dates(&self) -> bool {
        let starts_whole = match self.from {
            Bound::Date(_) => true,
            Bound::Instant(window) => start_of(&self.zone, self.first_date()) == window,
        };
        let ends_whole = match self.to {
            Bound::Date(_) => true,
            Bound::Instant(end) => {
                start_of(&self.zone, self.last_date().tomorrow().unwrap_or(self.last_date())) == end
            }
        };
        starts_whole && ends_whole
    }
}

/// Whether `text` has the form `YYYY-MM-DD`: what else calendars write is no date here.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 10
        && bytes.iter().enumerate().all(|(position, byte)| match position {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

fn at_or_after(instant: Timestamp) -> Window {
    let window = Window::of(instant);
    if window.start() == instant { window } else { Window::of(window.end()) }
}

fn before(window: Window) -> Window {
    Window::new(window.number().saturating_sub(1)).unwrap_or(window)
}

/// The date in `zone` at which `window` begins.
fn date_of(zone: &Zone, window: Window) -> Date {
    let instant = jiff::Timestamp::from_millisecond(window.start().as_millis()).unwrap_or_default();
    zone.rules().to_datetime(instant).date()
}

/// The first window that begins in `date` or later.
fn start_of(zone: &Zone, date: Date) -> Window {
    let instant = zone.rules().to_timestamp(date.to_datetime(jiff::civil::Time::midnight()));
    let instant = instant.ok().and_then(|instant| Timestamp::from_millis(instant.as_millisecond()).ok());
    let of_utc = || Day::of_date(date).map_or(Timestamp::EPOCH, Day::start);
    at_or_after(instant.unwrap_or_else(of_utc))
}
