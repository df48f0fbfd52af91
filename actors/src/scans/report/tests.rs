//! Reports on rows in a store and in memory.

use std::collections::BTreeMap;

use ezqr_schema::scan::{
    Browser, Country, Day, Device, Epoch, EpochId, Os, Reason, Referrer, ReferrerText, Scan, Tally,
    VisitorHash, Visitors, Window,
};
use ezqr_schema::wire::scans::{
    Breakdown, ScanQuery, ScanReport, parse_account_scan_query, parse_scan_query,
};
use ezqr_schema::{ManualClock, Sequence, Tag, Tags, Timestamp};
use ezqr_store::contract::Minter;
use ezqr_store::{DayRow, EmbeddedOptions, EmbeddedStore, MonthRow, ScanStore, UniqueRow, WindowRow};
use tempfile::TempDir;

use super::{AccountReportError, ScanReader};
use crate::scans::Live;

const NOW: &str = "2026-05-04T13:07:00Z";

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn query(text: &str) -> ScanQuery {
    parse_scan_query(text, instant(NOW)).unwrap()
}

fn day(date: &str) -> Day {
    Day::of_date(date.parse().unwrap()).unwrap()
}

fn code(number: u64) -> Sequence {
    Sequence::new(number).unwrap()
}

/// Scans that came alike: why they count as they do, a country, a device, a referrer, how many.
type Seen = (Reason, &'static str, Device, &'static str, u32);

fn tally(all: &[Seen]) -> Tally {
    let mut tally = Tally::default();
    for (reason, country, device, referrer, count) in all {
        let scan = Scan {
            sequence: code(0),
            reason: *reason,
            device: *device,
            os: Os::Android,
            browser: Browser::Chrome,
            country: Country::parse(country).unwrap(),
            referrer: ReferrerText::of_stored(referrer).unwrap(),
            visitor: None,
        };
        for _ in 0..*count {
            tally.add(&scan, Referrer::of);
        }
    }
    tally
}

fn people(count: u32) -> Tally {
    tally(&[(Reason::Browser, "DE", Device::Phone, "direct", count)])
}

fn row(sequence: Sequence, epoch: u8, at: &str, tally: Tally) -> WindowRow {
    let epoch = Epoch { id: EpochId::from_random([epoch; 16]), window: Window::of(instant(at)) };
    WindowRow { sequence, epoch, tally }
}

