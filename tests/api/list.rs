//! `GET /api/v1/qr-codes`.

use insta::assert_snapshot;
use serde_json::{Value, json};
use std::time::Duration;

use crate::support::{Client, TestApp};

const LIST: &str = "/api/v1/qr-codes";

/// Mints codes named 0 to `count - 1`, each with its number's parity for a tag.
fn mint(app: &TestApp, count: usize) {
    let item = |number: usize| {
        let parity = if number.is_multiple_of(2) { "even" } else { "odd" };
        json!({ "content_type": "text", "content": "a", "name": number.to_string(), "tags": [parity] })
    };
    for first in (0..count).step_by(100) {
        let items: Vec<Value> = (first..count.min(first + 100)).map(item).collect();
        assert_eq!(app.api.post("/api/v1/qr-codes/batch", &items.into()).status, 201);
    }
}

fn names(records: &[Value]) -> Vec<&str> {
    records.iter().map(|record| record["name"].as_str().unwrap()).collect()
}

/// All codes of a list, walked in steps of `limit`.
fn walk(client: &Client, limit: usize, filter: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let (records, next) = client.list(&format!("?limit={limit}{filter}{cursor}"));
        assert!(records.len() <= limit);
        all.extend(records);
        let Some(next) = next else { return all };
        cursor = format!("&cursor={next}");
    }
}

