//! What the store for several nodes promises of counts of scans beyond the contract.

use ezqr_schema::scan::{
    Browser, Country, Day, Device, Epoch, EpochId, Os, Reason, Referrer, ReferrerText, Scan, Tally,
    VisitorSalt, Visitors, Window,
};
use ezqr_schema::{Clock, PAGE_CODES, Page, Sequence, random_bytes};
use ezqr_store::{CodeStore as _, DayRow, MonthRow, ScanStore as _, ScyllaStore, UniqueRow, WindowRow};

use crate::scylla_codes::{on_a_cluster, table};
use crate::scylla_statements::statements;

/// A page of nobody else.
async fn new_page(store: &ScyllaStore) -> Page {
    store.lease_block().await.unwrap().pages().next().unwrap()
}

fn today() -> Day {
    Day::of(Clock::system().now())
}

fn new_epoch(window: Window) -> Epoch {
    Epoch { id: EpochId::from_random(random_bytes().unwrap()), window }
}

/// So many scans, each from another site.
fn tally(hits: usize) -> Tally {
    let mut tally = Tally::default();
    for hit in 0..hits {
        let host = format!("{hit:050}.example");
        tally.add(
            &Scan {
                sequence: Sequence::new(0).unwrap(),
                reason: Reason::Browser,
                device: Device::Phone,
                os: Os::Android,
                browser: Browser::Chrome,
                country: Country::UNKNOWN,
                referrer: ReferrerText::host(&host).unwrap(),
                visitor: None,
            },
            Referrer::of,
        );
    }
    tally
}

