//! Scans through the owner: counted while they happen, after restarts, and once.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use ezqr_actors::kernel::Poison;
use ezqr_actors::scans::visit::Evidence;
use ezqr_actors::scans::{Counting, Live, ScanBounds, ScanRecorder};
use ezqr_schema::scan::{Class, Day, Window};
use ezqr_schema::{Clock, ManualClock, Sequence, Timestamp};
use ezqr_store::{ScanStore as _, WindowRow};

use crate::world::{World, eventually};

const AGENT: &[u8] = b"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1";

pub(crate) fn evidence(host: u8) -> Evidence<'static> {
    Evidence {
        agent: Some(AGENT),
        referrer: None,
        is_prefetch: false,
        address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, host)),
        country: None,
    }
}

/// Follows a link whose scan is kept. One may be lost while the lane waits for its next file, and is told as such.
pub(crate) async fn record(recorder: &ScanRecorder, code: Sequence, evidence: &Evidence<'_>) {
    eventually("a scan is kept", async || recorder.record(code, evidence)).await;
}

fn hits(live: &Live) -> u64 {
    live.windows.iter().map(|row| row.tally.hits()).sum()
}

pub(crate) fn code(number: u64) -> Sequence {
    Sequence::new(number).unwrap()
}

#[actix_web::test]
async fn a_scan_shows_at_once() {
    let world = World::new().await;
    let recorder = world.handles().recorders.as_ref().unwrap().attach();
    let before = world.handles().scans.raw().messages();
    for host in 0..100 {
        record(&recorder, code(1), &evidence(host % 10)).await;
    }
    record(&recorder, code(2), &evidence(0)).await;
    assert_eq!(world.handles().scans.raw().messages() - before, 0, "recording sends nothing");
    let live = world.handles().scans.live(vec![code(1)]).await.unwrap();
    assert_eq!(hits(&live), 100);
    assert_eq!(live.windows[0].tally.of_class(Class::Human), 100);
    let page = world.handles().scans.live_of_pages(vec![code(1).page()]).await.unwrap();
    assert_eq!(hits(&page), 101);
}

#[actix_web::test]
async fn visitors_are_told_apart_once_the_day_has_its_salt() {
    let world = World::new().await;
    let recorder = world.handles().recorders.as_ref().unwrap().attach();
    eventually("a visitor is told", async || {
        record(&recorder, code(1), &evidence(0)).await;
        let live = world.handles().scans.live(vec![code(1)]).await.unwrap();
        live.visitors.iter().any(|row| row.visitors.estimate() == 1)
    })
    .await;
    for host in 0..20 {
        record(&recorder, code(1), &evidence(host)).await;
    }
    let live = world.handles().scans.live(vec![code(1)]).await.unwrap();
    assert_eq!(live.visitors[0].visitors.estimate(), 20);
}

#[actix_web::test]
async fn a_panic_of_the_owner_loses_no_scan_and_counts_none_twice() {
    let world = World::new().await;
    let recorder = world.handles().recorders.as_ref().unwrap().attach();
    for round in 0..3 {
        for _ in 0..50 {
            record(&recorder, code(1), &evidence(round)).await;
        }
        let _ = world.handles().scans.raw().ask(Poison::Handler, Duration::from_secs(1)).await;
        for _ in 0..50 {
            record(&recorder, code(1), &evidence(round)).await;
        }
        let expected = u64::from(round + 1) * 100;
        eventually("the owner is back", async || world.handles().scans.live(vec![]).await.is_ok()).await;
        let live = world.handles().scans.live(vec![code(1)]).await.unwrap();
        assert_eq!(hits(&live), expected);
    }
}

#[actix_web::test]
async fn the_end_of_the_process_writes_everything_and_leaves_an_empty_journal() {
    let world = World::new().await;
    let recorder = world.handles().recorders.as_ref().unwrap().attach();
    for _ in 0..500 {
        record(&recorder, code(1), &evidence(0)).await;
    }
    drop(recorder);
    let (store, directory) = (world.store.clone(), world.directory().to_owned());
    let day = Day::of(Clock::system().now());
    let held = world.stop().await;
    let rows = store.windows(code(1).page(), day, Some(code(1))).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.tally.hits()).sum::<u64>(), 500);
    let files = std::fs::read_dir(directory.join("journal")).unwrap().map(|entry| entry.unwrap().path());
    let records: u64 = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "journal"))
        .map(|path| std::fs::metadata(path).unwrap().len())
        .sum();
    assert_eq!(records, 0);
    drop(held);
}

pub(crate) fn noon() -> Timestamp {
    "2026-05-04T12:00:00Z".parse().unwrap()
}

pub(crate) fn recorder(world: &World) -> ScanRecorder {
    world.handles().recorders.as_ref().unwrap().attach()
}

/// Rows of one code in the store, of a day.
pub(crate) async fn stored(world: &World, day: Day, code: Sequence) -> Vec<WindowRow> {
    world.store.windows(code.page(), day, Some(code)).await.unwrap()
}

pub(crate) fn sum(rows: &[WindowRow]) -> u64 {
    rows.iter().map(|row| row.tally.hits()).sum()
}

