//! Buckets of every zone against brute force.

use std::collections::{BTreeMap, BTreeSet};

use ezqr_schema::Timestamp;
use ezqr_schema::wire::scans::parse_scan_query;
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use super::*;

fn query(text: &str) -> ScanQuery {
    let now: Timestamp = "2026-05-04T13:07:00Z".parse().unwrap();
    parse_scan_query(text, now).unwrap_or_else(|refused| panic!("{text}: {refused:?}"))
}

fn window(number: u32) -> Window {
    Window::new(number).unwrap()
}

/// What the zone's rules say of this very window, put into words.
fn bucket_by_hand(zone: &TimeZone, interval: &str, window: Window) -> String {
    let instant = jiff::Timestamp::from_millisecond(window.start().as_millis()).unwrap();
    let local = instant.to_zoned(zone.clone());
    let date = local.date();
    match interval {
        "hour" => format!("{}{}", local.strftime("%Y-%m-%dT%H:00:00"), local.strftime("%:z")),
        "day" => date.to_string(),
        "week" => {
            let days = i32::from(date.weekday().since(jiff::civil::Weekday::Monday));
            (date - jiff::Span::new().days(days)).to_string()
        }
        "month" => date.first_of_month().to_string(),
        other => panic!("{other}"),
    }
}

fn date_by_hand(zone: &TimeZone, window: Window) -> Date {
    let instant = jiff::Timestamp::from_millisecond(window.start().as_millis()).unwrap();
    instant.to_zoned(zone.clone()).date()
}

/// Puts a scan into every window around the range, one at a time.
fn compare(zone: &TimeZone, interval: &str, first: Date, last: Date) {
    let name = zone.iana_name().unwrap();
    let query = query(&format!("tz={name}&interval={interval}&from={first}&to={last}"));
    let timeline = Timeline::of(&query);
    let labels: Vec<String> = timeline.labels().collect();
    let around = |date: Date, days: i64| Day::of_date(date + jiff::Span::new().days(days)).unwrap();
    let (start, end) = (around(first, -1), around(last, 1));
    let mut counted = vec![0_u32; timeline.len()];
    let mut expected: BTreeMap<String, u32> = BTreeMap::new();
    for number in start.window(0).number()..=end.window(95).number() {
        let window = window(number);
        let is_inside = (first..=last).contains(&date_by_hand(zone, window));
        let bucket = timeline.bucket(window);
        assert_eq!(bucket.is_some(), is_inside, "{name}: {}", window.start());
        if let Some(bucket) = bucket {
            let by_hand = bucket_by_hand(zone, interval, window);
            assert_eq!(labels[bucket], by_hand, "{name}: {}", window.start());
            counted[bucket] += 1;
            *expected.entry(by_hand).or_default() += 1;
        }
    }
    assert_eq!(counted.iter().sum::<u32>(), expected.values().sum::<u32>());
    for (label, count) in labels.iter().zip(&counted) {
        assert_eq!(*count, expected.get(label).copied().unwrap_or(0), "{name}: {label}");
    }
    no_gaps(interval, &labels, first, last);
}

/// Every date, week and month is there, whether anything was counted or not; hours as far as the zone has them.
fn no_gaps(interval: &str, labels: &[String], first: Date, last: Date) {
    if interval == "hour" {
        let mut unique = labels.to_vec();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), labels.len());
        return;
    }
    let dates: Vec<Date> = labels.iter().map(|label| label.parse().unwrap()).collect();
    let step = match interval {
        "day" => jiff::Span::new().days(1),
        "week" => jiff::Span::new().weeks(1),
        _ => jiff::Span::new().months(1),
    };
    assert!(dates.windows(2).all(|pair| pair[0] + step == pair[1]), "{labels:?}");
    assert!(dates[0] <= first && first < dates[0] + step && dates[dates.len() - 1] + step > last);
}

const INTERVALS: [&str; 4] = ["hour", "day", "week", "month"];

fn zones() -> Vec<TimeZone> {
    let bundled = TimeZoneDatabase::bundled();
    let zones: Vec<TimeZone> =
        bundled.available().filter_map(|name| bundled.get(name.as_str()).ok()).collect();
    zones.into_iter().filter(|zone| !zone.is_unknown()).collect()
}

