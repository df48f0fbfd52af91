//! How many requests a caller may make.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Client, TestApp};

const LIST: &str = "/api/v1/qr-codes";

fn take(client: &Client) -> u16 {
    client.get(LIST).send().status
}

#[test]
fn a_key_is_limited_by_its_own_rate_and_told_when_to_come_back() {
    let app = TestApp::spawn();
    let limited = app.client(&app.make_key(&["--requests-per-minute", "3"]));
    app.settle();
    let codes = [1, 2, 3].map(|_| limited.get(LIST).send());
    assert_snapshot!(codes[0], @r#"
    200
    cache-control: no-store
    content-type: application/json
    ratelimit: "key";r=2;t=20
    ratelimit-policy: "key";q=3;w=60
    x-content-type-options: nosniff
    x-ratelimit-limit: 3
    x-ratelimit-remaining: 2
    x-ratelimit-reset: 4113082941
    x-request-id: <request id>

    {
      "data": [],
      "has_more": false,
      "next_cursor": null
    }
    "#);
    assert_eq!(codes.each_ref().map(|answer| answer.header("x-ratelimit-remaining")), ["2", "1", "0"]);
    let refused = limited.create(&json!({ "content_type": "text", "content": "a" }));
    assert_snapshot!(refused, @r#"
    429
    cache-control: no-store
    content-type: application/problem+json
    ratelimit: "key";r=0;t=60
    ratelimit-policy: "key";q=3;w=60
    retry-after: 20
    x-ratelimit-limit: 3
    x-ratelimit-remaining: 0
    x-ratelimit-reset: 4113082981
    x-request-id: <request id>

    {
      "code": "rate-limited",
      "detail": "The key may make 3 requests a minute.",
      "request_id": "<request id>",
      "status": 429,
      "title": "Too many requests",
      "type": "/problems/rate-limited"
    }
    "#);
    app.assert_nothing_written();
    // Another key is not hurt, and a token comes every 20 seconds.
    assert_eq!(take(&app.api), 200);
    app.clock.advance(Duration::from_millis(19_999));
    let answer = limited.get(LIST).send();
    assert_eq!((answer.status, answer.header("retry-after")), (429, "1"));
    app.clock.advance(Duration::from_millis(1));
    assert_eq!((take(&limited), take(&limited)), (200, 429));
    app.clock.advance(Duration::from_secs(60));
    assert_eq!([(); 4].map(|()| take(&limited)), [200, 200, 200, 429]);
}

#[test]
fn a_key_of_default_rate_has_a_hundred_requests() {
    let app = TestApp::spawn();
    let statuses: Vec<u16> = (0..101).map(|_| take(&app.api)).collect();
    assert!(statuses[..100].iter().all(|status| *status == 200));
    assert_eq!(statuses[100], 429);
}

#[test]
fn a_key_without_a_limit_has_no_bucket() {
    let app = TestApp::spawn();
    let unlimited = app.client(&app.make_key(&["--requests-per-minute", "0"]));
    app.settle();
    for _ in 0..150 {
        let answer = unlimited.get(LIST).send();
        assert_eq!(
            (answer.status, answer.header("x-ratelimit-limit"), answer.header("ratelimit")),
            (200, "", "")
        );
    }
}

#[test]
fn refused_requests_count_and_those_without_a_valid_key_share_their_networks_bucket() {
    let app = TestApp::spawn();
    let wrong = app.client("ezqr_production_wrong");
    for _ in 0..50 {
        assert_eq!((take(&app.visitor), take(&wrong)), (401, 401));
    }
    let refused = wrong.get(LIST).send();
    assert_snapshot!(refused, @r#"
    429
    cache-control: no-store
    content-type: application/problem+json
    ratelimit: "network";r=0;t=60
    ratelimit-policy: "network";q=100;w=60
    retry-after: 1
    x-ratelimit-limit: 100
    x-ratelimit-remaining: 0
    x-ratelimit-reset: 4113082981
    x-request-id: <request id>

    {
      "code": "rate-limited",
      "detail": "The network may make 100 requests a minute.",
      "request_id": "<request id>",
      "status": 429,
      "title": "Too many requests",
      "type": "/problems/rate-limited"
    }
    "#);
    assert_eq!(take(&app.visitor), 429);
    // Who has a key is let in, and who follows a link needs none.
    let record = app
        .api
        .created(&json!({ "content_type": "url", "content": "https://example.com/", "dynamic": true }));
    assert_eq!(app.visitor.get(record["short_link"].as_str().unwrap()).send().status, 302);
    assert_eq!(app.visitor.get(record["images"]["png"].as_str().unwrap()).send().status, 200);
}

#[test]
fn a_scope_that_is_missing_and_a_body_that_is_refused_cost_a_request() {
    let app = TestApp::spawn();
    let reader = app.client(&app.make_key(&["--requests-per-minute", "5", "--scopes", "codes:read"]));
    app.settle();
    let remaining = [1, 2].map(|_| reader.create(&json!({})).header("x-ratelimit-remaining").to_owned());
    assert_eq!(remaining, ["4", "3"]);
    let before: u32 = app.api.get(LIST).send().header("x-ratelimit-remaining").parse().unwrap();
    assert_eq!(app.api.create(&json!({})).header("x-ratelimit-remaining"), (before - 1).to_string());
}
