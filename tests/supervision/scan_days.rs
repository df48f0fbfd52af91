//! Scans over days: salts that change, days that are computed again, and what an earlier run left.

use std::path::Path;
use std::time::Duration;

use ezqr_actors::scans::Counting;
use ezqr_actors::scans::journal::{Journal, Lanes, Options, new_epoch};
use ezqr_schema::scan::{
    Browser, Country, Day, Device, Epoch, Os, Reason, Referrer, ReferrerText, Scan, Tally, Window,
};
use ezqr_schema::{ManualClock, Sequence, Timestamp};
use ezqr_store::{ScanStore as _, WindowRow};

use crate::scans::{code, evidence, noon, record, recorder, stored, sum};
use crate::world::{World, eventually};

const MINUTE: Duration = Duration::from_secs(60);

fn scan(sequence: Sequence) -> Scan<'static> {
    Scan {
        sequence,
        reason: Reason::Browser,
        device: Device::Desktop,
        os: Os::ALL[0],
        browser: Browser::ALL[0],
        country: Country::UNKNOWN,
        referrer: ReferrerText::DIRECT,
        visitor: None,
    }
}

/// Leaves a journal of `scans` scans of a window, as a process that was killed does.
fn leave(journal: &Path, epoch: Epoch, sequence: Sequence, scans: usize) {
    let options = Options { file_bytes: 65_536, total_bytes: 1 << 30, ..Options::default() };
    let (lanes, _) = Lanes::open(journal, options).unwrap();
    let mut journal = Journal::of(&lanes);
    journal.begin(epoch);
    let mut lane = lanes.attach();
    for _ in 0..scans {
        lane.append(&scan(sequence)).unwrap();
    }
}

/// Noon of the day so many days before that of `now`.
fn days_before(now: Timestamp, days: u32) -> Timestamp {
    Day::of(now).saturating_sub(days).start().saturating_add_millis(12 * 3_600 * 1_000)
}

/// Advances both clocks step by step, so that the owner sees time pass and not a clock that was set.
async fn pass(manual: &ManualClock, minutes: u32) {
    for _ in 0..minutes {
        manual.advance(MINUTE);
        tokio::task::yield_now().await;
    }
}

#[actix_web::test]
async fn a_visitor_of_two_days_is_counted_on_each() {
    let manual = ManualClock::starting_at("2026-05-04T23:50:00Z".parse().unwrap());
    let world = World::at(manual.clock()).await;
    let recorder = recorder(&world);
    record(&recorder, code(1), &evidence(1)).await;
    pass(&manual, 11).await;
    let next = Day::of(manual.clock().now());
    eventually("the next day counts a visitor", async || {
        record(&recorder, code(1), &evidence(1)).await;
        let live = world.handles().scans.live(vec![code(1)]).await.unwrap();
        live.visitors.iter().any(|row| row.day == next && row.visitors.estimate() == 1)
    })
    .await;
    let live = world.handles().scans.live(vec![code(1)]).await.unwrap();
    let days: Vec<_> = live.visitors.iter().map(|row| (row.day, row.visitors.estimate())).collect();
    assert_eq!(days, [(next.saturating_sub(1), 1), (next, 1)]);
}

#[actix_web::test]
async fn what_another_process_counts_later_is_computed_within_ten_minutes_of_running() {
    let manual = ManualClock::starting_at("2026-05-05T00:25:00Z".parse().unwrap());
    let world = World::at(manual.clock()).await;
    let yesterday = Day::of(manual.clock().now()).saturating_sub(1);
    let write = async |epoch: Epoch| {
        let mut tally = Tally::default();
        tally.add(&scan(code(1)), Referrer::of);
        // As it is noted by whoever writes: the end of a computing under way takes back older notes alone.
        world.store.mark_due(&[(yesterday, code(1).page())], manual.clock().now()).await.unwrap();
        world.store.write_windows(&[WindowRow { sequence: code(1), epoch, tally }]).await.unwrap();
    };
    let computed = async |hits: u64| {
        let rows = world.store.days(code(1).page(), yesterday.month(), Some(code(1))).await.unwrap();
        rows.iter().map(|row| row.tally.hits()).sum::<u64>() == hits
    };
    write(new_epoch(yesterday.window(40)).unwrap()).await;
    manual.advance(MINUTE);
    eventually("the day is computed", async || computed(1).await).await;
    write(new_epoch(yesterday.window(41)).unwrap()).await;
    manual.advance(10 * MINUTE);
    eventually("the day is computed again", async || computed(2).await).await;
}

#[actix_web::test]
async fn what_earlier_runs_left_is_counted_for_thirty_days_and_then_set_aside() {
    let now = noon();
    let manual = ManualClock::starting_at(now);
    let ages = [0, 1, 2, 29, 30, 31];
    let adapt = |counting: Counting| {
        for age in ages {
            let epoch = new_epoch(Window::of(days_before(now, age))).unwrap();
            leave(&counting.journal, epoch, code(u64::from(age)), 3);
        }
        counting
    };
    let world = World::counting(manual.clock(), adapt).await;
    for age in &ages[..5] {
        let day = Day::of(days_before(now, *age));
        eventually("an epoch is counted", async || {
            sum(&stored(&world, day, code(u64::from(*age))).await) == 3
        })
        .await;
    }
    manual.advance(MINUTE);
    let journal = world.directory().join("journal");
    let is_set_aside = || {
        let mut entries = std::fs::read_dir(&journal).unwrap();
        entries.any(|entry| entry.unwrap().path().extension().is_some_and(|extension| extension == "expired"))
    };
    eventually("the oldest is set aside", async || is_set_aside()).await;
    assert_eq!(stored(&world, Day::of(days_before(now, 31)), code(31)).await, []);
}

