//! Scans through the owner: counted while they happen, after restarts, and once.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use ezqr_actors::kernel::Poison;
use ezqr_actors::scans::Live;
use ezqr_actors::scans::visit::Evidence;
use ezqr_schema::scan::{Class, Day};
use ezqr_schema::{Clock, Sequence};
use ezqr_store::ScanStore as _;

use crate::world::{World, eventually};

const AGENT: &[u8] = b"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1";

fn evidence(host: u8) -> Evidence<'static> {
    Evidence {
        agent: Some(AGENT),
        referrer: None,
        is_prefetch: false,
        address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, host)),
        country: None,
    }
}

fn hits(live: &Live) -> u64 {
    live.windows.iter().map(|row| row.tally.hits()).sum()
}

fn code(number: u64) -> Sequence {
    Sequence::new(number).unwrap()
}

#[actix_web::test]
async fn a_scan_shows_at_once() {
    let world = World::new().await;
    let recorder = world.handles().recorders.as_ref().unwrap().attach();
    let before = world.handles().scans.raw().messages();
    for host in 0..100 {
        recorder.record(code(1), &evidence(host % 10));
    }
    recorder.record(code(2), &evidence(0));
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
        recorder.record(code(1), &evidence(0));
        let live = world.handles().scans.live(vec![code(1)]).await.unwrap();
        live.visitors.iter().any(|row| row.visitors.estimate() == 1)
    })
    .await;
    for host in 0..20 {
        recorder.record(code(1), &evidence(host));
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
            recorder.record(code(1), &evidence(round));
        }
        let _ = world.handles().scans.raw().ask(Poison::Handler, Duration::from_secs(1)).await;
        for _ in 0..50 {
            recorder.record(code(1), &evidence(round));
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
        recorder.record(code(1), &evidence(0));
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
