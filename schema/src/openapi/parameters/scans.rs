//! The parameters of reports on scans.

use serde_json::json;

use super::in_query;
use crate::openapi::references::{Named, named, schema};
use crate::scan::{Class, Device};
use crate::wire::scans::{Dimension, Interval, MOST_BUCKETS, MOST_VALUES, Top, WINDOW_DAYS};

/// Those of a report on one code, by the names they have in the document.
pub(in crate::openapi) const OF_SCANS: [&str; 12] = [
    "scans_from",
    "scans_to",
    "scans_tz",
    "scans_interval",
    "scans_country",
    "scans_device",
    "scans_referrer",
    "scans_class",
    "scans_group_by",
    "scans_top",
    "scans_format",
    "scans_csv",
];

/// All of them, and what a report on an account has besides.
pub(super) fn all() -> Named {
    [of_ranges(), of_filters(), of_answers()].into_iter().flatten().collect()
}

fn of_ranges() -> Named {
    named(json!({
        "scans_from": in_query(
            "from",
            json!({ "type": "string" }),
            json!("2026-05-01"),
            "The first date of the zone; or an instant (RFC 3339), moved to the next quarter of an hour. By \
             default 30 dates, the last included.",
        ),
        "scans_to": in_query(
            "to",
            json!({ "type": "string" }),
            json!("2026-05-31"),
            "The last date, which belongs to the report; or an instant, which does not. By default today.",
        ),
        "scans_tz": in_query(
            "tz",
            json!({ "type": "string", "default": "UTC" }),
            json!("Europe/Berlin"),
            "Whose dates: a time zone by its name in the IANA database.",
        ),
        "scans_interval": in_query(
            "interval",
            json!({
                "type": "string",
                "enum": Interval::ALL.map(Interval::name),
                "default": Interval::default().name(),
            }),
            json!("week"),
            &format!(
                "What an entry of `by_date` spans; weeks begin on Monday. At most {MOST_BUCKETS} entries are \
                 answered. Hours of a country, device or referrer are kept {WINDOW_DAYS} days."
            ),
        ),
    }))
}

fn of_filters() -> Named {
    let several = |values: &str, description: &str| {
        format!(
            "{description} {values}, or up to {MOST_VALUES} separated by commas or each in a parameter of its own."
        )
    };
    let names = |names: &[&str]| format!("^({0})(,({0}))*$", names.join("|"));
    named(json!({
        "scans_country": in_query(
            "country",
            json!({ "type": "string", "pattern": "^[A-Za-z]{2}(,[A-Za-z]{2})*$" }),
            json!("DE,AT"),
            &several("One (ISO 3166-1 alpha-2; `ZZ` is unknown)", "Scans from these countries alone."),
        ),
        "scans_device": in_query(
            "device",
            json!({ "type": "string", "pattern": names(&Device::ALL.map(Device::name)) }),
            json!("phone"),
            &several("One", "Scans by these devices alone."),
        ),
        "scans_referrer": in_query(
            "referrer",
            json!({ "type": "string" }),
            json!("shop.example.com"),
            &several(
                "The host, `direct` where no page led there, `other` where its host is not kept",
                "Scans from pages of these sites alone.",
            ),
        ),
        "scans_class": in_query(
            "class",
            json!({ "type": "string", "pattern": names(&Class::ALL.map(Class::name)) }),
            json!("human"),
            &several("One", "Scans of these classes alone, bots too when they are among them."),
        ),
    }))
}

fn of_answers() -> Named {
    let dimensions = Dimension::ALL.map(Dimension::name).join("|");
    named(json!({
        "scans_group_by": in_query(
            "group_by",
            json!({ "type": "string", "pattern": format!("^({dimensions})(,({dimensions}))?$") }),
            json!("country,device"),
            "Answers `groups` by one dimension or by two different ones.",
        ),
        "scans_top": in_query(
            "top",
            json!({
                "type": "integer",
                "minimum": 1,
                "maximum": Top::MAX.get(),
                "default": Top::default().get(),
            }),
            json!(10),
            "How many entries a breakdown may have before the rest is one entry `other`.",
        ),
        "scans_format": in_query(
            "format",
            json!({ "type": "string", "enum": ["json", "csv", "ndjson"], "default": "json" }),
            json!("csv"),
            "How the report is written. Goes before `Accept`.",
        ),
        "scans_csv": in_query(
            "csv",
            json!({ "type": "string", "enum": ["excel"] }),
            json!("excel"),
            "`excel` asks for CSV with a byte order mark, semicolons, and ids as `=\"...\"`. Not with another `format`.",
        ),
        "scans_tag": in_query("tag", schema("Tag"), json!("spring"), "Scans of codes with this tag."),
    }))
}