#[actix_web::test]
async fn windows_older_than_35_days_are_forgotten_while_the_process_runs() {
    let now = noon();
    let manual = ManualClock::starting_at(now);
    let world = World::at(manual.clock()).await;
    let mut tally = Tally::default();
    tally.add(&scan(code(1)), Referrer::of);
    let window = |age| Window::of(days_before(now, age));
    for age in [35, 36] {
        let epoch = new_epoch(window(age)).unwrap();
        world
            .store
            .write_windows(&[WindowRow { sequence: code(1), epoch, tally: tally.clone() }])
            .await
            .unwrap();
    }
    manual.advance(MINUTE);
    eventually("the oldest is forgotten", async || {
        stored(&world, window(36).day(), code(1)).await.is_empty()
    })
    .await;
    assert_eq!(stored(&world, window(35).day(), code(1)).await.len(), 1);
}

#[actix_web::test]
async fn a_clock_that_was_set_forgets_nothing_at_its_first_look() {
    let now = noon();
    let manual = ManualClock::starting_at(now);
    let world = World::at(manual.clock()).await;
    let mut tally = Tally::default();
    tally.add(&scan(code(1)), Referrer::of);
    let old = Window::of(days_before(now, 34));
    let row = WindowRow { sequence: code(1), epoch: new_epoch(old).unwrap(), tally: tally.clone() };
    world.store.write_windows(&[row]).await.unwrap();
    // What is due shows that the look took place.
    let due = Day::of(now).saturating_sub(1);
    let epoch = new_epoch(due.window(1)).unwrap();
    world.store.mark_due(&[(due, code(1).page())], Timestamp::EPOCH).await.unwrap();
    world.store.write_windows(&[WindowRow { sequence: code(1), epoch, tally }]).await.unwrap();
    manual.advance(MINUTE);
    manual.set_wall(now.saturating_add_millis(10 * 24 * 3_600 * 1_000));
    eventually("the owner looked", async || world.store.due(due).await.unwrap().is_empty()).await;
    // The end of the process waits for a look under way, with what it forgets.
    let store = world.store.clone();
    let held = world.stop().await;
    assert_eq!(store.windows(code(1).page(), old.day(), Some(code(1))).await.unwrap().len(), 1);
    drop(held);
}

#[actix_web::test]
async fn what_is_counted_is_written_once_a_minute_and_what_is_over_at_once() {
    let manual = ManualClock::starting_at("2026-05-04T12:14:30Z".parse().unwrap());
    let world = World::at(manual.clock()).await;
    let recorder = recorder(&world);
    let day = Day::of(noon());
    let written = async |number: u64| sum(&stored(&world, day, code(number)).await);
    record(&recorder, code(1), &evidence(0)).await;
    eventually("the first flush is over", async || written(1).await == 1).await;
    record(&recorder, code(1), &evidence(0)).await;
    manual.advance(Duration::from_secs(31));
    eventually("the next window is counted", async || {
        record(&recorder, code(2), &evidence(0)).await;
        let live = world.handles().scans.live(vec![code(2)]).await.unwrap();
        live.windows.iter().any(|row| row.epoch.window == Window::of(manual.clock().now()))
    })
    .await;
    eventually("the window that is over is written", async || written(1).await == 2).await;
    let of_next_window = stored(&world, day, code(2)).await;
    let of_next_window =
        of_next_window.iter().filter(|row| row.epoch.window == Window::of(manual.clock().now()));
    assert_eq!(of_next_window.count(), 0, "it is not a minute since the first flush");
    manual.advance(Duration::from_secs(29));
    eventually("a minute is over", async || {
        let rows = stored(&world, day, code(2)).await;
        rows.iter().any(|row| row.epoch.window == Window::of(manual.clock().now()))
    })
    .await;
}

#[actix_web::test]
async fn rows_that_the_store_refuses_are_written_when_it_takes_them() {
    let manual = ManualClock::starting_at(noon());
    let world = World::at(manual.clock()).await;
    let recorder = recorder(&world);
    let other = rusqlite::Connection::open(world.directory().join("scans.db")).unwrap();
    other.busy_timeout(Duration::from_secs(20)).unwrap();
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON scan_windows BEGIN SELECT RAISE(ABORT, 'no'); END";
    other.execute_batch(refuse).unwrap();
    for number in 0..10 {
        record(&recorder, code(number), &evidence(0)).await;
    }
    let day = Day::of(noon());
    manual.advance(MINUTE);
    // The page is noted as due before the rows that are refused.
    eventually("a flush was tried", async || !world.store.due(day).await.unwrap().is_empty()).await;
    assert_eq!(world.store.windows(code(0).page(), day, None).await.unwrap(), []);
    other.execute_batch("DROP TRIGGER refuse").unwrap();
    eventually("all are written", async || {
        manual.advance(MINUTE);
        sum(&world.store.windows(code(0).page(), day, None).await.unwrap()) == 10
    })
    .await;
}