fn visitors(sequence: Sequence, run: u8, date: &str, bits: std::ops::Range<u64>) -> UniqueRow {
    let mut visitors = Visitors::default();
    for bits in bits {
        visitors.insert(VisitorHash::from_bits(bits.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
    }
    UniqueRow { sequence, day: day(date), run: EpochId::from_random([run; 16]), visitors }
}

struct Fixture {
    store: EmbeddedStore,
    reader: ScanReader<EmbeddedStore>,
    _directory: TempDir,
}

impl Fixture {
    fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let store = EmbeddedStore::open(directory.path(), EmbeddedOptions::default()).unwrap();
        let clock = ManualClock::starting_at(instant(NOW)).clock();
        let reader = ScanReader::new(store.clone(), clock);
        Self { store, reader, _directory: directory }
    }

    async fn windows(&self, rows: &[WindowRow]) {
        self.store.write_windows(rows).await.unwrap();
    }

    /// The day's row, as a roll-up makes it of these windows.
    async fn day(&self, rows: &[WindowRow]) {
        let (sequence, day) = (rows[0].sequence, rows[0].epoch.window.day());
        self.store.write_days(&[DayRow::of(sequence, day, rows.iter(), 1_024)]).await.unwrap();
    }

    /// Mints into pages that were opened before what is asked for.
    async fn minter(&self) -> Minter {
        let mut minter = Minter::new(&self.store).await;
        minter.now = instant("2026-01-01T00:00:00Z");
        minter.turn_page();
        minter
    }

    async fn report(&self, text: &str) -> ScanReport {
        self.reader.report(code(7), &query(text), &Live::default()).await.unwrap()
    }
}

fn entries(breakdown: &Breakdown) -> Vec<(&str, u64)> {
    breakdown.entries.iter().map(|entry| (entry.value.as_ref(), entry.total)).collect()
}

fn dates(report: &ScanReport) -> BTreeMap<&str, u64> {
    report.by_date.iter().filter(|date| date.total > 0).map(|date| (date.date.as_str(), date.total)).collect()
}

fn mixed() -> Tally {
    tally(&[
        (Reason::Browser, "DE", Device::Phone, "direct", 5),
        (Reason::Browser, "FR", Device::Desktop, "news.example", 3),
        (Reason::Library, "FR", Device::Other, "direct", 2),
        (Reason::Crawler, "US", Device::Other, "other", 4),
    ])
}

#[tokio::test]
async fn bots_are_counted_apart_and_everything_adds_up() {
    let fixture = Fixture::new();
    fixture.windows(&[row(code(7), 1, "2026-05-03T10:00:00Z", mixed())]).await;
    let report = fixture.report("group_by=class,country").await;
    assert_eq!((report.total, report.bots, report.unique), (10, 4, Some(0)));
    assert_eq!(report.by_date.len(), 30);
    assert_eq!(dates(&report), BTreeMap::from([("2026-05-03", 10)]));
    assert_eq!(report.by_date[28].bots, 4);
    assert_eq!(entries(&report.by_country), [("DE", 5), ("FR", 5)]);
    assert_eq!(entries(&report.by_device), [("phone", 5), ("desktop", 3), ("other", 2)]);
    assert_eq!(entries(&report.by_referrer), [("direct", 7), ("news.example", 3)]);
    assert_eq!(entries(report.by_os.as_ref().unwrap()), [("Android", 10)]);
    let classes: Vec<_> = report.by_class.iter().map(|class| (class.class, class.total)).collect();
    assert_eq!(classes, [("human", 8), ("bot", 4), ("unknown", 2)]);
    assert_eq!(report.by_class[1].reasons.as_ref().unwrap()[0].reason, "crawler");
    let groups = report.groups.unwrap();
    let groups: Vec<_> = groups.entries.iter().map(|group| (group.values.join(" "), group.total)).collect();
    let expected = [("human DE", 5), ("bot US", 4), ("human FR", 3), ("unknown FR", 2)];
    assert_eq!(groups, expected.map(|(values, total)| (values.to_owned(), total)));
}

#[tokio::test]
async fn a_filter_counts_what_passes_it_and_tells_no_visitors() {
    let fixture = Fixture::new();
    fixture.windows(&[row(code(7), 1, "2026-05-03T10:00:00Z", mixed())]).await;
    let report = fixture.report("class=bot").await;
    assert_eq!((report.total, report.bots, report.unique), (4, 4, None));
    assert_eq!((entries(&report.by_country), report.by_class.len()), (vec![("US", 4)], 1));
    assert!(report.by_os.is_some() && report.by_class[0].reasons.is_some());
    let report = fixture.report("country=fr,US&device=other").await;
    assert_eq!((report.total, report.bots, report.unique), (2, 4, None));
    assert_eq!(dates(&report), BTreeMap::from([("2026-05-03", 2)]));
    assert_eq!(entries(&report.by_referrer), [("direct", 2)]);
    assert!(report.by_os.is_none() && report.by_browser.is_none() && report.by_class[0].reasons.is_none());
    let report = fixture.report("referrer=news.example&group_by=country&interval=hour").await;
    assert_eq!(dates(&report), BTreeMap::from([("2026-05-03T10:00:00+00:00", 3)]));
    assert_eq!(report.groups.unwrap().entries[0].values, ["FR"]);
    assert_eq!(fixture.report("class=human&country=US").await.total, 0);
}

#[tokio::test]
async fn what_is_beyond_the_largest_is_other() {
    let fixture = Fixture::new();
    fixture.windows(&[row(code(7), 1, "2026-05-03T10:00:00Z", mixed())]).await;
    let report = fixture.report("top=1&group_by=device,country").await;
    assert_eq!(entries(&report.by_country), [("DE", 5), ("other", 5)]);
    assert_eq!(entries(&report.by_device), [("phone", 5), ("other", 5)]);
    let groups = report.groups.unwrap().entries;
    assert_eq!((groups.len(), groups[1].total), (2, 5));
    assert_eq!(groups[1].values, ["other", "other"]);
}

#[tokio::test]
async fn of_two_rows_of_an_epoch_the_one_with_more_hits_counts() {
    let fixture = Fixture::new();
    let at = "2026-05-04T10:00:00Z";
    fixture.windows(&[row(code(7), 1, at, people(5)), row(code(7), 2, at, people(9))]).await;
    let windows = vec![
        row(code(7), 1, at, people(8)),
        row(code(7), 2, at, people(4)),
        row(code(7), 3, at, people(1)),
        row(code(8), 4, at, people(50)),
    ];
    let live = Live { windows, visitors: Vec::new() };
    let report = fixture.reader.report(code(7), &query(""), &live).await.unwrap();
    assert_eq!((report.total, entries(&report.by_country)), (18, vec![("DE", 18)]));
    assert_eq!(fixture.reader.counts(&[code(7)], &live).await.unwrap(), [18]);
}

#[tokio::test]
async fn of_a_day_and_its_windows_the_larger_counts() {
    let fixture = Fixture::new();
    let yesterday = [
        row(code(7), 1, "2026-05-03T10:00:00Z", people(5)),
        row(code(7), 2, "2026-05-03T11:00:00Z", people(6)),
    ];
    fixture.day(&yesterday).await;
    fixture.windows(&yesterday[1..]).await;
    assert_eq!(fixture.report("").await.total, 11);
    fixture.windows(&[row(code(7), 2, "2026-05-03T11:00:00Z", people(20))]).await;
    assert_eq!(fixture.report("").await.total, 20);
    assert_eq!(fixture.reader.counts(&[code(7)], &Live::default()).await.unwrap(), [20]);
}

#[tokio::test]
async fn a_day_that_was_not_computed_is_told_by_its_windows() {
    let fixture = Fixture::new();
    fixture.windows(&[row(code(7), 1, "2026-04-10T10:00:00Z", people(5))]).await;
    assert_eq!(fixture.report("").await.total, 5);
}

#[tokio::test]
async fn totals_of_days_are_exact_in_any_zone_and_cells_are_those_of_the_utc_day() {
    let fixture = Fixture::new();
    // In Kathmandu, 18:15 UTC is midnight.
    let old = [
        row(code(7), 1, "2026-01-10T18:00:00Z", people(1)),
        row(code(7), 2, "2026-01-10T18:15:00Z", people(2)),
    ];
    fixture.day(&old).await;
    let report = fixture.report("tz=Asia/Kathmandu&from=2026-01-09&to=2026-01-12").await;
    assert_eq!(dates(&report), BTreeMap::from([("2026-01-10", 1), ("2026-01-11", 2)]));
    assert_eq!(entries(&report.by_country), [("DE", 3)]);
    let report = fixture.report("tz=Asia/Kathmandu&from=2026-01-11&to=2026-01-12").await;
    assert_eq!((report.total, report.by_country.entries.len()), (2, 0));
    let filtered = fixture.report("tz=Asia/Kathmandu&from=2026-01-09&to=2026-01-12&country=DE").await;
    assert_eq!(dates(&filtered), BTreeMap::from([("2026-01-10", 3)]));
}

#[tokio::test]
async fn breakdowns_are_exact_in_any_zone_while_windows_are_kept() {
    let fixture = Fixture::new();
    let rows = [
        row(code(7), 1, "2026-04-20T18:00:00Z", people(1)),
        row(
            code(7),
            2,
            "2026-04-20T18:15:00Z",
            tally(&[(Reason::Browser, "FR", Device::Phone, "direct", 2)]),
        ),
    ];
    fixture.windows(&rows).await;
    fixture.day(&rows).await;
    let report = fixture.report("tz=Asia/Kathmandu&from=2026-04-21&to=2026-04-21").await;
    assert_eq!((report.total, entries(&report.by_country)), (2, vec![("FR", 2)]));
    let filtered = fixture.report("tz=Asia/Kathmandu&from=2026-04-01&country=FR").await;
    assert_eq!(dates(&filtered), BTreeMap::from([("2026-04-21", 2)]));
}

#[tokio::test]
async fn visitors_of_several_runs_count_once_a_day_and_days_are_summed() {
    let fixture = Fixture::new();
    let rows = [
        visitors(code(7), 1, "2026-05-03", 0..20),
        visitors(code(7), 2, "2026-05-03", 10..30),
        visitors(code(7), 1, "2026-05-02", 0..5),
        visitors(code(8), 1, "2026-05-02", 0..100),
    ];
    fixture.store.write_uniques(&rows).await.unwrap();
    let live = Live { windows: Vec::new(), visitors: vec![visitors(code(7), 2, "2026-05-03", 10..40)] };
    for zone in ["UTC", "Pacific/Kiritimati", "America/New_York"] {
        let asked = query(&format!("from=2026-05-01&to=2026-05-03&tz={zone}"));
        let report = fixture.reader.report(code(7), &asked, &live).await.unwrap();
        let uniques: Vec<_> = report.by_date.iter().map(|date| date.unique).collect();
        assert_eq!((report.unique, uniques), (Some(45), vec![Some(0), Some(5), Some(40)]), "{zone}");
    }
    let hours = fixture.report("from=2026-05-02&to=2026-05-02&interval=hour").await;
    assert_eq!((hours.unique, hours.by_date[0].unique), (Some(5), None));
    let weeks = fixture.report("from=2026-05-01&to=2026-05-04&interval=week").await;
    assert_eq!((weeks.by_date[0].unique, weeks.by_date[1].unique), (Some(35), Some(0)));
    assert_eq!(fixture.report("from=2026-05-02T01:00:00Z&to=2026-05-04").await.unique, None);
}

#[tokio::test]
async fn counts_are_months_then_days_then_what_is_open() {
    let fixture = Fixture::new();
    let month = |sequence, date: &str, total| MonthRow {
        sequence,
        month: day(date).month(),
        total,
        bots: 9,
        uniques: 0,
    };
    let far = code(7 + 128 * 3);
    let months = [
        month(code(7), "2025-12-01", 100),
        month(code(7), "2026-03-01", 20),
        month(code(7), "2026-04-01", 999),
    ];
    fixture.store.write_months(&months).await.unwrap();
    fixture.store.write_months(&[month(far, "2026-03-01", 7)]).await.unwrap();
    fixture.day(&[row(code(7), 1, "2026-04-01T10:00:00Z", mixed())]).await;
    fixture.day(&[row(code(7), 1, "2026-05-03T10:00:00Z", people(3))]).await;
    fixture
        .windows(&[
            row(code(7), 1, "2026-05-03T10:00:00Z", people(4)),
            row(code(8), 1, "2026-05-04T10:00:00Z", people(6)),
        ])
        .await;
    let codes = [far, code(8), code(7), code(9), far];
    let counts = fixture.reader.counts(&codes, &Live::default()).await.unwrap();
    assert_eq!(counts, [7, 6, 134, 0, 7]);
    assert_eq!(fixture.reader.counts(&[code(7)], &Live::default()).await.unwrap(), [134]);
    assert_eq!(fixture.reader.counts(&[], &Live::default()).await.unwrap(), [0_u64; 0]);
}

#[tokio::test]
async fn an_account_is_told_by_all_its_codes_or_by_those_of_a_tag() {
    let fixture = Fixture::new();
    let mut minter = fixture.minter().await;
    let mut codes = Vec::new();
    for number in 0..4 {
        let code = minter.mint_one(&fixture.store, |code| {
            if number % 2 == 0 {
                code.tags = Tags::new([Tag::parse("even").unwrap()]).unwrap();
            }
        });
        codes.push(code.await.unwrap());
        minter.turn_page();
    }
    let rows: Vec<_> = codes
        .iter()
        .zip(1..)
        .map(|(code, count)| row(code.sequence, 1, "2026-05-04T10:00:00Z", people(count)))
        .collect();
    fixture.windows(&rows).await;
    let late = row(codes[0].sequence, 1, "2026-04-20T10:00:00Z", people(10));
    fixture.store.mark_due(&[(day("2026-04-20"), codes[0].sequence.page())], instant(NOW)).await.unwrap();
    fixture.windows(&[late]).await;
    fixture.windows(&[row(code(1 << 30), 1, "2026-05-04T10:00:00Z", people(100))]).await;
    fixture.store.write_uniques(&[visitors(codes[0].sequence, 1, "2026-05-04", 0..9)]).await.unwrap();
    let live =
        Live { windows: Vec::new(), visitors: vec![visitors(codes[2].sequence, 1, "2026-05-04", 5..12)] };
    for (text, total, unique, ids) in
        [("", 20, 12, [0, 3, 2, 1].as_slice()), ("tag=even", 14, 12, &[0, 2]), ("top=1", 20, 12, &[0])]
    {
        let asked = parse_account_scan_query(text, instant(NOW)).unwrap();
        let pages = fixture.reader.account_pages(&minter.owner, &asked).await.unwrap();
        assert_eq!(pages.pages().len(), if asked.tag.is_some() { 2 } else { 4 });
        let report = fixture.reader.account_report(&pages, &asked, &live).await.unwrap();
        assert_eq!((report.total, report.unique), (total, Some(unique)), "{text}");
        let shown: Vec<_> = report.codes.unwrap().into_iter().map(|code| code.id).collect();
        let expected: Vec<_> = ids.iter().map(|position| codes[*position].id).collect();
        assert_eq!(shown, expected, "{text}");
    }
}

#[tokio::test]
async fn an_account_of_too_many_pages_is_told_the_number() {
    let fixture = Fixture::new();
    let mut minter = fixture.minter().await;
    for _ in 0..170 {
        minter.mint_one(&fixture.store, |_| {}).await.unwrap();
        minter.turn_page();
    }
    let asked = |text: &str| parse_account_scan_query(text, instant(NOW)).unwrap();
    let pages = fixture.reader.account_pages(&minter.owner, &asked("")).await.unwrap();
    assert_eq!(pages.pages().len(), 170);
    // No code of theirs was minted by then.
    let earlier = fixture.reader.account_pages(&minter.owner, &asked("from=2025-12-01&to=2025-12-30")).await;
    assert!(earlier.unwrap().pages().is_empty());
    // By country and date, every day of the last 35 is cut by a zone that is not UTC.
    let needed = fixture.reader.account_pages(&minter.owner, &asked("tz=Asia/Tokyo&country=DE")).await;
    // Two months and 31 days of windows a page; and the codes that are shown.
    assert_eq!(needed.unwrap_err(), AccountReportError::RangeTooLarge { needed: 170 * (2 + 31) + 50 });
}
