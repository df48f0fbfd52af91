//! Queries.

use proptest::prelude::*;

use super::super::tests::told;
use super::*;
use crate::scan::{Class, Country, Device, Window};
use crate::wire::CsvStyle;
use crate::{ProblemCode, Tag, Timestamp};

/// 2026-05-04 is a Monday; in Auckland it is Tuesday already.
fn now() -> Timestamp {
    "2026-05-04T13:07:00Z".parse().unwrap()
}

fn parse(query: &str) -> ScanQuery {
    parse_scan_query(query, now()).unwrap_or_else(|refused| panic!("{query}: {refused:?}"))
}

fn faults(query: &str) -> Vec<String> {
    let refused = parse_scan_query(query, now()).expect_err(query);
    assert_eq!(refused.code, ProblemCode::InvalidParameter, "{query}");
    told(refused)
}

fn window(instant: &str) -> Window {
    let instant = instant.parse().unwrap();
    assert_eq!(Window::of(instant).start(), instant);
    Window::of(instant)
}

#[test]
fn the_last_30_dates_are_told_unless_asked_otherwise() {
    let query = parse("");
    let range = &query.range;
    assert_eq!((range.from.to_string(), range.to.to_string()), ("2026-04-05".into(), "2026-05-04".into()));
    assert_eq!((range.zone.name(), query.interval, query.top.get()), ("UTC", Interval::Day, 50));
    assert!(query.filter.is_empty() && query.group_by.is_none() && query.format.is_none());
    let range = parse("tz=pacific/AUCKLAND").range;
    assert_eq!((range.zone.name(), range.to.to_string()), ("Pacific/Auckland", "2026-05-05".into()));
    assert_eq!(
        (range.first_window(), range.end_window()),
        (window("2026-04-05T12:00:00Z"), window("2026-05-05T12:00:00Z"))
    );
    let range = parse("to=2026-02-01").range;
    assert_eq!((range.from.to_string(), range.to.to_string()), ("2026-01-03".into(), "2026-02-01".into()));
    let range = parse("to=2026-02-01T00:00:00Z").range;
    assert_eq!(
        (range.first_date().to_string(), range.last_date().to_string()),
        ("2026-01-02".into(), "2026-01-31".into())
    );
}

#[test]
fn all_parameters_arrive() {
    let query = "from=2026-04-30&to=2026-05-02&tz=Europe/Berlin&interval=hour&country=de,FR&device=phone,tablet&\
                 referrer=News.Example,direct&class=human,bot&group_by=device,referrer&top=7&format=ndjson";
    let query = parse(query);
    assert_eq!(query.filter.countries, ["DE", "FR"].map(|code| Country::parse(code).unwrap()));
    assert_eq!(query.filter.devices, [Device::Phone, Device::Tablet]);
    let referrers: Vec<_> = query.filter.referrers.iter().map(crate::scan::Referrer::as_str).collect();
    assert_eq!(referrers, ["news.example", "direct"]);
    assert_eq!(query.filter.classes, [Class::Human, Class::Bot]);
    let group_by = GroupBy { first: Dimension::Device, second: Some(Dimension::Referrer) };
    assert_eq!(
        (query.group_by, query.top.get(), query.format),
        (Some(group_by), 7, Some(ScanFormat::Ndjson))
    );
    assert_eq!(query.range.first_window(), window("2026-04-29T22:00:00Z"));
    assert!(!query.tells_uniques() && query.filter.is_of_cells());
    let by_tag = parse_account_scan_query("tag=summer&group_by=class", now()).unwrap();
    assert_eq!(by_tag.tag, Some(Tag::parse("summer").unwrap()));
    assert_eq!(by_tag.scans.group_by, Some(GroupBy { first: Dimension::Class, second: None }));
}

#[test]
fn instants_begin_with_the_next_quarter_of_an_hour() {
    let range = parse("from=2026-05-01T10:00:00.001Z&to=2026-05-01T12:20:00%2B02:00").range;
    assert_eq!(
        (range.from.to_string(), range.to.to_string()),
        ("2026-05-01T10:15:00.000Z".into(), "2026-05-01T10:30:00.000Z".into())
    );
    assert!(!range.is_of_whole_dates());
    assert_eq!(parse("to=2026-05-01T12:20:00+02:00").range.to, range.to, "a + that is a space");
    assert_eq!(parse("tz=Etc/GMT+5").range.zone, Zone::parse("Etc/GMT+5").unwrap());
    let midnights = "from=2026-05-01T00:00:00%2B02:00&to=2026-05-02T00:00:00%2B02:00&tz=Europe/Berlin";
    assert!(parse(midnights).tells_uniques());
    assert!(!parse(&midnights.replace("Europe/Berlin", "UTC")).tells_uniques());
    assert!(!parse("class=human").tells_uniques());
}

