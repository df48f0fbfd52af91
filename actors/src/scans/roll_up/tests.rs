//! What days and months are computed from windows, when, and for how long anything is kept.

use std::time::Duration;

use ezqr_schema::scan::{
    Browser, Country, Day, Device, Epoch, EpochId, Os, Reason, Referrer, ReferrerText, Scan, Tally,
    VisitorHash, Visitors, Window,
};
use ezqr_schema::{ManualClock, Page, Sequence, Timestamp};
use ezqr_store::{DayRow, EmbeddedOptions, EmbeddedStore, MonthRow, ScanStore as _, UniqueRow, WindowRow};
use tempfile::TempDir;

use super::{DAY_DAYS, forget, roll_up};

const CODE: u64 = 1;

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn code() -> Sequence {
    Sequence::new(CODE).unwrap()
}

fn page() -> Page {
    code().page()
}

fn day(date: &str) -> Day {
    Day::of_date(date.parse().unwrap()).unwrap()
}

fn tally(all: &[(Reason, u32)]) -> Tally {
    let mut tally = Tally::default();
    for (reason, count) in all {
        let scan = Scan {
            sequence: code(),
            reason: *reason,
            device: Device::Phone,
            os: Os::Android,
            browser: Browser::Chrome,
            country: Country::UNKNOWN,
            referrer: ReferrerText::DIRECT,
            visitor: None,
        };
        for _ in 0..*count {
            tally.add(&scan, Referrer::of);
        }
    }
    tally
}

fn window(at: Timestamp, epoch: u8, tally: Tally) -> WindowRow {
    let epoch = Epoch { id: EpochId::from_random([epoch; 16]), window: Window::of(at) };
    WindowRow { sequence: code(), epoch, tally }
}

