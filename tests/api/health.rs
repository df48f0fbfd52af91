//! `/healthz`, `/readyz` and `/metrics`.

use insta::assert_snapshot;
use serde_json::json;
use tempfile::TempDir;

use crate::support::{Client, Server, TestApp};

#[test]
fn a_server_says_that_it_lives_and_how_its_parts_are() {
    let app = TestApp::spawn();
    assert_snapshot!(app.visitor.get("/healthz").send(), @r#"
    200
    cache-control: no-store
    content-type: application/json
    x-request-id: <request id>

    {
      "status": "alive"
    }
    "#);
    assert_snapshot!(app.visitor.get("/readyz").send(), @r#"
    200
    cache-control: no-store
    content-type: application/json
    x-request-id: <request id>

    {
      "actors": [
        {
          "condition": "running",
          "name": "limiter",
          "panics": 0,
          "restarts": 0
        },
        {
          "condition": "running",
          "name": "codes",
          "panics": 0,
          "restarts": 0
        },
        {
          "condition": "running",
          "name": "keyring",
          "panics": 0,
          "restarts": 0
        },
        {
          "condition": "running",
          "name": "rendering",
          "panics": 0,
          "restarts": 0
        },
        {
          "condition": "running",
          "name": "scans",
          "panics": 0,
          "restarts": 0
        }
      ],
      "status": "ready",
      "store": "running"
    }
    "#);
    assert_eq!(app.visitor.call("HEAD", "/readyz").send().status, 200);
}

#[test]
fn metrics_are_served_on_a_port_of_their_own() {
    let directory = TempDir::new().unwrap();
    let server = Server::start(directory.path());
    let api = Client::new(server.address, Some(&server.key));
    let record =
        api.created(&json!({ "content_type": "url", "content": "https://example.com/", "dynamic": true }));
    assert_eq!(api.get(record["short_link"].as_str().unwrap()).send().status, 302);
    assert_eq!(api.get("/api/v1/qr-codes?limit=0").send().status, 400);
    // Here it is a short link nobody has.
    assert_eq!(api.get("/metrics").send().status, 404);
    let metrics = Client::new(server.metrics, None).get("/metrics").send();
    assert_eq!(
        (metrics.status, metrics.header("content-type")),
        (200, "text/plain; version=0.0.4; charset=utf-8")
    );
    let text = metrics.text();
    for count in [
        r#"http_request_seconds_count{route="/api/v1/qr-codes",method="POST",status="2xx"} 1"#,
        r#"http_request_seconds_count{route="/{short_code}",method="GET",status="3xx"} 1"#,
        r#"http_request_seconds_count{route="/api/v1/qr-codes",method="GET",status="4xx"} 1"#,
    ] {
        assert!(text.contains(count), "{count} is not in\n{text}");
    }
    for secret in [
        server.key.as_str(),
        "example.com",
        record["id"].as_str().unwrap(),
        record["short_code"].as_str().unwrap(),
    ] {
        assert!(!text.contains(secret), "{text}");
    }
    assert_eq!(Client::new(server.metrics, None).get("/api/v1/qr-codes").send().status, 404);
    server.end();
}
