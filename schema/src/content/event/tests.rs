use serde_json::{Value, json};

use crate::content::ContentType::Event;
use crate::content::tests::{accepted, refused};

/// The lines of an entry between its id and its end.
fn lines(content: &Value) -> String {
    let payload = accepted(Event, content);
    let head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:ezqr\r\nBEGIN:VEVENT\r\nUID:";
    let rest = payload.strip_prefix(head).unwrap();
    let (id, rest) = rest.split_once("\r\n").unwrap();
    assert!(id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    rest.strip_suffix("END:VEVENT\r\nEND:VCALENDAR\r\n").unwrap().to_owned()
}

#[test]
fn an_event_becomes_a_calendar_with_one_entry() {
    let content = json!({
        "title": "Tea; with, Ann", "start": "2026-03-01T18:00:00+01:00", "end": "2026-03-01T19:30:00+01:00",
        "location": "Room 1\\2", "description": "one\ntwo", "url": "https://example.com/e?a=1,2"
    });
    assert_eq!(
        accepted(Event, &content),
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:ezqr\r\nBEGIN:VEVENT\r\nUID:ff045d28ef52acec\r\n\
         DTSTAMP:20260301T170000Z\r\nDTSTART:20260301T170000Z\r\nDTEND:20260301T183000Z\r\n\
         SUMMARY:Tea\\; with\\, Ann\r\nLOCATION:Room 1\\\\2\r\n\
         DESCRIPTION:one\\ntwo\r\nURL:https://example.com/e?a=1,2\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
}

#[test]
fn times_are_printed_in_utc() {
    let times = [
        (json!({ "title": "a", "start": "2026-03-01T17:00:00.999Z" }), "20260301T170000Z", None),
        (
            json!({ "title": "a", "start": "2026-07-01T18:00:00", "time_zone": "Europe/Berlin" }),
            "20260701T160000Z",
            None,
        ),
        (
            json!({
                "title": "a", "start": "2026-01-01T00:30", "end": "2026-01-01T01:00:00Z",
                "time_zone": "Asia/Kolkata"
            }),
            "20251231T190000Z",
            Some("20260101T010000Z"),
        ),
        // Skipped by the clocks: read with the offset before the change.
        (
            json!({ "title": "a", "start": "2026-03-29T02:30:00", "time_zone": "Europe/Berlin" }),
            "20260329T013000Z",
            None,
        ),
        // Comes twice: the first.
        (
            json!({ "title": "a", "start": "2026-10-25T02:30:00", "time_zone": "Europe/Berlin" }),
            "20261025T003000Z",
            None,
        ),
        // An offset settles the instant; a time zone beside it changes nothing.
        (
            json!({ "title": "a", "start": "2026-03-01T17:00:00-05:00", "time_zone": "Europe/Berlin" }),
            "20260301T220000Z",
            None,
        ),
    ];
    for (content, start, end) in times {
        let end = end.map(|end| format!("DTEND:{end}\r\n")).unwrap_or_default();
        assert_eq!(
            lines(&content),
            format!("DTSTAMP:{start}\r\nDTSTART:{start}\r\n{end}SUMMARY:a\r\n"),
            "{content}"
        );
    }
}

#[test]
fn days_end_with_the_last_of_them() {
    assert_eq!(
        lines(&json!({ "title": "a", "start": "2026-12-31" })),
        "DTSTAMP:20261231T000000Z\r\nDTSTART;VALUE=DATE:20261231\r\nSUMMARY:a\r\n"
    );
    assert_eq!(
        lines(
            &json!({ "title": "a", "start": "2026-12-30", "end": "2026-12-31", "time_zone": "Europe/Berlin" })
        ),
        "DTSTAMP:20261230T000000Z\r\nDTSTART;VALUE=DATE:20261230\r\n\
         DTEND;VALUE=DATE:20270101\r\nSUMMARY:a\r\n"
    );
}

#[test]
fn the_same_event_has_the_same_id() {
    let of = |title: &str| accepted(Event, &json!({ "title": title, "start": "2026-12-31" }));
    assert_eq!(of("a"), of("a"));
    let id = |payload: &str| payload.lines().find(|line| line.starts_with("UID:")).unwrap().to_owned();
    assert_ne!(id(&of("a")), id(&of("b")));
}

#[test]
fn every_fault_of_an_event_is_named() {
    let moment = "must be a date such as 2026-03-01, a date and time with an offset such as \
                  2026-03-01T18:00:00+01:00, or, with time_zone, one without";
    assert_eq!(
        refused(
            Event,
            &json!({ "start": "soon", "end": 5, "time_zone": "Berlin", "location": "a\nb", "summary": "" })
        ),
        [
            "/content/title is required".to_owned(),
            format!("/content/start {moment}"),
            "/content/end must be a string".to_owned(),
            "/content/time_zone must be an IANA time zone such as Europe/Berlin".to_owned(),
            "/content/location must not contain control characters such as line breaks and tabs".to_owned(),
            "/content/summary is not a field of this object; its fields are title, start, end, time_zone, \
             location, description, url"
                .to_owned(),
        ]
    );
}

#[test]
fn start_and_end_must_fit_each_other() {
    let faults = [
        ("2026-03-02", "2026-03-01", "/content/end must not lie before start"),
        ("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z", "/content/end must lie after start"),
        ("2026-03-01T10:00:00Z", "2026-03-01T11:00:00+02:00", "/content/end must lie after start"),
        (
            "2026-03-01",
            "2026-03-01T10:00:00Z",
            "/content/end must be a date when start is one, and a date and time when start is",
        ),
        (
            "2026-03-01T10:00:00Z",
            "2026-03-02",
            "/content/end must be a date when start is one, and a date and time when start is",
        ),
        (
            "2026-03-01T10:00:00Z",
            "2026-03-01T11:00",
            "/content/end has no offset; give one, or name a time_zone",
        ),
        ("2026-03-01", "9999-12-31", "/content/end must lie before the end of the year 9999"),
        (
            "0001-01-01T00:00:00+01:00",
            "2026-03-01T11:00:00Z",
            "/content/start must lie between the years 1 and 9999 in UTC",
        ),
    ];
    for (start, end, fault) in faults {
        assert_eq!(refused(Event, &json!({ "title": "a", "start": start, "end": end })), [fault]);
    }
}
