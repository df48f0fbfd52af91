//! `event`: a calendar with one entry (RFC 5545).

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::content_line::ContentLines;
use super::fields::{Fields, Refused};
use super::moment::{self, Moment};
use super::rules;

/// Longest title and location, in characters.
const MOST_CHARACTERS: usize = 200;

/// `{"title", "start", "end", "time_zone", "location", "description", "url"}`, of which `title` and `start`
/// are required.
///
/// `start` and `end` are both dates (an entry of whole days; `end` is the last of them), or both date-times:
/// with an offset, or without one and then in `time_zone`, an IANA name. Times are printed in UTC to the
/// second. A local time that the clocks skip is read with the offset before the change, one that comes twice
/// is the first (RFC 5545, 3.3.5).
///
/// The payload is a pure function of the fields: its time stamp is the start and its id a hash of the rest,
/// so that a code that is scanned twice is one entry.
pub(super) fn event(fields: &mut Fields<'_>) -> Result<String, Refused> {
    let title = fields.required("title", rules::line(MOST_CHARACTERS));
    let start = fields.required("start", moment::moment);
    let end = fields.optional("end", moment::moment);
    let zone = fields.optional("time_zone", moment::time_zone);
    let location = fields.optional("location", rules::line(MOST_CHARACTERS));
    let description = fields.optional("description", rules::lines);
    let url = fields.optional("url", rules::http_uri);

    let span = match (start, end, zone) {
        (Ok(start), Ok(end), Ok(zone)) => span(fields, start, end, zone.as_ref()),
        (Err(refused), _, _) | (_, Err(refused), _) | (_, _, Err(refused)) => Err(refused),
    };

    let mut entry = ContentLines::default();
    span?.push(&mut entry);
    entry.push_text("SUMMARY", Some(&title?));
    entry.push_text("LOCATION", location?.as_deref());
    entry.push_text("DESCRIPTION", description?.as_deref());
    if let Some(url) = url? {
        entry.push("URL", &url);
    }
    let entry = entry.into_string();

    let digest = blake3::hash(entry.as_bytes()).to_hex();
    let mut head = ContentLines::default();
    head.push("BEGIN", "VCALENDAR");
    head.push("VERSION", "2.0");
    head.push("PRODID", "ezqr");
    head.push("BEGIN", "VEVENT");
    head.push("UID", digest.get(..16).unwrap_or_default());
    Ok(format!("{}{entry}END:VEVENT\r\nEND:VCALENDAR\r\n", head.as_str()))
}

/// How long an entry lasts.
#[derive(Clone, Copy, Debug)]
enum Span {
    /// Whole days; the second is the first day after it.
    Days(Date, Option<Date>),
    /// From an instant on.
    Times(Timestamp, Option<Timestamp>),
}

impl Span {
    fn push(self, lines: &mut ContentLines) {
        match self {
            Self::Days(first, after) => {
                lines.push("DTSTAMP", &format!("{}T000000Z", first.strftime("%Y%m%d")));
                lines.push("DTSTART;VALUE=DATE", &first.strftime("%Y%m%d").to_string());
                if let Some(after) = after {
                    lines.push("DTEND;VALUE=DATE", &after.strftime("%Y%m%d").to_string());
                }
            }
            Self::Times(start, end) => {
                let start = start.strftime("%Y%m%dT%H%M%SZ").to_string();
                lines.push("DTSTAMP", &start);
                lines.push("DTSTART", &start);
                if let Some(end) = end {
                    lines.push("DTEND", &end.strftime("%Y%m%dT%H%M%SZ").to_string());
                }
            }
        }
    }
}

/// Brings start and end together.
fn span(
    fields: &mut Fields<'_>,
    start: Moment,
    end: Option<Moment>,
    zone: Option<&TimeZone>,
) -> Result<Span, Refused> {
    match (start, end) {
        (Moment::Day(first), None) => Ok(Span::Days(first, None)),
        (Moment::Day(first), Some(Moment::Day(last))) if last < first => {
            Err(fields.refuse("end", "must not lie before start"))
        }
        (Moment::Day(first), Some(Moment::Day(last))) => match last.tomorrow() {
            Ok(after) => Ok(Span::Days(first, Some(after))),
            Err(_) => Err(fields.refuse("end", "must lie before the end of the year 9999")),
        },
        (Moment::Day(_), Some(Moment::Instant(_) | Moment::Local(_)))
        | (Moment::Instant(_) | Moment::Local(_), Some(Moment::Day(_))) => {
            Err(fields.refuse("end", "must be a date when start is one, and a date and time when start is"))
        }
        (start @ (Moment::Instant(_) | Moment::Local(_)), end) => {
            let start = instant(fields, "start", start, zone);
            let end = end.map(|end| instant(fields, "end", end, zone)).transpose();
            let (start, end) = (start?, end?);
            if end.is_some_and(|end| end <= start) {
                return Err(fields.refuse("end", "must lie after start"));
            }
            Ok(Span::Times(start, end))
        }
    }
}

/// The moment in UTC, to the second, within the years iCalendar writes.
fn instant(
    fields: &mut Fields<'_>,
    name: &str,
    moment: Moment,
    zone: Option<&TimeZone>,
) -> Result<Timestamp, Refused> {
    let instant = match (moment, zone) {
        (Moment::Instant(instant), _) => Some(instant),
        (Moment::Local(local), Some(zone)) => zone.to_timestamp(local).ok(),
        (Moment::Day(day), Some(zone)) => zone.to_timestamp(day.at(0, 0, 0, 0)).ok(),
        (Moment::Local(_) | Moment::Day(_), None) => {
            return Err(fields.refuse(name, "has no offset; give one, or name a time_zone"));
        }
    };
    let instant = instant.and_then(|instant| Timestamp::from_second(instant.as_second()).ok());
    let in_range = |instant: &Timestamp| (1..=9_999).contains(&TimeZone::UTC.to_datetime(*instant).year());
    instant
        .filter(in_range)
        .ok_or_else(|| fields.refuse(name, "must lie between the years 1 and 9999 in UTC"))
}

#[cfg(test)]
mod tests;