#[test]
fn each_rule_names_its_parameter() {
    let bound = "must be a date, such as 2026-05-04, or an RFC 3339 instant, such as 2026-05-04T12:00:00Z";
    let groups = "group_by must be one of class, country, device, referrer, or two different ones, such as \
                  country,device";
    let years = "must be within the years 2000 to 2099";
    let cases = [
        ("from=2026-05-05&to=2026-05-04", "from must be before to".to_owned()),
        ("from=2026-05-04T12:00:00Z&to=2026-05-04T12:00:00Z", "from must be before to".to_owned()),
        ("from=2026-05-04T12:01:00Z&to=2026-05-04T12:14:00Z", "from must be before to".to_owned()),
        ("from=2026-05-05", "from must be before the end of today".to_owned()),
        ("from=yesterday", format!("from {bound}")),
        ("from=2026-02-30", format!("from {bound}")),
        ("from=20260504", format!("from {bound}")),
        ("to=2026-05-04T12:00:00", format!("to {bound}")),
        ("to=2026-05-04T12:00+02:00Z", format!("to {bound}")),
        ("to=", format!("to {bound}")),
        ("from=1999-12-31", format!("from {years}")),
        ("from=1999-12-31T23:00:00Z", format!("from {years}")),
        ("to=2100-01-01", format!("to {years}")),
        ("to=9999-12-30T22:00:00Z", format!("to {years}")),
        ("tz=Mars/Olympus", format!("tz {UnknownZone}")),
        ("tz=", format!("tz {UnknownZone}")),
        ("tz=%2B02:00", format!("tz {UnknownZone}")),
        ("tz=Etc/Unknown", format!("tz {UnknownZone}")),
        ("tz=../../etc/passwd", format!("tz {UnknownZone}")),
        ("interval=minute", "interval must be one of hour, day, week, month".to_owned()),
        (
            "interval=hour&from=2024-01-01&to=2026-05-04",
            "interval with from and to makes 20520 entries, at most 10000 are answered; ask for a shorter range or a \
             longer interval"
                .to_owned(),
        ),
        (
            "interval=hour&country=DE&from=2026-03-30",
            "interval must be day, week or month before 2026-03-31: hours of a country, device or referrer are kept 35 \
             days"
                .to_owned(),
        ),
        ("group_by=os", groups.to_owned()),
        ("group_by=country,country", groups.to_owned()),
        ("group_by=class,country,device", groups.to_owned()),
        ("group_by=country,os", groups.to_owned()),
        ("group_by=", groups.to_owned()),
        ("country=Germany", "country must be two letters, such as DE (ISO 3166-1 alpha-2; ZZ is unknown); several are separated by commas".to_owned()),
        ("device=watch", "device must be one of phone, tablet, desktop, other; several are separated by commas".to_owned()),
        ("class=human,", "class must be one of human, bot, unknown; several are separated by commas".to_owned()),
        ("referrer=localhost", "referrer must be a host name of at most 64 bytes, such as example.com, or direct, or other; several are separated by commas".to_owned()),
        ("top=0", "top must be a number from 1 to 100".to_owned()),
        ("top=101", "top must be a number from 1 to 100".to_owned()),
        ("format=xml", "format must be one of json, csv, ndjson".to_owned()),
        ("csv=libre", "csv may only be excel".to_owned()),
        ("csv=excel&format=json", "csv must not be there with another format than csv".to_owned()),
        ("tz=UTC&tz=UTC", "tz must be there once".to_owned()),
        (
            "tag=a",
            "tag is not a parameter of this report; its parameters are from, to, tz, interval, country, device, \
             referrer, class, group_by, top, format, csv"
                .to_owned(),
        ),
    ];
    for (query, fault) in cases {
        assert_eq!(faults(query), [fault], "{query}");
    }
}

