//! Instants.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An instant in UTC, in whole milliseconds since 1970, between the years 1970 and 9999.
///
/// Its text is RFC 3339 in UTC with milliseconds, such as `2026-05-04T03:02:01.000Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(i64);

/// A text or a number is no instant between the years 1970 and 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an RFC 3339 instant between 1970 and 9999, such as 2030-01-31T12:00:00Z")]
pub struct InvalidTimestamp;

impl Timestamp {
    /// The first instant of 1970.
    pub const EPOCH: Self = Self(0);
    /// 9999-12-30T22:00:00.000Z: the last millisecond that has a date of four digits in every time zone.
    pub const MAX: Self = Self(253_402_207_200_000);

    /// The instant `milliseconds` after 1970 began.
    pub const fn from_millis(milliseconds: i64) -> Result<Self, InvalidTimestamp> {
        if milliseconds < 0 || milliseconds > Self::MAX.0 {
            return Err(InvalidTimestamp);
        }
        Ok(Self(milliseconds))
    }

    /// The same, moved into the bounds when outside of them: for clocks, which cannot be refused.
    pub(crate) fn from_millis_clamped(milliseconds: i64) -> Self {
        Self(milliseconds.clamp(0, Self::MAX.0))
    }

    /// Milliseconds since 1970 began.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Milliseconds since 1970 began, as the 48 bits a version 7 UUID keeps of them.
    pub(crate) const fn as_unsigned_millis(self) -> u64 {
        self.0.unsigned_abs()
    }

    /// This instant and `milliseconds` more, held inside the bounds.
    pub fn saturating_add_millis(self, milliseconds: i64) -> Self {
        Self::from_millis_clamped(self.0.saturating_add(milliseconds))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let instant = jiff::Timestamp::from_millisecond(self.0).map_err(|_| fmt::Error)?;
        write!(formatter, "{instant:.3}")
    }
}

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let instant: jiff::Timestamp = text.parse().map_err(|_| InvalidTimestamp)?;
        Self::from_millis(instant.as_millisecond())
    }
}

impl TryFrom<String> for Timestamp {
    type Error = InvalidTimestamp;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Timestamp> for String {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_prints_in_utc_with_milliseconds() {
        let parsed: Timestamp = "2026-05-04T05:02:01.0209+02:00".parse().unwrap();
        assert_eq!(parsed.to_string(), "2026-05-04T03:02:01.020Z");
    }

    #[test]
    fn years_outside_the_bounds_are_refused() {
        for text in ["1969-12-31T23:59:59Z", "-000001-01-01T00:00:00Z", "2026-05-04", "now", ""] {
            assert_eq!(text.parse::<Timestamp>(), Err(InvalidTimestamp), "{text}");
        }
        assert_eq!("9999-12-30T22:00:00.001Z".parse::<Timestamp>(), Err(InvalidTimestamp));
        assert_eq!("9999-12-30T22:00:00Z".parse(), Ok(Timestamp::MAX));
    }

    #[test]
    fn the_first_and_last_instant_can_be_printed() {
        assert_eq!(Timestamp::EPOCH.to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Timestamp::MAX.to_string(), "9999-12-30T22:00:00.000Z");
    }
}
