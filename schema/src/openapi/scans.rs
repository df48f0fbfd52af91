//! The schemas of reports on scans.

use serde_json::{Value, json};

use super::references::{Named, named, schema, schema_or_null};
use crate::scan::{Browser, Class, Device, GEO_ATTRIBUTION, Os, Reason};
use crate::wire::scans::Interval;

/// The schemas by name.
pub(super) fn schemas() -> Named {
    named(json!({
        "ScanReport": report(),
        "DateScans": dates(),
        "CountryScans": entry("country", json!({ "type": "string", "examples": ["DE"] }), &format!(
            "A country by its ISO 3166-1 alpha-2 code; `ZZ` where nobody knows, `other` beyond `top`. {GEO_ATTRIBUTION}"
        )),
        "DeviceScans": entry("device", with_rest(&Device::ALL.map(Device::name)), "A kind of device."),
        "ReferrerScans": entry("referrer", json!({ "type": "string", "examples": ["shop.example.com"] }),
            "The host of the page that led there; `direct` where none did, `other` where it is not kept and beyond `top`."
        ),
        "OsScans": entry("os", with_rest(&Os::ALL.map(Os::name)), "An operating system."),
        "BrowserScans": entry("browser", with_rest(&Browser::ALL.map(Browser::name)), "A browser."),
        "ClassScans": classes(),
        "ScanGroup": group(),
        "CodeScans": codes(),
    }))
}

fn count(description: &str) -> Value {
    json!({ "type": "integer", "minimum": 0, "description": description })
}

fn count_or_null(description: &str) -> Value {
    json!({ "type": ["integer", "null"], "minimum": 0, "description": description })
}

fn array(name: &str, description: &str) -> Value {
    json!({ "type": "array", "items": schema(name), "description": description })
}

