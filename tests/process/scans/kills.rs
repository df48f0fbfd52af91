//! A server that takes redirects is killed at random points: answered is counted exactly once.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use ezqr_schema::random_bytes;

use super::installation::{Followed, Installation};
use super::oracle::{Oracle, judge};
use super::rows;
use super::visitor::{Ended, Visitor};
use crate::server::is_long;

/// Codes of a round, of which each is followed once.
const CODES: usize = 800;
/// Clients at a time.
const VISITORS: usize = 4;
/// One in so many requests is for the one code that all follow.
const BUSY: usize = 10;

/// A number below `limit`.
fn random(limit: u64) -> u64 {
    u64::from_le_bytes(random_bytes().unwrap()) % limit
}

fn random_millis(limit: u64) -> Duration {
    Duration::from_micros(random(limit * 1_000))
}

#[test]
fn what_was_answered_is_counted_once_however_often_the_server_is_killed() {
    let kills = if is_long() { 100 } else { 20 };
    // Small files are made and read in no time.
    let mut installation = Installation::start(&[("EZQR__SCANS__JOURNAL_FILE_BYTES", "65536")]);
    let busy = installation.mint(1, "busy").remove(0);
    let mut all = Oracle::default();
    for round in 0..kills {
        let tag = format!("round-{round}");
        let codes = installation.mint(CODES, &tag);
        // Longer than the time between two flushes, so that some kills meet one.
        let of_round = follow_and_kill(&mut installation, &codes, &busy, random_millis(1_300));
        // What was left is read again while the next ones are killed.
        installation.serve_and_kill(random_millis(150));
        if round % 4 == 0 {
            installation.start_and_kill(random_millis(800));
        }
        installation.start_again();
        all.merge(of_round);
        installation.expect(&all, &tag);
        installation.expect(&all, "busy");
    }
    let (least, most) = all.bounds();
    println!("{kills} kills under load, {least} redirects answered, {} more begun", most - least);
    assert!(least > 50 * kills, "the load was too light to mean anything: {least}");
    check_all(&installation, &all, kills);
    let counted = rows_after_the_end(&mut installation, least..=most);
    installation.start_again();
    check_all(&installation, &all, kills);
    installation.stop();
    assert_eq!(rows::windows(&installation.data()).iter().map(|row| row.hits).sum::<u64>(), counted);
}

/// Follows each code once, and the busy one again and again, until the server is killed.
fn follow_and_kill(
    installation: &mut Installation,
    codes: &[Followed],
    busy: &Followed,
    after: Duration,
) -> Oracle {
    let is_over = AtomicBool::new(false);
    let url = installation.url().to_owned();
    thread::scope(|scope| {
        let visitors: Vec<_> = codes
            .chunks(codes.len() / VISITORS)
            .map(|own| {
                let (is_over, url) = (&is_over, &url);
                scope.spawn(move || follow(own, busy, url, is_over))
            })
            .collect();
        thread::sleep(after);
        installation.kill();
        is_over.store(true, Ordering::Release);
        let mut oracle = Oracle::default();
        for visitor in visitors {
            oracle.merge(visitor.join().unwrap());
        }
        oracle
    })
}

fn follow(codes: &[Followed], busy: &Followed, url: &str, is_over: &AtomicBool) -> Oracle {
    let mut oracle = Oracle::default();
    let mut visitor = Visitor::new(url);
    for (number, code) in codes.iter().enumerate() {
        for followed in [code, busy].into_iter().take(if number % BUSY == 0 { 2 } else { 1 }) {
            let ended = visitor.follow(&followed.path);
            oracle.note(&followed.id, ended);
            if ended != Ended::Answered || is_over.load(Ordering::Acquire) {
                return oracle;
            }
        }
        // So that the codes suffice until the kill.
        thread::sleep(random_millis(6));
    }
    oracle
}

/// Every code there is, by both ways of asking.
fn check_all(installation: &Installation, all: &Oracle, rounds: u64) {
    let mut counts = installation.scan_counts("busy");
    for round in 0..rounds {
        counts.extend(installation.scan_counts(&format!("round-{round}")));
    }
    assert!(all.ids().all(|id| counts.contains_key(id)), "a code is lost");
    assert_eq!(judge(all, &counts), [""; 0]);
    let sample: HashMap<_, _> = all
        .ids()
        .step_by(all.ids().count() / 100 + 1)
        .map(|id| {
            let report = installation.report(&Followed { id: id.clone(), path: String::new() }, "");
            let total = report["total"].as_u64().unwrap();
            let by_country = report["by_country"].as_array().unwrap();
            let of_countries: u64 = by_country.iter().map(|entry| entry["total"].as_u64().unwrap()).sum();
            assert_eq!((of_countries, report["bots"].as_u64()), (total, Some(0)), "{report}");
            (id.clone(), total)
        })
        .collect();
    assert_eq!(judge(all, &sample), [""; 0]);
}

/// Ends the server and adds up what its store holds: after an orderly end all of it, in rows that add up.
fn rows_after_the_end(installation: &mut Installation, bounds: std::ops::RangeInclusive<u64>) -> u64 {
    installation.stop();
    let counted = rows::windows(&installation.data()).iter().map(|row| row.hits).sum();
    assert!(bounds.contains(&counted), "{counted} scans in the store instead of {bounds:?}");
    counted
}

#[test]
fn while_the_store_of_scans_is_held_redirects_go_on_and_nothing_is_lost() {
    let mut installation = Installation::start(&[]);
    let codes = installation.mint(300, "held");
    let mut oracle = Oracle::default();
    let mut visitor = Visitor::new(installation.url());
    // Longer than a flush waits for another process.
    let holder = rows::open(&installation.data());
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    for code in &codes {
        let ended = visitor.follow(&code.path);
        assert_eq!(ended, Ended::Answered);
        oracle.note(&code.id, ended);
        thread::sleep(Duration::from_millis(22));
    }
    installation.expect(&oracle, "held");
    holder.execute_batch("ROLLBACK").unwrap();
    installation.expect(&oracle, "held");
    assert_eq!(rows_after_the_end(&mut installation, 300..=300), 300);
}
