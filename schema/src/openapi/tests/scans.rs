//! Reports on scans are asked for and answered as described.

use std::borrow::Cow;

use super::validity::invalid;
use super::*;
use crate::openapi::parameters::OF_SCANS;
use crate::scan::{Class, Device, GEO_ATTRIBUTION};
use crate::wire::CsvStyle;
use crate::wire::scans::{
    AccountScanQuery, Breakdown, ClassTotal, CodeTotal, Counted, DateTotal, Dimension, Group, Groups,
    Interval, MOST_VALUES, ReasonTotal, ScanFilter, ScanQuery, ScanReport, parse_account_scan_query,
    parse_scan_query,
};
use crate::{CodeId, Name};

fn now() -> Timestamp {
    "2026-06-01T12:00:00Z".parse().unwrap()
}

fn parameter<'document>(document: &'document Value, name: &str) -> &'document Value {
    &document["components"]["parameters"][name]
}

/// A query of the examples of these parameters.
fn examples_of(document: &Value, names: &[&str]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for name in names {
        let example = &parameter(document, name)["example"];
        let text = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
        query.append_pair(parameter(document, name)["name"].as_str().unwrap(), &text);
    }
    query.finish()
}

#[test]
fn the_parameters_of_a_report_are_those_that_are_read() {
    let document = document();
    let told = |faults: Vec<FieldFault>| {
        let told = faults[0].detail.split_once("its parameters are ").unwrap().1.split(", ");
        told.map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let named = |names: &[&str]| {
        let names = names.iter().map(|name| parameter(document, name)["name"].as_str().unwrap().to_owned());
        names.collect::<BTreeSet<_>>()
    };
    let of_account = [&OF_SCANS[..], &["scans_tag"]].concat();
    assert_eq!(told(of(parse_scan_query("unknown=1", now()).unwrap_err())), named(&OF_SCANS));
    assert_eq!(told(of(parse_account_scan_query("unknown=1", now()).unwrap_err())), named(&of_account));

    // Whatever a report can be asked is asked here: who adds a field to these documents a parameter for it.
    let query = examples_of(document, &of_account);
    let AccountScanQuery { scans, tag } = parse_account_scan_query(&query, now()).unwrap();
    let ScanQuery { range, interval, filter, group_by, top, format, csv } = scans;
    let ScanFilter { classes, countries, devices, referrers } = filter;
    assert_eq!((range.from.to_string(), range.to.to_string()), ("2026-05-01".into(), "2026-05-31".into()));
    assert!(range.zone.name() == "Europe/Berlin" && interval != Interval::default() && tag.is_some());
    assert!(!classes.is_empty() && !countries.is_empty() && !devices.is_empty() && !referrers.is_empty());
    assert!(group_by.is_some() && top.get() == 10 && format.is_some() && csv == CsvStyle::Excel);
}

#[test]
fn the_values_of_a_report_are_those_described() {
    let document = document();
    let accepts = |query: &str| parse_scan_query(query, now()).is_ok();
    let describes = |name: &str, text: &str| {
        invalid(document, &parameter(document, name)["schema"], &text.into()).is_none()
    };
    let mut values = vec!["", "other", "human,bot", "DE", "deu", "country,country,class", "week", "xml"];
    values.extend(Class::ALL.map(Class::name));
    values.extend(Device::ALL.map(Device::name));
    values.extend(Interval::ALL.map(Interval::name));
    values.extend(Dimension::ALL.map(Dimension::name));
    values.extend(["json", "csv", "ndjson", "excel", "class,country", "referrer,device", "phone,desktop"]);
    for name in [
        "scans_interval",
        "scans_class",
        "scans_device",
        "scans_country",
        "scans_group_by",
        "scans_format",
        "scans_csv",
    ] {
        let own = parameter(document, name)["name"].as_str().unwrap();
        for value in &values {
            assert_eq!(accepts(&format!("{own}={value}")), describes(name, value), "{own}={value}");
        }
    }
    assert!(!accepts("group_by=class,class"), "two different ones");
    let countries = |count: usize| accepts(&format!("country={}", vec!["DE"; count].join(",")));
    assert!(countries(MOST_VALUES) && !countries(MOST_VALUES + 1));
    let top = &parameter(document, "scans_top")["schema"];
    let bound = |name: &str| top[name].as_u64().unwrap();
    let top = |top: u64| accepts(&format!("top={top}"));
    assert!(top(bound("minimum")) && top(bound("maximum")));
    assert!(!top(bound("minimum") - 1) && !top(bound("maximum") + 1));
}

#[test]
fn what_goes_without_saying_is_what_is_described() {
    let document = document();
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for name in OF_SCANS {
        if let Some(default) = parameter(document, name)["schema"].get("default") {
            let default = default.as_str().map_or_else(|| default.to_string(), str::to_owned);
            query.append_pair(parameter(document, name)["name"].as_str().unwrap(), &default);
        }
    }
    let mut spelled = parse_scan_query(&query.finish(), now()).unwrap();
    assert!(spelled.format.take().is_some());
    assert_eq!(spelled, parse_scan_query("", now()).unwrap());
}

fn breakdown(property: &'static str, entries: &[(&'static str, u64)]) -> Breakdown {
    let counted =
        |(value, total): &(&'static str, u64)| Counted { value: Cow::Borrowed(*value), total: *total };
    Breakdown { property, entries: entries.iter().map(counted).collect() }
}

fn report() -> ScanReport {
    let date = |date: &str, total, unique, bots| DateTotal { date: date.to_owned(), total, unique, bots };
    let class = |class: Class, total, reason| {
        let reasons = Some(vec![ReasonTotal { reason, total }]);
        ClassTotal { class: class.name(), total, reasons }
    };
    let group =
        |country, device, total| Group { values: vec![Cow::Borrowed(country), Cow::Borrowed(device)], total };
    let id: CodeId = "019debd0-1c71-7003-a090-88b3a216df49".parse().unwrap();
    ScanReport {
        from: "2026-05-01".to_owned(),
        to: "2026-05-02".to_owned(),
        tz: "Europe/Berlin".to_owned(),
        interval: Interval::Day.name(),
        total: 7,
        unique: Some(5),
        bots: 2,
        by_date: vec![date("2026-05-01", 7, Some(5), 2), date("2026-05-02", 0, Some(0), 0)],
        by_country: breakdown("country", &[("DE", 5), ("ZZ", 2)]),
        by_device: breakdown("device", &[("phone", 6), ("other", 1)]),
        by_referrer: breakdown("referrer", &[("direct", 6), ("shop.example.com", 1)]),
        by_os: Some(breakdown("os", &[("Android", 4), ("iOS", 2), ("other", 1)])),
        by_browser: Some(breakdown("browser", &[("Chrome", 4), ("Safari", 2), ("other", 1)])),
        by_class: vec![
            class(Class::Human, 6, "browser"),
            class(Class::Bot, 2, "link_preview"),
            class(Class::Unknown, 1, "library"),
        ],
        groups: Some(Groups {
            dimensions: vec![Dimension::Country, Dimension::Device],
            entries: vec![group("DE", "phone", 5), group("ZZ", "other", 2)],
        }),
        codes: Some(vec![CodeTotal { id, name: Some(Name::parse("Customer 4471").unwrap()), total: 7 }]),
    }
}

#[test]
fn the_example_of_a_report_is_one() {
    let document = document();
    assert_eq!(serde_json::to_value(report()).unwrap(), examples(document, "ScanReport")[0]);
}

#[test]
fn a_report_has_the_documented_properties() {
    let document = document();
    let described = schema(document, "ScanReport");
    let filtered = ScanReport {
        unique: None,
        by_os: None,
        by_browser: None,
        by_class: report().by_class.into_iter().map(|class| ClassTotal { reasons: None, ..class }).collect(),
        groups: None,
        codes: None,
        ..report()
    };
    for (report, left_out) in [(report(), vec![]), (filtered, vec!["groups", "codes"])] {
        let value = serde_json::to_value(report).unwrap();
        let mut documented = names(&described["properties"]);
        for name in left_out {
            assert!(documented.remove(name) && !texts(&described["required"]).contains(name), "{name}");
        }
        assert_eq!(names(&value), documented);
        assert_eq!(invalid(document, described, &value), None);
    }
}

#[test]
fn what_shows_countries_names_where_they_come_from() {
    let document = document();
    for path in ["/api/v1/qr-codes/{id}/scans", "/api/v1/scans"] {
        let told = document["paths"][path]["get"]["responses"]["200"]["description"].as_str().unwrap();
        assert!(told.contains(GEO_ATTRIBUTION), "{told}");
    }
    assert!(schema(document, "CountryScans")["description"].as_str().unwrap().contains(GEO_ATTRIBUTION));
}
