//! Duplicates of a request that come while it is under way, and replays side by side.

use std::thread;

use serde_json::json;

use super::{BATCH, CODES, CONTINUE, assert_repeats, is_replayed, link, named, said};
use crate::support::{Answer, TestApp};

/// Asks `count` times at once.
fn at_once(count: usize, ask: impl Fn(usize) -> Answer + Sync) -> Vec<Answer> {
    let ask = &ask;
    thread::scope(|scope| {
        let asking: Vec<_> = (0..count).map(|number| scope.spawn(move || ask(number))).collect();
        asking.into_iter().map(|asking| asking.join().unwrap()).collect()
    })
}

#[test]
fn of_many_identical_requests_at_once_one_mints_and_all_get_its_answer() {
    let app = TestApp::spawn();
    let body = json!([link("https://example.com/1"), link("https://example.com/2")]);
    // One is carried out; 32 may wait for it.
    let answers = at_once(33, |_| named(&app.api, BATCH, "orders", &body));
    assert_eq!(app.stored().0, 2);
    assert_eq!(answers.iter().filter(|answer| !is_replayed(answer)).count(), 1);
    for answer in &answers {
        assert_eq!(said(answer), said(&answers[0]), "{answer}");
        assert_eq!(answer.status, 201, "{answer}");
    }
}

#[test]
fn duplicates_and_replays_at_once_are_never_told_to_come_back() {
    let app = TestApp::spawn();
    let unlimited = app.client(&app.make_key(&["--requests-per-minute", "0"]));
    app.settle();
    let body = json!([link("https://example.com/1"), {}]);
    // The same codes in two forms, of which two archives are drawn for an account at once.
    let ask = |name: &str, number: usize| {
        let accept = if number < 3 { "application/json" } else { "application/zip" };
        let call = unlimited.call("POST", CONTINUE).header("Idempotency-Key", name).accept(accept);
        call.json(&body).send()
    };
    for round in 0..40 {
        let name = format!("orders-{round}");
        for (repetition, first_ones) in [1, 0].into_iter().enumerate() {
            let answers = at_once(5, |number| ask(&name, number));
            for answers in [&answers[..3], &answers[3..]] {
                for answer in answers {
                    assert_eq!(answer.status, 207, "{name}, {repetition}: {answer}");
                    assert_eq!(said(answer), said(&answers[0]), "{name}, {repetition}");
                }
            }
            let firsts = answers.iter().filter(|answer| !is_replayed(answer)).count();
            assert_eq!(firsts, first_ones, "{name}, {repetition}");
        }
    }
    assert_eq!(app.stored().0, 40);
}

#[test]
fn duplicates_of_a_request_that_is_refused_are_refused_alike_and_leave_the_name_free() {
    let app = TestApp::spawn();
    let mut taken = link("https://example.com/1");
    taken["alias"] = json!("summer-sale");
    assert_eq!(named(&app.api, CODES, "other", &taken).status, 201);
    let malformed = json!({ "content_type": "none" });
    for (body, refusal) in [(&taken, "409 alias-taken"), (&malformed, "422 invalid-request")] {
        for answer in at_once(5, |_| named(&app.api, CODES, "k", body)) {
            assert!(answer.refusal().starts_with(refusal), "{answer}");
        }
    }
    assert_eq!(named(&app.api, CODES, "k", &link("https://example.com/1")).status, 201);
}

#[test]
fn a_replay_needs_no_write_and_no_number() {
    let app = TestApp::spawn();
    let body = json!([link("https://example.com/1"), link("https://example.com/2")]);
    let first = named(&app.api, BATCH, "orders", &body);
    let other = rusqlite::Connection::open(app.directory().join("ezqr.db")).unwrap();
    // Another process writes, as a backup or the command line may.
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    for _ in 0..3 {
        assert_repeats(&first, &named(&app.api, BATCH, "orders", &body));
        let reused = named(&app.api, BATCH, "orders", &json!([link("https://example.com/3")]));
        assert_eq!(reused.problem()["code"], "idempotency-key-reused", "{reused}");
    }
    other.execute_batch("ROLLBACK").unwrap();
    named(&app.api, CODES, "next", &link("https://example.com/3"));
    let numbers = "SELECT max(sequence) - min(sequence), count(DISTINCT sequence >> 7) FROM codes";
    let numbers = other.query_row(numbers, [], |row| Ok((row.get(0)?, row.get(1)?)));
    assert_eq!(numbers.unwrap(), (2_i64, 1_i64), "numbers follow one another in one page");
}