/// The values, and what remains beyond them.
fn with_rest(values: &[&'static str]) -> Value {
    let mut values = values.to_vec();
    if !values.contains(&"other") {
        values.push("other");
    }
    json!({ "type": "string", "enum": values })
}

/// Scans by one property.
fn entry(property: &str, value: Value, description: &str) -> Value {
    json!({
        "type": "object",
        "description": description,
        "properties": { property: value, "total": count("Its scans.") },
        "required": [property, "total"],
    })
}

fn report() -> Value {
    let or_null = |name: &str, description: &str| json!({ "type": ["array", "null"], "items": schema(name), "description": description });
    json!({
        "type": "object",
        "description": "Scans of a code, or of an environment's codes. Breakdowns have the largest count first and \
                        `other` last.",
        "properties": {
            "from": {
                "type": "string",
                "description": "The beginning as it was understood: a date of the zone, or an instant in UTC.",
            },
            "to": {
                "type": "string",
                "description": "The end: a date, which belongs to the report, or an instant, which does not.",
            },
            "tz": { "type": "string", "description": "The time zone." },
            "interval": { "type": "string", "enum": Interval::ALL.map(Interval::name) },
            "total": count("All scans but for bots'; with `class`, those of the classes asked for."),
            "unique": count_or_null(
                "Different visitors of each UTC day, summed; estimated. Null with a filter, and when the range is \
                 not of whole dates.",
            ),
            "bots": count("Scans of crawlers, link previews, mail scanners and prefetches."),
            "by_date": array("DateScans", "In order of time, without gaps."),
            "by_country": array("CountryScans", "By country."),
            "by_device": array("DeviceScans", "By kind of device."),
            "by_referrer": array("ReferrerScans", "By the site that led there."),
            "by_os": or_null("OsScans", "By operating system; null with a filter of anything but a class."),
            "by_browser": or_null("BrowserScans", "By browser; null as `by_os`."),
            "by_class": array("ClassScans", "By class, bots too."),
            "groups": array("ScanGroup", "By what `group_by` asks for; absent when it does not."),
            "codes": array("CodeScans", "The codes scanned most. Absent from the report on a single code."),
        },
        "required": [
            "from", "to", "tz", "interval", "total", "unique", "bots", "by_date", "by_country", "by_device",
            "by_referrer", "by_os", "by_browser", "by_class",
        ],
        "examples": [example()],
    })
}

fn dates() -> Value {
    json!({
        "type": "object",
        "description": "Scans of an hour, a date, a week or a month.",
        "properties": {
            "date": {
                "type": "string",
                "description": "The date; of a week its Monday, of a month its first. An hour is told with its \
                                offset from UTC.",
                "examples": ["2026-05-01", "2026-10-25T02:00:00+01:00"],
            },
            "total": count("Scans that count."),
            "unique": count_or_null("Different visitors; null of hours, and where the report has none."),
            "bots": count("Scans of bots."),
        },
        "required": ["date", "total", "unique", "bots"],
    })
}

fn classes() -> Value {
    json!({
        "type": "object",
        "description": "Scans of one class: `human` with a browser, `bot`, or `unknown`: a general library, or \
                        nobody known.",
        "properties": {
            "class": { "type": "string", "enum": Class::ALL.map(Class::name) },
            "total": count("Its scans."),
            "reasons": {
                "type": ["array", "null"],
                "description": "Why they were taken for it; null with a filter of anything but a class.",
                "items": {
                    "type": "object",
                    "properties": {
                        "reason": { "type": "string", "enum": Reason::ALL.map(Reason::name) },
                        "total": count("Its scans."),
                    },
                    "required": ["reason", "total"],
                },
            },
        },
        "required": ["class", "total", "reasons"],
    })
}

fn group() -> Value {
    let value =
        |name: &str| json!({ "type": "string", "description": format!("With `{name}` in `group_by`.") });
    json!({
        "type": "object",
        "description": "Scans that have the same values of what they are grouped by.",
        "properties": {
            "class": value("class"),
            "country": value("country"),
            "device": value("device"),
            "referrer": value("referrer"),
            "total": count("Their number."),
        },
        "required": ["total"],
    })
}

fn codes() -> Value {
    json!({
        "type": "object",
        "description": "Scans of one code.",
        "properties": {
            "id": schema("CodeId"),
            "name": schema_or_null("Name"),
            "total": count("Its scans."),
        },
        "required": ["id", "name", "total"],
    })
}

fn example() -> Value {
    json!({
        "from": "2026-05-01",
        "to": "2026-05-02",
        "tz": "Europe/Berlin",
        "interval": "day",
        "total": 7,
        "unique": 5,
        "bots": 2,
        "by_date": [
            { "date": "2026-05-01", "total": 7, "unique": 5, "bots": 2 },
            { "date": "2026-05-02", "total": 0, "unique": 0, "bots": 0 },
        ],
        "by_country": [{ "country": "DE", "total": 5 }, { "country": "ZZ", "total": 2 }],
        "by_device": [{ "device": "phone", "total": 6 }, { "device": "other", "total": 1 }],
        "by_referrer": [{ "referrer": "direct", "total": 6 }, { "referrer": "shop.example.com", "total": 1 }],
        "by_os": [{ "os": "Android", "total": 4 }, { "os": "iOS", "total": 2 }, { "os": "other", "total": 1 }],
        "by_browser": [{ "browser": "Chrome", "total": 4 }, { "browser": "Safari", "total": 2 }, { "browser": "other", "total": 1 }],
        "by_class": [
            { "class": "human", "total": 6, "reasons": [{ "reason": "browser", "total": 6 }] },
            { "class": "bot", "total": 2, "reasons": [{ "reason": "link_preview", "total": 2 }] },
            { "class": "unknown", "total": 1, "reasons": [{ "reason": "library", "total": 1 }] },
        ],
        "groups": [{ "country": "DE", "device": "phone", "total": 5 }, { "country": "ZZ", "device": "other", "total": 2 }],
        "codes": [{ "id": "019debd0-1c71-7003-a090-88b3a216df49", "name": "Customer 4471", "total": 7 }],
    })
}
