//! `vcard` and `event`.

use serde_json::{Value, json};

use super::{Named, e_mail_address, http_url, line, lines, named, object, one_or_several, phone_number};

/// The schemas by name.
pub(super) fn schemas() -> Named {
    named(json!({ "VcardContent": contact(), "PostalAddress": postal_address(), "EventContent": event() }))
}

fn contact() -> Value {
    let short = |description: &str| line(200, description);
    let numbers = |description: &str| one_or_several(&phone_number(), 5, description);
    object(
        "A contact to be saved (vCard 3.0). One of `full_name`, `first_name`, `last_name` and `organization` is \
         required.",
        json!({
            "full_name": short("The name as shown; by default made of its parts, or the organization."),
            "first_name": short("Given name."),
            "last_name": short("Family name."),
            "prefix": short("Such as Dr."),
            "suffix": short("Such as Jr."),
            "organization": short("Company or other organization."),
            "title": short("Position in it."),
            "phone": numbers("Landline: one number or up to 5."),
            "mobile": numbers("Mobile: one number or up to 5."),
            "fax": numbers("Fax: one number or up to 5."),
            "email": one_or_several(&e_mail_address(), 5, "One address or up to 5."),
            "url": http_url(),
            "address": { "$ref": "#/components/schemas/PostalAddress" },
            "birthday": { "type": "string", "format": "date", "description": "Such as 1990-02-28." },
            "note": lines("May have line breaks."),
        }),
        &[],
        json!([
            { "full_name": "Ann Example", "mobile": "+49 170 1234567" },
            {
                "first_name": "Ann",
                "last_name": "Example",
                "prefix": "Dr.",
                "suffix": "PhD",
                "organization": "Example GmbH",
                "title": "Head of Printing",
                "phone": ["+49 30 1234567", "+49 30 1234568"],
                "fax": "+49 30 1234569",
                "email": "ann@example.com",
                "url": "https://example.com/ann",
                "address": {
                    "street": "Main Street 1",
                    "city": "Berlin",
                    "region": "Berlin",
                    "postal_code": "10115",
                    "country": "Germany",
                },
                "birthday": "1990-02-28",
                "note": "Met at the fair.\nLikes paper.",
            },
        ]),
    )
}

fn postal_address() -> Value {
    let short = |description: &str| line(200, description);
    object(
        "A postal address; at least one field is required.",
        json!({
            "street": short("Street and number."),
            "city": short("City."),
            "region": short("State or province."),
            "postal_code": short("Postal code."),
            "country": short("Country."),
        }),
        &[],
        json!([
            { "street": "Main Street 1", "city": "Berlin", "postal_code": "10115" },
            {
                "street": "20 High Street",
                "city": "Springfield",
                "region": "Illinois",
                "postal_code": "62701",
                "country": "USA",
            },
        ]),
    )
}

fn event() -> Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    object(
        "A calendar entry to be saved (iCalendar).",
        json!({
            "title": line(200, "What it is."),
            "start": text(
                "A date such as 2026-03-01 for whole days; or a date and time, with an offset such as \
                 2026-03-01T18:00:00+01:00 or, with `time_zone`, without.",
            ),
            "end": text("A date when `start` is one, then the last day; else a date and time after it."),
            "time_zone": text("An IANA time zone such as Europe/Berlin, for times without an offset."),
            "location": line(200, "Where it is."),
            "description": lines("More about it; may have line breaks."),
            "url": http_url(),
        }),
        &["title", "start"],
        json!([
            { "title": "Spring fair", "start": "2026-03-01", "end": "2026-03-03" },
            {
                "title": "Opening",
                "start": "2026-03-01T18:00:00",
                "end": "2026-03-01T20:30:00",
                "time_zone": "Europe/Berlin",
                "location": "Hall 2",
                "description": "Doors open at 17:30.",
                "url": "https://example.com/opening",
            },
        ]),
    )
}
