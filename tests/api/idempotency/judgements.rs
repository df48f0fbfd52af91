//! What a request is judged by may be another when it is made again: the time, the link hosts, the limits.

use insta::assert_snapshot;
use serde_json::json;

use super::{BATCH, CODES, CONTINUE, HOUR, assert_repeats, is_replayed, link, named};
use crate::support::TestApp;

#[test]
fn a_batch_with_refused_items_is_answered_byte_for_byte() {
    let app = TestApp::with(&[("links.link_url", "https://r.example.com")]);
    let expiring = |hours: i64| {
        let at = format!("2100-05-04T{:02}:00:00Z", 3 + hours);
        json!({ "content_type": "text", "content": "a", "target_url": "https://example.com/", "expires_at": at })
    };
    let mut nameless = expiring(1);
    nameless["name"] = json!(7);
    let body = json!([
        expiring(1),
        nameless,
        link("https://R.example.com/7k3mx9qa"),
        expiring(-1),
        { "content_type": "text", "content": "x".repeat(2_954) },
        link("https://example.com/1"),
    ]);
    let first = named(&app.api, CONTINUE, "orders", &body);
    // What was allowed for an hour would be refused now.
    app.clock.advance(2 * HOUR);
    let again = named(&app.api, CONTINUE, "orders", &body);
    assert!(!is_replayed(&first));
    assert_repeats(&first, &again);
    assert_eq!(app.stored().0, 2);
    let statuses: Vec<_> =
        again.json()["data"].as_array().unwrap().iter().map(|item| item["status"].clone()).collect();
    assert_eq!(
        (again.status, statuses),
        (207, vec![json!(201), json!(422), json!(422), json!(422), json!(422), json!(201)])
    );
    assert_snapshot!(format!("{:#}", again.json()["data"][1]["problem"]), @r#"
    {
      "code": "invalid-request",
      "detail": "/1/name must be a string.",
      "errors": [
        {
          "detail": "must be a string",
          "pointer": "/1/name"
        }
      ],
      "status": 422,
      "title": "The request is not valid",
      "type": "/problems/invalid-request"
    }
    "#);
}

#[test]
fn what_was_minted_is_answered_though_a_policy_would_refuse_it_now() {
    let app = TestApp::with(&[
        ("links.link_url", "https://r1.example.com"),
        ("links.public_url", "https://api.example.com"),
    ]);
    let moved = "https://r2.example.com/a";
    let batch = json!([link("https://example.com/1"), link(moved), link("https://r1.example.com/b"), {}]);
    let wholly = json!([link(moved), link("https://example.com/1")]);
    let requests = [(CODES, "a", link(moved)), (CONTINUE, "b", batch), (BATCH, "c", wholly)];
    let firsts = requests.clone().map(|(path, key, body)| named(&app.api, path, key, &body));
    assert_eq!(firsts.each_ref().map(|first| first.status), [201, 207, 201]);
    let minted = app.stored();
    let app = app.restarted(&[
        ("links.link_url", "https://r2.example.com"),
        ("links.public_url", "https://api.example.com"),
    ]);
    for ((path, key, body), first) in requests.iter().zip(&firsts) {
        assert_repeats(first, &named(&app.api, path, key, body));
        if *path != CONTINUE {
            assert!(named(&app.api, path, "new", body).refusal().starts_with("422 redirect-loop"));
        }
    }
    assert_eq!(app.stored(), minted);
}

#[test]
fn what_expired_in_between_is_answered_as_it_was_minted() {
    let app = TestApp::spawn();
    let mut body = link("https://example.com/");
    body["expires_at"] = json!("2100-05-04T04:00:00Z");
    let first = named(&app.api, CODES, "k", &body);
    app.clock.advance(2 * HOUR);
    assert_repeats(&first, &named(&app.api, CODES, "k", &body));
    assert!(named(&app.api, CODES, "new", &body).refusal().starts_with("422 invalid-request"));
}

#[test]
fn limits_that_were_lowered_refuse_no_repetition() {
    let mut app = TestApp::spawn();
    let batch =
        json!([{ "content_type": "text", "content": "a" }, { "content_type": "text", "content": "b" }]);
    let archive = |app: &TestApp, key: &str| {
        app.api
            .call("POST", BATCH)
            .header("Idempotency-Key", key)
            .accept("application/zip")
            .json(&batch)
            .send()
    };
    let image = |app: &TestApp, key: &str| {
        let one = app.api.call("POST", CODES).header("Idempotency-Key", key).accept("image/png");
        one.json(&json!({ "content_type": "text", "content": "a" })).send()
    };
    let firsts = (archive(&app, "batch"), image(&app, "one"));
    assert_eq!((firsts.0.status, firsts.1.status), (201, 201));
    // An image of 290 pixels a side has 84,100.
    for lowered in [[("limits.image_pixels", "80000")], [("limits.request_pixels", "100000")]] {
        app = app.restarted(&lowered);
        assert_repeats(&firsts.0, &archive(&app, "batch"));
        assert_repeats(&firsts.1, &image(&app, "one"));
        assert!(archive(&app, "new").refusal().starts_with("422 image-too-large"));
    }
    assert_eq!(app.stored().0, 3);
}

#[test]
fn minted_codes_are_drawn_within_what_any_server_can_allow() {
    let app = TestApp::with(&[("limits.image_pixels", "100000")]);
    // 29 and 73 modules a side, each 10 pixels.
    let batch = json!([{ "content_type": "text", "content": "a" }, { "content_type": "text", "content": "x".repeat(300) }]);
    let ask = |key: &str, accept: &str| {
        app.api.call("POST", CONTINUE).header("Idempotency-Key", key).accept(accept).json(&batch).send()
    };
    let records = ask("k", "application/json");
    assert_eq!(records.status, 201);
    // Of an archive the repetition of records may be, whose images nobody has judged yet.
    assert_eq!(ask("k", "application/zip").status, 201);
    assert_eq!(ask("new", "application/zip").status, 207);
    let sized = |side: u32, accept: &str| {
        let one = app.api.call("POST", &format!("{CODES}?size={side}"));
        let body = json!({ "content_type": "text", "content": "a" });
        one.header("Idempotency-Key", &side.to_string()).accept(accept).json(&body).send()
    };
    for (side, status) in [(1_000, 201), (10_001, 422)] {
        assert_eq!(sized(side, "application/json").status, 201);
        assert_eq!(sized(side, "image/png").status, status, "{side}");
    }
    assert_repeats(&records, &ask("k", "application/json"));
    assert_eq!(app.stored().0, 5);

    // The other way round an item was refused for its image alone.
    let archive = ask("drawn", "application/zip");
    assert_eq!(archive.status, 207);
    assert_repeats(&archive, &ask("drawn", "application/zip"));
    assert_snapshot!(format!("{:#}", ask("drawn", "application/json").json()["data"][1]), @r#"
    {
      "index": 1,
      "problem": {
        "code": "invalid-request",
        "detail": "/1 was refused when the request was made first.",
        "errors": [
          {
            "detail": "was refused when the request was made first",
            "pointer": "/1"
          }
        ],
        "status": 422,
        "title": "The request is not valid",
        "type": "/problems/invalid-request"
      },
      "status": 422
    }
    "#);
    assert_eq!(app.stored().0, 6);
}