#[test]
fn every_change_of_every_zone_is_counted_as_by_hand() {
    let zones = zones();
    assert!(zones.len() > 400, "{}", zones.len());
    let since: jiff::Timestamp = "2000-01-05T00:00:00Z".parse().unwrap();
    let until: jiff::Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
    // Zones that change alike at an instant need be looked at once.
    let mut seen = BTreeSet::new();
    for zone in &zones {
        let mut before = zone.to_offset(since);
        for change in zone.following(since).take_while(|change| change.timestamp() < until) {
            if seen.insert((change.timestamp(), before, change.offset())) {
                let date = change.timestamp().to_zoned(zone.clone()).date();
                let day = jiff::Span::new().days(1);
                compare(zone, INTERVALS[seen.len() % 4], date - day, date + day);
                compare(zone, "hour", date, date);
            }
            before = change.offset();
        }
    }
    assert!(seen.len() > 1_000, "{}", seen.len());
}

#[test]
fn any_range_of_any_zone_is_counted_as_by_hand() {
    let zones = zones();
    let mut runner = TestRunner::default();
    let first = (0..36_000_i32).prop_map(|days| Date::constant(2000, 1, 3) + jiff::Span::new().days(days));
    let case = (first, 0..25_i32, prop::sample::select(&INTERVALS[..]));
    for zone in &zones {
        for _ in 0..2 {
            let (first, days, interval) = case.new_tree(&mut runner).unwrap().current();
            compare(zone, interval, first, first + jiff::Span::new().days(days));
        }
    }
}

#[test]
fn instants_cut_the_range_where_they_say() {
    let zones = zones();
    let mut runner = TestRunner::default();
    let case =
        (1_325_376_000_i64 / 900..2_000_000_000 / 900, 1..300_i64, prop::sample::select(&INTERVALS[..]));
    for zone in &zones {
        let (from, length, interval) = case.new_tree(&mut runner).unwrap().current();
        let instant = |window: i64| jiff::Timestamp::from_second(window * 900).unwrap();
        let name = zone.iana_name().unwrap();
        let (start, end) = (instant(from), instant(from + length));
        let timeline = Timeline::of(&query(&format!("tz={name}&interval={interval}&from={start}&to={end}")));
        let labels: Vec<String> = timeline.labels().collect();
        let mut seen = vec![false; labels.len()];
        for number in from - 200..from + length + 200 {
            let window = window(u32::try_from(number).unwrap());
            let bucket = timeline.bucket(window);
            assert_eq!(bucket.is_some(), (from..from + length).contains(&number), "{name} {start} {end}");
            if let Some(bucket) = bucket {
                assert_eq!(labels[bucket], bucket_by_hand(zone, interval, window), "{name} {start} {end}");
                seen[bucket] = true;
            }
        }
        assert!(seen.iter().all(|seen| *seen), "{name} {start} {end} {interval}");
    }
}

fn labels(text: &str) -> Vec<String> {
    Timeline::of(&query(text)).labels().collect()
}

/// How many windows each bucket has.
fn lengths(text: &str) -> Vec<u32> {
    let timeline = Timeline::of(&query(text));
    let mut lengths = vec![0; timeline.len()];
    for span in &timeline.spans {
        lengths[span.bucket] += span.end - span.start;
    }
    lengths
}

#[test]
fn a_day_of_25_hours_tells_the_hour_that_comes_twice_by_its_offset() {
    let autumn = "tz=Europe/Berlin&interval=hour&from=2025-10-26&to=2025-10-26";
    let hours = labels(autumn);
    assert_eq!((hours.len(), lengths(autumn)), (25, vec![4; 25]));
    assert_eq!(hours[2..4], ["2025-10-26T02:00:00+02:00", "2025-10-26T02:00:00+01:00"]);
    let spring = "tz=Europe/Berlin&interval=hour&from=2026-03-29&to=2026-03-29";
    assert_eq!(lengths(spring), [4; 23]);
    assert_eq!(labels(spring)[1..3], ["2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"]);
    assert_eq!(lengths(&spring.replace("hour", "day")), [23 * 4]);
}

