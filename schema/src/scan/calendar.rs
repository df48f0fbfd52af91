//! The UTC periods scans are counted in.

use std::fmt;

use crate::Timestamp;

const QUARTER_MS: i64 = 15 * 60 * 1_000;
const DAY_MS: i64 = 96 * QUARTER_MS;
/// 9999-12-30, the last day of [`Timestamp`].
const LAST_DAY: u32 = 2_932_895;

/// 15 minutes of UTC, counted from 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window(u32);

/// A day of UTC, counted from 1970-01-01. Printed as `2026-05-04`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(u32);

/// A month of UTC, counted from January 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(u32);

/// A number is no day, month or window between the years 1970 and 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no period between the years 1970 and 9999")]
pub struct InvalidDay(pub u32);

impl Window {
    /// Windows of a day.
    pub const PER_DAY: u32 = 96;

    /// The window `instant` lies in.
    pub fn of(instant: Timestamp) -> Self {
        Self(unsigned(instant.as_millis() / QUARTER_MS))
    }

    /// The window of this number.
    pub const fn new(number: u32) -> Result<Self, InvalidDay> {
        if number / Self::PER_DAY > LAST_DAY { Err(InvalidDay(number)) } else { Ok(Self(number)) }
    }

    /// Windows since 1970 began.
    pub const fn number(self) -> u32 {
        self.0
    }

    /// When it begins.
    pub fn start(self) -> Timestamp {
        Timestamp::from_millis_clamped(i64::from(self.0) * QUARTER_MS)
    }

    /// When it is over: the first instant of the next.
    pub fn end(self) -> Timestamp {
        Timestamp::from_millis_clamped((i64::from(self.0) + 1) * QUARTER_MS)
    }

    /// Its day.
    pub const fn day(self) -> Day {
        Day(self.0 / Self::PER_DAY)
    }

    /// Its place in its day: below [`Window::PER_DAY`].
    pub const fn quarter(self) -> u32 {
        self.0 % Self::PER_DAY
    }
}

impl Day {
    /// The day `instant` lies in.
    pub fn of(instant: Timestamp) -> Self {
        Self(unsigned(instant.as_millis() / DAY_MS))
    }

    /// The day of this number.
    pub const fn new(number: u32) -> Result<Self, InvalidDay> {
        if number > LAST_DAY { Err(InvalidDay(number)) } else { Ok(Self(number)) }
    }

    /// Days since 1970-01-01.
    pub const fn number(self) -> u32 {
        self.0
    }

    /// When it begins.
    pub fn start(self) -> Timestamp {
        Timestamp::from_millis_clamped(i64::from(self.0) * DAY_MS)
    }

    /// When it is over: the first instant of the next.
    pub fn end(self) -> Timestamp {
        Timestamp::from_millis_clamped((i64::from(self.0) + 1) * DAY_MS)
    }

    /// The window at `quarter` of this day, counted from 0; beyond the last, the last.
    pub fn window(self, quarter: u32) -> Window {
        Window(self.0 * Window::PER_DAY + quarter.min(Window::PER_DAY - 1))
    }

    /// The day `days` later, held inside the bounds.
    pub fn saturating_add(self, days: u32) -> Self {
        Self(self.0.saturating_add(days).min(LAST_DAY))
    }

    /// The day `days` earlier, held inside the bounds.
    pub const fn saturating_sub(self, days: u32) -> Self {
        Self(self.0.saturating_sub(days))
    }

    /// Its month.
    pub fn month(self) -> Month {
        let date = self.date();
        let years = u32::try_from(i32::from(date.year()) - 1970).unwrap_or(0);
        Month(years * 12 + u32::from(date.month().unsigned_abs()) - 1)
    }

    /// Its date.
    pub fn date(self) -> jiff::civil::Date {
        let days = jiff::Span::new().try_days(i64::from(self.0)).unwrap_or_default();
        UNIX_EPOCH.checked_add(days).unwrap_or(UNIX_EPOCH)
    }

    /// The day of `date`.
    pub fn of_date(date: jiff::civil::Date) -> Result<Self, InvalidDay> {
        let days = date.since((jiff::Unit::Day, UNIX_EPOCH)).map_or(-1, |span| span.get_days());
        let days = u32::try_from(days).map_err(|_| InvalidDay(0))?;
        Self::new(days)
    }
}

const UNIX_EPOCH: jiff::civil::Date = jiff::civil::Date::constant(1970, 1, 1);

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.date().fmt(formatter)
    }
}

impl Month {
    /// The month of this number.
    pub const fn new(number: u32) -> Result<Self, InvalidDay> {
        if number >= (9999 - 1970 + 1) * 12 { Err(InvalidDay(number)) } else { Ok(Self(number)) }
    }

    /// Months since January 1970.
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The month before; of the first, itself.
    pub const fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// Its first day.
    pub fn first_day(self) -> Day {
        let year = i16::try_from(1970 + self.0 / 12).unwrap_or(1970);
        let month = i8::try_from(self.0 % 12 + 1).unwrap_or(1);
        let date = jiff::civil::Date::new(year, month, 1).unwrap_or(UNIX_EPOCH);
        Day::of_date(date).unwrap_or(Day(0))
    }

    /// The days of it, in order.
    pub fn days(self) -> impl Iterator<Item = Day> {
        let next = Self(self.0 + 1).first_day().0.max(self.first_day().0);
        (self.first_day().0..next).map(Day)
    }
}

fn unsigned(value: i64) -> u32 {
    u32::try_from(value).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_contain_each_other() {
        let instant: Timestamp = "2028-02-29T23:59:59.999Z".parse().unwrap();
        let (window, day) = (Window::of(instant), Day::of(instant));
        assert_eq!((window.day(), window.quarter(), window.end()), (day, 95, day.end()));
        assert_eq!(day.to_string(), "2028-02-29");
        assert_eq!(day.window(95), window);
        let days: Vec<Day> = day.month().days().collect();
        assert_eq!((days.len(), days.last()), (29, Some(&day)));
        assert_eq!(day.saturating_add(1).month().previous(), day.month());
        assert_eq!(Day::of_date(day.date()), Ok(day));
    }

    #[test]
    fn the_first_and_last_periods_are_where_timestamps_end() {
        assert_eq!(Day::of(Timestamp::MAX), Day(LAST_DAY));
        assert_eq!(Window::of(Timestamp::EPOCH).number(), 0);
        assert!(Day::new(LAST_DAY + 1).is_err() && Window::new((LAST_DAY + 1) * 96).is_err());
        let last = Day(LAST_DAY).month();
        assert_eq!((Month::new(last.number()), Month::new(last.number() + 1).is_err()), (Ok(last), true));
    }
}
