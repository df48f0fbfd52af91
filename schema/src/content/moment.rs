//! Dates and times as they are given.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde_json::Value;

use super::rules;

/// When something begins or ends, as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// A whole day.
    Day(Date),
    /// An instant: RFC 3339 with an offset.
    Instant(Timestamp),
    /// A date and time of a place to be named.
    Local(DateTime),
}

/// A date: `2026-03-01` (RFC 3339, full-date).
pub(super) fn date(value: &Value) -> Result<Date, String> {
    let refusal = || "must be a date such as 2026-03-01".to_owned();
    let text = rules::string(value)?;
    if text.len() == 10 && starts_as_date(text) {
        text.parse().map_err(|_| refusal())
    } else {
        Err(refusal())
    }
}

/// A date, an instant, or a local date and time without an offset.
pub(super) fn moment(value: &Value) -> Result<Moment, String> {
    let text = rules::string(value)?;
    if text.len() == 10 {
        return date(value).map(Moment::Day);
    }
    // The parsers take more than RFC 3339: other years, missing seconds, bracketed time zones.
    let in_form = starts_as_date(text)
        && text.get(10..11).is_some_and(|separator| separator == "T")
        && !text.contains('[')
        && text.len() <= 40;
    let parsed = match text.parse::<Timestamp>() {
        Ok(instant) => Some(Moment::Instant(instant)),
        Err(_) if has_offset(text) => None,
        Err(_) => text.parse::<DateTime>().ok().map(Moment::Local),
    };
    match parsed {
        Some(moment) if in_form => Ok(moment),
        Some(_) | None => Err("must be a date such as 2026-03-01, a date and time with an offset such as \
                               2026-03-01T18:00:00+01:00, or, with time_zone, one without"
            .to_owned()),
    }
}

/// A time zone by its name in the IANA database.
///
/// The database is the one built in, not the machine's: the same content makes the same payload on every
/// node.
pub(super) fn time_zone(value: &Value) -> Result<TimeZone, String> {
    let name = rules::line(64)(value)?;
    TimeZoneDatabase::bundled()
        .get(&name)
        .map_err(|_| "must be an IANA time zone such as Europe/Berlin".to_owned())
}

/// Whether the text begins with a date of a year from 0001 to 9999, which is all that iCalendar writes.
fn starts_as_date(text: &str) -> bool {
    let digits =
        |range| text.get(range).is_some_and(|part: &str| part.bytes().all(|byte| byte.is_ascii_digit()));
    let hyphens = text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
    digits(0..4) && digits(5..7) && digits(8..10) && hyphens && !text.starts_with("0000")
}

/// Whether something that looks like an offset follows the date.
fn has_offset(text: &str) -> bool {
    text.get(10..).is_some_and(|time| time.contains(['+', '-', 'Z', 'z']))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Moment, date, moment, time_zone};

    #[test]
    fn a_moment_is_a_day_an_instant_or_local() {
        let day = moment(&json!("2024-02-29")).unwrap();
        assert_eq!(day, Moment::Day("2024-02-29".parse().unwrap()));
        for text in ["2026-03-01T17:00:00Z", "2026-03-01T18:00:00+01:00", "2026-03-01T17:00:00.000Z"] {
            assert_eq!(
                moment(&json!(text)),
                Ok(Moment::Instant("2026-03-01T17:00:00Z".parse().unwrap())),
                "{text}"
            );
        }
        for text in ["2026-03-01T18:00:00", "2026-03-01T18:00"] {
            assert_eq!(
                moment(&json!(text)),
                Ok(Moment::Local("2026-03-01T18:00:00".parse().unwrap())),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "2026",
            "2025-02-29",
            "2026-3-1",
            "20260301",
            "0000-01-01",
            "+02026-03-01T18:00:00Z",
            "-02026-03-01T18:00:00Z",
            "2026-03-01 18:00:00",
            "2026-03-01T25:00:00Z",
            "2026-03-01T18:00:00+99:00",
            "9999-12-31T23:59:59-23:00",
            "2026-03-01T18:00:00[Europe/Berlin]",
            "2026-03-01T18:00:00+01:00[Europe/Berlin]",
            "2026-03-01T18:00:00Z\r\nX:1",
            "2026-03-0é",
            "tomorrow",
        ] {
            assert!(moment(&json!(text)).is_err(), "{text}");
        }
        assert!(date(&json!("2026-03-01T18:00:00Z")).is_err());
        assert!(moment(&json!(20_260_301)).is_err());
    }

    #[test]
    fn a_time_zone_is_known_by_its_name() {
        assert!(time_zone(&json!("Europe/Berlin")).is_ok());
        assert!(time_zone(&json!("UTC")).is_ok());
        for name in ["Europe/Nowhere", "+01:00", "../../etc/passwd", ""] {
            assert!(time_zone(&json!(name)).is_err(), "{name}");
        }
    }
}