#[actix_web::test]
async fn a_window_ends_with_its_time_and_is_written_then() {
    let manual = ManualClock::starting_at(noon());
    let world = World::at(manual.clock()).await;
    let recorder = recorder(&world);
    for _ in 0..10 {
        record(&recorder, code(1), &evidence(0)).await;
    }
    assert_eq!(hits(&world.handles().scans.live(vec![code(1)]).await.unwrap()), 10);
    manual.advance(Duration::from_secs(15 * 60));
    let day = Day::of(noon());
    eventually("the window is written", async || {
        recorder.turn();
        sum(&stored(&world, day, code(1)).await) == 10
    })
    .await;
    for _ in 0..5 {
        record(&recorder, code(1), &evidence(0)).await;
    }
    let live = world.handles().scans.live(vec![code(1)]).await.unwrap();
    let second = live.windows.iter().filter(|row| row.epoch.window == Window::of(manual.clock().now()));
    assert_eq!(second.map(|row| row.tally.hits()).sum::<u64>(), 5);
}

#[actix_web::test]
async fn a_day_is_computed_when_it_is_over_and_its_month_with_it() {
    let manual = ManualClock::starting_at(noon());
    let world = World::at(manual.clock()).await;
    let recorder = recorder(&world);
    for host in 0..30 {
        record(&recorder, code(1), &evidence(host)).await;
    }
    let day = Day::of(noon());
    manual.advance(Duration::from_secs(12 * 3_600 + 15 * 60));
    eventually("the window is written", async || {
        recorder.turn();
        sum(&stored(&world, day, code(1)).await) == 30
    })
    .await;
    // The day before is due, so that its end shows that the owner looked.
    let before = day.saturating_sub(1);
    world.store.mark_due(&[(before, code(1).page())], Timestamp::EPOCH).await.unwrap();
    eventually("the owner looked", async || world.store.due(before).await.unwrap().is_empty()).await;
    assert_eq!(world.store.days(code(1).page(), day.month(), None).await.unwrap(), [], "too early");
    manual.advance(Duration::from_secs(20 * 60));
    eventually("the day is computed", async || world.store.due(day).await.unwrap().is_empty()).await;
    let days = world.store.days(code(1).page(), day.month(), None).await.unwrap();
    assert_eq!((days.len(), days[0].tally.hits(), days[0].quarters.len()), (1, 30, 1));
    assert_eq!(u32::from(days[0].quarters[0].quarter), Window::of(noon()).quarter());
    let months = world.store.months(code(1).page(), Some(code(1))).await.unwrap();
    assert_eq!((months.len(), months[0].total, months[0].bots, months[0].uniques), (1, 30, 0, 30));
}

#[actix_web::test]
async fn a_clock_that_is_set_moves_no_scan_and_counts_none_twice() {
    let manual = ManualClock::starting_at(noon());
    let world = World::at(manual.clock()).await;
    let recorder = recorder(&world);
    let hour = 3_600 * 1_000;
    let mut expected = 0;
    for jump in [0, -hour, hour, 25 * hour, -2 * hour, 0] {
        manual.set_wall(noon().saturating_add_millis(jump));
        for _ in 0..40 {
            record(&recorder, code(1), &evidence(0)).await;
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
        expected += 40;
        let live = world.handles().scans.live(vec![code(1)]).await.unwrap();
        let mut rows = live.windows;
        for day in [Day::of(noon()), Day::of(noon()).saturating_add(1)] {
            let written = stored(&world, day, code(1)).await;
            rows.extend(
                written
                    .into_iter()
                    .filter(|row| rows.iter().all(|live| live.epoch != row.epoch))
                    .collect::<Vec<_>>(),
            );
        }
        assert_eq!(sum(&rows), expected);
    }
}

/// Keeps everybody else from writing scans into the store.
fn hold(world: &World) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(world.directory().join("scans.db")).unwrap();
    connection.busy_timeout(Duration::from_secs(20)).unwrap();
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    connection
}

#[actix_web::test]
async fn a_store_that_does_not_write_loses_no_scan_and_takes_no_more_memory_than_it_may() {
    const CODES: u64 = 12_000;
    let keys = 4_000;
    let adapt = |counting: Counting| {
        let bounds =
            ScanBounds { memory_keys: keys, flush_every: Duration::from_millis(200), ..counting.bounds };
        Counting { bounds, ..counting }
    };
    // It stands still, so that no epoch ends with its window.
    let world = World::counting(ManualClock::starting_at(noon()).clock(), adapt).await;
    let recorder = recorder(&world);
    let held = hold(&world);
    for number in 0..CODES {
        record(&recorder, code(number), &evidence(0)).await;
        if number % 2_000 == 0 {
            // A worker gets one file ahead for each epoch.
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    }
    let pages: Vec<_> = (0..CODES).map(code).map(Sequence::page).collect();
    let pages: Vec<_> = pages.chunk_by(|left, right| left == right).map(|same| same[0]).collect();
    let live = world.handles().scans.live_of_pages(pages.clone()).await.unwrap();
    // A row takes three keys here: itself, its cell and its agent. An epoch ends some milliseconds after it is full.
    assert!(live.windows.len() <= keys * 3 / 2 + 2_000, "{} rows in memory", live.windows.len());
    // The oldest epoch stays, and was full when it ended; the one referrer is a key of its own.
    assert!(live.windows.len() >= (keys - 1) / 3, "{} rows in memory", live.windows.len());
    held.execute_batch("ROLLBACK").unwrap();
    drop(held);
    let day = Day::of(noon());
    eventually("all are written", async || {
        recorder.turn();
        let mut written = 0;
        for page in &pages {
            written += sum(&world.store.windows(*page, day, None).await.unwrap());
        }
        assert!(written <= CODES, "counted twice: {written}");
        written == CODES
    })
    .await;
}