/// A row of each of the first `codes` of a page.
fn rows(page: Page, epoch: Epoch, codes: u64, hits: usize) -> Vec<WindowRow> {
    let tally = tally(hits);
    let of = |slot| WindowRow { sequence: page.sequence(slot).unwrap(), epoch, tally: tally.clone() };
    (0..codes).map(of).collect()
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn a_flush_sends_a_statement_a_page() {
    on_a_cluster(async |store, _| {
        let (page, epoch) = (new_page(&store).await, new_epoch(today().window(9)));
        let pages: Vec<Page> = page.block().pages().take(30).collect();
        let flush = async |rows: &[WindowRow]| {
            statements(&store, async || store.write_windows(rows).await.unwrap()).await
        };
        assert_eq!(flush(&[]).await, 0);
        assert_eq!(flush(&rows(page, epoch, 1, 5)).await, 1);
        assert_eq!(flush(&rows(page, epoch, PAGE_CODES, 5)).await, 1, "all codes of it");
        let of_pages: Vec<_> = pages.iter().flat_map(|page| rows(*page, epoch, 10, 2)).collect();
        assert_eq!(flush(&of_pages).await, 30);
        let of_runs: Vec<_> =
            (0..20).flat_map(|_| rows(page, new_epoch(today().window(10)), PAGE_CODES, 1)).collect();
        assert_eq!(flush(&of_runs).await, 3, "of 1,024 rows at most");
        let large = rows(page, epoch, PAGE_CODES, 400);
        let bytes: usize = large.iter().map(|row| row.tally.encode().len()).sum();
        let sent = flush(&large).await;
        let least = u64::try_from(bytes.div_ceil(512 * 1_024)).unwrap();
        assert!(least > 3 && (least..=least + 1).contains(&sent), "{bytes} bytes: {sent}");
    });
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn a_report_and_a_roll_up_send_few_reads() {
    on_a_cluster(async |store, _| {
        let (page, day) = (new_page(&store).await, today());
        let (month, code) = (day.month(), page.sequence(3));
        let windows: Vec<_> =
            (0..7).flat_map(|quarter| rows(page, new_epoch(day.window(quarter)), PAGE_CODES, 3)).collect();
        store.write_windows(&windows).await.unwrap();
        let roll_up = async || {
            assert_eq!(store.windows(page, day, None).await.unwrap().len(), windows.len());
        };
        assert_eq!(statements(&store, roll_up).await, 1, "a day of a page");
        let scan_count = async || {
            store.months(page, code).await.unwrap();
            for month in [month.previous(), month] {
                store.days(page, month, code).await.unwrap();
            }
            for day in [day.saturating_sub(1), day] {
                store.windows(page, day, code).await.unwrap();
            }
        };
        assert_eq!(statements(&store, scan_count).await, 5);
        let uniques = async || drop(store.uniques(page, month, code).await.unwrap());
        assert_eq!(statements(&store, uniques).await, 1);
        let due: Vec<_> = page.block().pages().take(200).map(|page| (day, page)).collect();
        let mark = async || store.mark_due(&due, Clock::system().now()).await.unwrap();
        assert_eq!(statements(&store, mark).await, 16, "the shards of a day");
        assert_eq!(statements(&store, async || drop(store.due(day).await.unwrap())).await, 16);
        let settle = async || store.settle_due(day, page, Clock::system().now()).await.unwrap();
        assert_eq!(statements(&store, settle).await, 1);
    });
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn a_long_read_comes_in_parts() {
    on_a_cluster(async |store, _| {
        let (page, day) = (new_page(&store).await, today());
        let mut all: Vec<_> =
            (0..20).flat_map(|quarter| rows(page, new_epoch(day.window(quarter)), PAGE_CODES, 1)).collect();
        store.write_windows(&all).await.unwrap();
        all.sort_by_key(|row| (row.sequence, row.epoch.window));
        let read = async || assert!(store.windows(page, day, None).await.unwrap() == all);
        assert_eq!(statements(&store, read).await, 3, "1,000 rows each");
    });
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn a_row_is_written_with_the_time_of_its_count_and_ends_by_itself() {
    on_a_cluster(async |store, raw| {
        let (page, window) = (new_page(&store).await, today().window(30));
        let (day, month) = (window.day(), window.day().month());
        let windows = rows(page, new_epoch(window), 1, 7);
        store.write_windows(&windows).await.unwrap();
        let of_day = DayRow::of(windows[0].sequence, day, windows.iter(), 1_024);
        store.write_days(&[of_day]).await.unwrap();
        let visitors = {
            let salt = VisitorSalt::from_bytes([1; 16]);
            let mut visitors = Visitors::default();
            visitors.insert(salt.visitor([192, 0, 2, 1].into(), b"agent"));
            visitors
        };
        let (sequence, run) = (windows[0].sequence, windows[0].epoch.id);
        let uniques = UniqueRow { sequence, day, run, visitors: visitors.clone() };
        store.write_uniques(&[uniques]).await.unwrap();
        store.write_months(&[MonthRow { sequence, month, total: 5, bots: 2, uniques: 1 }]).await.unwrap();
        for (name, column, start, count, lifetime) in [
            ("scan_windows", "tally", window.start(), 7, Some(35)),
            ("scan_days", "quarters", day.start(), 7, Some(400)),
            ("scan_uniques", "visitors", day.start(), visitors.sum().cast_signed(), Some(400)),
            ("scan_months", "total", month.first_day().start(), 7, None),
        ] {
            let partition = match name {
                "scan_windows" => format!("page = {} AND day = {}", page.get(), day.number()),
                "scan_months" => format!("page = {}", page.get()),
                _ => format!("page = {} AND month = {}", page.get(), month.number()),
            };
            let columns = format!("writetime({column}), ttl({column})");
            let read = format!("SELECT {columns} FROM {} WHERE {partition}", table(name));
            let (written_at, ends_in): (i64, Option<i32>) = raw.rows(&read).await.single_row().unwrap();
            assert_eq!(written_at, start.as_millis() * 1_000 + count, "{name}");
            // In days, begun ones counted.
            assert_eq!(ends_in.map(|seconds| (seconds + 86_399) / 86_400), lifetime, "{name}");
        }
    });
}

/// What the contract would find if rows were written with the time of a server.
#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn with_the_time_of_a_server_a_late_smaller_count_would_win() {
    on_a_cluster(async |store, raw| {
        let (page, day) = (new_page(&store).await, today());
        let (code, epoch) = (page.sequence(0).unwrap(), new_epoch(day.window(1)));
        let row = |hits| WindowRow { sequence: code, epoch, tally: tally(hits) };
        let insert = async |row: WindowRow| {
            let bytes = row.tally.encode();
            let blob = bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
            let place = format!("{}, {}, {}", page.get(), day.number(), code.get());
            let epoch = format!("{}, {}", epoch.window.quarter(), epoch.id.as_uuid());
            let columns = "page, day, sequence, quarter, epoch, tally";
            let table = table("scan_windows");
            raw.run(&format!("INSERT INTO {table} ({columns}) VALUES ({place}, {epoch}, 0x{blob})")).await;
        };
        for hits in [9, 2] {
            store.write_windows(&[row(hits)]).await.unwrap();
        }
        assert_eq!(store.windows(page, day, Some(code)).await, Ok(vec![row(9)]));
        for hits in [9, 2] {
            insert(row(hits)).await;
        }
        assert_eq!(store.windows(page, day, Some(code)).await, Ok(vec![row(2)]), "seven scans are gone");
    });
}