fn visitors(date: &str, run: u8, bits: std::ops::Range<u64>) -> UniqueRow {
    let mut visitors = Visitors::default();
    for bits in bits {
        visitors.insert(VisitorHash::from_bits(bits.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
    }
    UniqueRow { sequence: code(), day: day(date), run: EpochId::from_random([run; 16]), visitors }
}

struct Fixture {
    store: EmbeddedStore,
    clock: ManualClock,
    _directory: TempDir,
}

impl Fixture {
    fn at(now: &str) -> Self {
        let directory = TempDir::new().unwrap();
        let store = EmbeddedStore::open(directory.path(), EmbeddedOptions::default()).unwrap();
        Self { store, clock: ManualClock::starting_at(instant(now)), _directory: directory }
    }

    /// Writes windows, and notes their days as due long ago.
    async fn scanned(&self, rows: &[WindowRow]) {
        let due: Vec<_> = rows.iter().map(|row| (row.epoch.window.day(), page())).collect();
        self.store.mark_due(&due, Timestamp::EPOCH).await.unwrap();
        self.store.write_windows(rows).await.unwrap();
    }

    async fn roll_up(&self) {
        let rolled = roll_up(&self.store, &self.clock.clock(), DAY_DAYS).await;
        assert!(rolled.reason.is_none(), "{rolled:?}");
    }

    async fn day(&self, date: &str) -> Option<DayRow> {
        let rows = self.store.days(page(), day(date).month(), Some(code())).await.unwrap();
        rows.into_iter().find(|row| row.day == day(date))
    }

    async fn months(&self) -> Vec<MonthRow> {
        self.store.months(page(), Some(code())).await.unwrap()
    }
}

#[tokio::test]
async fn a_day_is_computed_twenty_minutes_after_its_end_and_not_before() {
    let fixture = Fixture::at("2026-05-05T00:19:59.999Z");
    fixture.scanned(&[window(instant("2026-05-04T23:59:00Z"), 1, tally(&[(Reason::Browser, 3)]))]).await;
    fixture.roll_up().await;
    assert_eq!(fixture.day("2026-05-04").await, None);
    fixture.clock.advance(Duration::from_millis(1));
    fixture.roll_up().await;
    assert_eq!(fixture.day("2026-05-04").await.unwrap().tally.hits(), 3);
}

#[tokio::test]
async fn a_month_counts_people_and_programs_and_keeps_bots_apart() {
    let fixture = Fixture::at("2026-05-06T01:00:00Z");
    let all = [(Reason::Browser, 3), (Reason::Crawler, 20), (Reason::Library, 100)];
    let later = [(Reason::Browser, 1), (Reason::Crawler, 5)];
    fixture
        .scanned(&[
            window(instant("2026-05-04T10:00:00Z"), 1, tally(&all)),
            window(instant("2026-05-05T10:00:00Z"), 2, tally(&later)),
        ])
        .await;
    fixture.roll_up().await;
    let months = fixture.months().await;
    assert_eq!(months.iter().map(|month| (month.total, month.bots)).collect::<Vec<_>>(), [(104, 25)]);
}

#[tokio::test]
async fn the_visitors_of_all_runs_of_a_day_are_counted_once() {
    let fixture = Fixture::at("2026-05-06T01:00:00Z");
    let scans = || tally(&[(Reason::Browser, 9)]);
    fixture
        .scanned(&[
            window(instant("2026-05-04T10:00:00Z"), 1, scans()),
            window(instant("2026-05-05T10:00:00Z"), 1, scans()),
        ])
        .await;
    let rows =
        [visitors("2026-05-04", 1, 0..2), visitors("2026-05-04", 2, 1..4), visitors("2026-05-05", 2, 0..1)];
    fixture.store.write_uniques(&rows).await.unwrap();
    fixture.roll_up().await;
    assert_eq!(fixture.months().await[0].uniques, 4 + 1, "of two runs of one day, and of another day");
}

#[tokio::test]
async fn a_note_of_the_last_minute_outlives_the_computing_of_its_day() {
    let fixture = Fixture::at("2026-05-05T01:00:00Z");
    let now = instant("2026-05-05T01:00:00Z");
    let day = day("2026-05-04");
    for (age_ms, stays) in [(59_999, true), (60_000, false)] {
        fixture.store.mark_due(&[(day, page())], now.saturating_add_millis(-age_ms)).await.unwrap();
        fixture.roll_up().await;
        let due = fixture.store.due(day).await.unwrap();
        assert_eq!(!due.is_empty(), stays, "noted {age_ms} ms before");
        // Takes the note back, for the next case.
        fixture.store.settle_due(day, page(), now).await.unwrap();
    }
}

#[tokio::test]
async fn every_day_that_is_due_is_computed_however_long_it_waited() {
    let fixture = Fixture::at("2026-05-05T01:00:00Z");
    let last = day("2026-05-04");
    let ages = [0, 1, 34, 35, 200, DAY_DAYS - 1];
    for age in ages {
        let noon = last.saturating_sub(age).start().saturating_add_millis(12 * 3_600 * 1_000);
        fixture.scanned(&[window(noon, 1, tally(&[(Reason::Browser, 1)]))]).await;
    }
    fixture.roll_up().await;
    for age in ages {
        assert_eq!(fixture.store.due(last.saturating_sub(age)).await.unwrap(), [], "{age} days before");
    }
    let total: u64 = fixture.months().await.iter().map(|month| month.total).sum();
    assert_eq!(total, ages.len() as u64);
}

#[tokio::test]
async fn windows_are_kept_35_days_and_days_400_and_months_for_ever() {
    let fixture = Fixture::at("2026-05-05T01:00:00Z");
    let today = day("2026-05-05");
    let one = || tally(&[(Reason::Browser, 1)]);
    let noon = |day: Day| day.start().saturating_add_millis(12 * 3_600 * 1_000);
    for age in [34, 35, 36, 39] {
        fixture.store.write_windows(&[window(noon(today.saturating_sub(age)), 1, one())]).await.unwrap();
    }
    // Days go by whole months: 400 days ago it was the last of March 2025.
    for date in ["2025-02-28", "2025-03-01", "2025-06-15"] {
        let row = window(noon(day(date)), 1, one());
        fixture.store.write_days(&[DayRow::of(code(), day(date), [row].iter(), 1_024)]).await.unwrap();
        fixture.store.write_uniques(&[visitors(date, 1, 0..1)]).await.unwrap();
    }
    let long_ago =
        MonthRow { sequence: code(), month: day("2001-01-01").month(), total: 7, bots: 0, uniques: 0 };
    fixture.store.write_months(&[long_ago]).await.unwrap();

    forget(&fixture.store, &fixture.clock.clock()).await.unwrap();

    for (age, is_kept) in [(34, true), (35, true), (36, false), (39, false)] {
        let rows = fixture.store.windows(page(), today.saturating_sub(age), None).await.unwrap();
        assert_eq!(!rows.is_empty(), is_kept, "windows {age} days ago");
    }
    for (date, is_kept) in [("2025-02-28", false), ("2025-03-01", true), ("2025-06-15", true)] {
        assert_eq!(fixture.day(date).await.is_some(), is_kept, "{date}");
        let uniques = fixture.store.uniques(page(), day(date).month(), None).await.unwrap();
        assert_eq!(!uniques.is_empty(), is_kept, "visitors of {date}");
    }
    assert_eq!(fixture.months().await, [long_ago]);
}