#[test]
fn who_says_how_a_table_is_written_asks_for_one() {
    let asked = |query: &str| (parse(query).format, parse(query).csv);
    assert_eq!(asked(""), (None, CsvStyle::Plain));
    assert_eq!(asked("format=csv"), (Some(ScanFormat::Csv), CsvStyle::Plain));
    for query in ["csv=excel", "csv=excel&format=csv"] {
        assert_eq!(asked(query), (Some(ScanFormat::Csv), CsvStyle::Excel));
    }
}

#[test]
fn values_of_a_list_stand_together_or_each_in_a_parameter_of_its_own() {
    let read = |query: &str| parse_scan_query(query, now()).unwrap().filter;
    for (together, apart) in [
        ("country=DE,US", "country=DE&country=US"),
        ("country=DE,US,AT", "country=DE&interval=day&country=US,AT"),
        ("device=phone,tablet", "device=phone&device=tablet"),
        ("referrer=direct,shop.example.com", "referrer=direct&referrer=shop.example.com"),
        ("class=bot,human", "class=bot&class=human"),
    ] {
        assert_eq!(read(together), read(apart), "{apart}");
        assert_ne!(read(together), read(""), "{together}");
    }
    let many = |count| vec!["country=DE"; count].join("&");
    assert_eq!(read(&many(16)).countries.len(), 16);
    let eleven = ["DE"; 11].join(",");
    assert_eq!(
        faults(&format!("country={eleven}&country={eleven}")),
        ["country must have at most 20 values"]
    );
    assert_eq!(faults("country=DE&country=x").len(), 1);
    assert_eq!(faults("top=5&top=5"), ["top must be there once"], "one value is no list");
}

#[test]
fn all_faults_are_told_at_once() {
    assert_eq!(faults("from=x&to=y&tz=z&top=many").len(), 4);
    let refused = parse_account_scan_query("tag=&page=2", now()).unwrap_err();
    assert_eq!(refused.faults.len(), 2);
    assert!(refused.faults[1].detail.ends_with("format, csv, tag"));
}

#[test]
fn values_of_64_kilobytes_are_refused_in_few_words() {
    let long = "a".repeat(64 << 10);
    let names = [
        "from", "to", "tz", "interval", "country", "device", "referrer", "class", "group_by", "top", "format",
    ];
    for name in names {
        for value in [long.clone(), long.replace('a', "a,"), long.replace('a', "%00")] {
            let faults = faults(&format!("{name}={value}"));
            assert_eq!(faults.len(), 1);
            assert!(faults[0].starts_with(name) && faults[0].len() < 300, "{name}: {}", faults[0].len());
        }
    }
    assert!(faults(&format!("{long}=1"))[0].len() < 300);
    assert!(parse_account_scan_query(&format!("tag={long}"), now()).is_err());
    let many = ["DE"; 21].join(",");
    assert_eq!(faults(&format!("country={many}")), ["country must have at most 20 values"]);
}

#[test]
fn ten_thousand_entries_are_answered_and_no_more() {
    let fits = "interval=hour&from=2025-01-01T00:00:00Z&to=2026-02-21T16:00:00Z";
    assert!(parse_scan_query(fits, now()).is_ok());
    assert!(faults(&fits.replace("16:00", "16:15"))[0].contains("makes 10001 entries"));
    assert!(faults("from=2000-01-01&to=2027-05-19")[0].contains("makes 10001 entries"));
    assert!(parse_scan_query("from=2000-01-01&to=2099-12-31&interval=week", now()).is_ok());
}

#[test]
fn classes_that_are_asked_for_count_and_no_others() {
    let counted = |query: &str| Class::ALL.map(|class| parse(query).filter.counts(class));
    let admitted = |query: &str| Class::ALL.map(|class| parse(query).filter.admits(class));
    assert_eq!((counted(""), admitted("")), ([true, false, true], [true; 3]));
    assert_eq!((counted("class=bot"), admitted("class=bot")), ([false, true, false], [false, true, false]));
}

proptest! {
    #[test]
    fn any_query_is_read_or_refused(
        query in any::<String>(),
        name in prop::sample::select(&["from", "to", "tz", "interval", "country", "referrer", "group_by"][..]),
        value in prop_oneof![any::<String>(), "[-0-9TZ:+%,a-z]{0,30}"],
    ) {
        for query in [query, format!("{name}={value}")] {
            match parse_account_scan_query(&query, now()) {
                Ok(query) => prop_assert!(query.scans.range.first_window() < query.scans.range.end_window()),
                Err(refused) => prop_assert!(!refused.faults.is_empty()),
            }
        }
    }
}