#[test]
fn an_empty_list_and_one_with_more_are_answered_whole() {
    let app = TestApp::spawn();
    assert_snapshot!(app.api.get(LIST).send(), @r#"
    200
    cache-control: no-store
    content-type: application/json
    ratelimit: "key";r=99;t=1
    ratelimit-policy: "key";q=100;w=60
    x-content-type-options: nosniff
    x-ratelimit-limit: 100
    x-ratelimit-remaining: 99
    x-ratelimit-reset: 4113082922
    x-request-id: <request id>

    {
      "data": [],
      "has_more": false,
      "next_cursor": null
    }
    "#);
    mint(&app, 2);
    assert_snapshot!(app.api.get(&format!("{LIST}?limit=1&include=scan_count")).send(), @r#"
    200
    cache-control: no-store
    content-type: application/json
    ratelimit: "key";r=97;t=2
    ratelimit-policy: "key";q=100;w=60
    x-content-type-options: nosniff
    x-ratelimit-limit: 100
    x-ratelimit-remaining: 97
    x-ratelimit-reset: 4113082923
    x-request-id: <request id>

    {
      "data": [
        {
          "content": "a",
          "content_type": "text",
          "created_at": "2100-05-04T03:02:01.000Z",
          "dynamic": false,
          "environment": "production",
          "error_correction": "M",
          "expires_at": null,
          "external_id": null,
          "id": "<id>",
          "images": {
            "pdf": "http://127.0.0.1:<port>/qr/<id>.pdf",
            "png": "http://127.0.0.1:<port>/qr/<id>.png",
            "svg": "http://127.0.0.1:<port>/qr/<id>.svg"
          },
          "metadata": {},
          "name": "1",
          "scan_count": 0,
          "short_code": null,
          "short_link": null,
          "status": "active",
          "tags": [
            "odd"
          ],
          "target_url": null,
          "updated_at": "2100-05-04T03:02:01.000Z",
          "version": 1
        }
      ],
      "has_more": true,
      "next_cursor": "<cursor>"
    }
    "#);
}

#[test]
fn a_walk_meets_every_code_once_newest_first() {
    let app = TestApp::spawn();
    mint(&app, 230);
    let expected: Vec<String> = (0..230).rev().map(|number| number.to_string()).collect();
    for limit in [100, 37] {
        assert_eq!(names(&walk(&app.api, limit, "")), expected);
    }
    let (first, _) = app.api.list("");
    assert_eq!(names(&first), expected[..50]);
}

#[test]
fn codes_minted_during_a_walk_neither_hide_nor_repeat_others() {
    let app = TestApp::spawn();
    mint(&app, 6);
    let (first, cursor) = app.api.list("?limit=3");
    mint(&app, 4);
    let (second, last) = app.api.list(&format!("?limit=3&cursor={}", cursor.unwrap()));
    assert_eq!((names(&first), names(&second)), (vec!["5", "4", "3"], vec!["2", "1", "0"]));
    assert_eq!(last, None);
}

#[test]
fn every_filter_keeps_what_it_names() {
    let app = TestApp::spawn();
    let make = |name: &str, more: Value| {
        let mut body = json!({ "content_type": "text", "content": "a", "name": name });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let record = app.api.created(&body);
        app.clock.advance(Duration::from_secs(60));
        record
    };
    make("plain", json!({}));
    make("tagged", json!({ "tags": ["spring sale", "vip"] }));
    make("external", json!({ "external_id": "crm/1" }));
    let paused =
        make("paused", json!({ "content_type": "url", "content": "https://example.com/", "dynamic": true }));
    let deleted = make("deleted", json!({}));
    app.api.patched(&paused, &json!({ "status": "paused" }));
    assert_eq!(app.api.delete(&deleted).status, 204);
    let cases = [
        ("", vec!["paused", "external", "tagged", "plain"]),
        ("&tag=spring+sale", vec!["tagged"]),
        ("&tag=spring%20sale&name_prefix=tag", vec!["tagged"]),
        ("&tag=spring", vec![]),
        ("&external_id=crm%2F1", vec!["external"]),
        ("&status=active", vec!["external", "tagged", "plain"]),
        ("&status=paused", vec!["paused"]),
        ("&status=deleted", vec!["deleted"]),
        ("&content_type=url", vec!["paused"]),
        ("&name_prefix=p", vec!["paused", "plain"]),
        ("&created_after=2100-05-04T03:03:30Z", vec!["paused", "external"]),
        ("&created_before=2100-05-04T03:03:30Z", vec!["tagged", "plain"]),
        ("&created_after=2100-05-04T03:02:01Z&created_before=2100-05-04T05:04:01%2B02:00", vec!["tagged"]),
    ];
    for (filter, expected) in cases {
        assert_eq!(names(&walk(&app.api, 100, filter)), expected, "{filter}");
        assert_eq!(names(&walk(&app.api, 1, filter)), expected, "{filter}, one by one");
    }
}

#[test]
fn scan_counts_are_shown_when_they_are_asked_for() {
    let app = TestApp::spawn();
    mint(&app, 1);
    assert_eq!(app.api.list("").0[0].get("scan_count"), None);
    assert_eq!(app.api.list("?include=scan_count").0[0]["scan_count"], 0);
}

#[test]
fn parameters_that_are_not_allowed_are_named_all_at_once() {
    let app = TestApp::spawn();
    let refusal = |query: &str| app.api.get(&format!("{LIST}?{query}")).send().refusal();
    for limit in ["0", "101", "-1", "1.5", "", "x", "256"] {
        let rule = "400 invalid-parameter\nlimit must be a number from 1 to 100";
        assert_eq!(refusal(&format!("limit={limit}")), rule, "{limit}");
    }
    for limit in ["1", "100"] {
        assert_eq!(app.api.get(&format!("{LIST}?limit={limit}")).send().status, 200);
    }
    let many = "limit=1&limit=2&tag=&status=gone&content_type=txt&created_after=yesterday&include=all&colour=1\
                &name_prefix=&external_id=a%0Ab&created_before=2026-13-01T00:00:00Z";
    assert_snapshot!(refusal(many), @"
    400 invalid-parameter
    limit must be there once
    tag must not be empty
    status must be one of active, paused, expired, deleted
    content_type must be one of url, text, email, phone, sms, wifi, vcard, geo, event, payment
    created_after must be an RFC 3339 instant between 1970 and 9999, such as 2030-01-31T12:00:00Z
    include must be scan_count
    colour is not a parameter of this list; its parameters are limit, cursor, tag, external_id, status, content_type, name_prefix, created_after, created_before, include
    name_prefix must not be empty
    external_id must not hold control characters
    created_before must be an RFC 3339 instant between 1970 and 9999, such as 2030-01-31T12:00:00Z
    ");
}

#[test]
fn forged_and_foreign_cursors_are_refused() {
    let app = TestApp::spawn();
    mint(&app, 4);
    let (_, cursor) = app.api.list("?limit=1&tag=even");
    let cursor = cursor.unwrap();
    let swapped = |at: usize| {
        let mut characters: Vec<char> = cursor.chars().collect();
        characters[at] = if characters[at] == 'A' { 'B' } else { 'A' };
        String::from_iter(characters)
    };
    let refusal = |client: &Client, query: String| client.get(&format!("{LIST}?{query}")).send().refusal();
    let rule = "400 invalid-cursor\ncursor was not handed out for this list: a cursor goes with the key's \
                environment and the same filters";
    // Its layout, time, place and signature; other lengths; no base64.
    for forged in [
        swapped(0),
        swapped(5),
        swapped(20),
        swapped(43),
        cursor[1..].to_owned(),
        String::new(),
        "*".repeat(44),
    ] {
        assert_eq!(refusal(&app.api, format!("tag=even&cursor={forged}")), rule, "{forged}");
    }
    // Of the same list under another filter.
    assert_eq!(refusal(&app.api, format!("cursor={cursor}")), rule);
    assert_eq!(refusal(&app.api, format!("tag=odd&cursor={cursor}")), rule);
    // Of another environment.
    let staging = app.client(&app.make_key(&["--environment", "staging"]));
    app.settle();
    assert_eq!(refusal(&staging, format!("tag=even&cursor={cursor}")), rule);
    // Of another installation.
    let other = TestApp::spawn();
    assert_eq!(refusal(&other.api, format!("tag=even&cursor={cursor}")), rule);
    // With another limit it goes on.
    let (rest, _) = app.api.list(&format!("?limit=50&tag=even&cursor={cursor}"));
    assert_eq!(names(&rest), ["0"]);
}