#[test]
fn clocks_that_move_by_half_an_hour_or_by_two_make_such_hours() {
    let half = "tz=Australia/Lord_Howe&interval=hour&from=2026-04-05&to=2026-04-05";
    let hours = labels(half);
    assert_eq!((hours.len(), lengths(half)[1..3].to_vec()), (25, vec![4, 2]));
    assert_eq!(hours[1..3], ["2026-04-05T01:00:00+11:00", "2026-04-05T01:00:00+10:30"]);
    assert_eq!(lengths("tz=Antarctica/Troll&from=2026-03-29&to=2026-03-29"), [22 * 4]);
    assert_eq!(
        labels("tz=Asia/Kathmandu&interval=hour&from=2026-05-01&to=2026-05-01")[0],
        "2026-05-01T00:00:00+05:45"
    );
    assert_eq!(
        labels("tz=Pacific/Marquesas&interval=hour&from=2026-05-01&to=2026-05-01")[0],
        "2026-05-01T00:00:00-09:30"
    );
}

#[test]
fn a_date_that_a_zone_left_out_counts_nothing() {
    let samoa = "tz=Pacific/Apia&from=2011-12-29&to=2011-12-31";
    assert_eq!(lengths(samoa), [96, 0, 96]);
}

#[test]
fn weeks_begin_on_mondays_and_months_with_their_first() {
    assert_eq!(
        labels("interval=week&from=2026-01-01&to=2026-01-12"),
        ["2025-12-29", "2026-01-05", "2026-01-12"]
    );
    assert_eq!(lengths("interval=week&from=2026-01-01&to=2026-01-12"), [4 * 96, 7 * 96, 96]);
    assert_eq!(
        labels("interval=month&from=2025-12-31&to=2026-02-01"),
        ["2025-12-01", "2026-01-01", "2026-02-01"]
    );
}

#[test]
fn a_utc_day_counts_for_the_date_of_its_name_when_its_noon_does() {
    let day = |date: &str| Day::of_date(date.parse().unwrap()).unwrap();
    let timeline = Timeline::of(&query("tz=Pacific/Kiritimati&from=2026-04-01&to=2026-04-02"));
    let buckets = ["2026-03-31", "2026-04-01", "2026-04-02", "2026-04-03"]
        .map(|date| timeline.bucket_of_date(day(date)));
    assert_eq!(buckets, [None, Some(0), Some(1), None]);
    let halves = [
        "from=2026-04-01T06:00:00Z&to=2026-04-02T12:00:00Z",
        "from=2026-04-02T12:00:00Z&to=2026-04-03T06:00:00Z",
    ];
    let halves = halves.map(|half| Timeline::of(&query(half)));
    let counts = |date| [&halves[0], &halves[1]].map(|half| half.bucket_of_date(day(date)));
    assert_eq!(counts("2026-04-01"), [Some(0), None]);
    assert_eq!(counts("2026-04-02"), [None, Some(0)]);
    assert_eq!(counts("2026-04-03"), [None, None]);
    let minutes = Timeline::of(&query("from=2026-04-01T01:00:00Z&to=2026-04-01T02:00:00Z"));
    assert_eq!(minutes.bucket_of_date(day("2026-04-01")), None);
}

#[test]
fn a_day_is_cut_by_the_range_or_by_dates_of_the_zone() {
    let day = |date: &str| Day::of_date(date.parse().unwrap()).unwrap();
    let timeline = Timeline::of(&query("tz=Europe/Berlin&from=2026-04-02&to=2026-04-03"));
    let whole = ["2026-03-31", "2026-04-01", "2026-04-02", "2026-04-03", "2026-04-04"]
        .map(|date| timeline.holds_whole(day(date)));
    assert_eq!(whole, [true, false, true, false, true]);
    assert!(!timeline.is_one_bucket(day("2026-04-02")));
    assert_eq!(timeline.days(), Some((day("2026-04-01"), day("2026-04-03"))));
    let months = Timeline::of(&query("tz=Europe/Berlin&interval=month&from=2026-04-02&to=2026-04-03"));
    assert!(months.is_one_bucket(day("2026-04-02")) && !months.is_one_bucket(day("2026-04-01")));
}
