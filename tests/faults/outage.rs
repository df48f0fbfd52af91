//! The whole store is away, and comes back.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::client::{Client, wait_within};
use crate::cluster::{NODES, cluster};
use crate::node::Node;

fn item() -> serde_json::Value {
    json!({"content_type": "url", "content": "https://example.com/", "dynamic": true})
}

/// Waits until it is so; answers how long that took.
fn time_until(what: &str, is_so: impl Fn() -> bool) -> Duration {
    let took = wait_within(Duration::from_secs(90), what, is_so);
    println!("{what} after {} ms", took.as_millis());
    took
}

fn status(client: &Client, path: &str) -> u16 {
    client.get(path).map_or(0, |answer| answer.status)
}

#[test]
#[ignore = "needs three nodes of a store: tests/cassandra/server starts them"]
#[allow(clippy::disallowed_methods, reason = "a span of real time")]
fn known_codes_redirect_and_writes_are_refused_at_once_until_the_store_returns() {
    let cluster = cluster();
    let key = cluster.installation.key(0);
    let node = cluster.installation.node();
    let client = node.client(&key);
    let code = client.post("/api/v1/qr-codes", &item()).unwrap();
    assert_eq!(code.status, 201, "{}", code.text);
    let short = format!("/{}", code.body["short_code"].as_str().unwrap());
    assert_eq!(status(&client, &short), 302);

    for node in NODES {
        cluster.kill(node);
    }
    time_until("the store is found to be away", || {
        let _ = client.post_named("/api/v1/qr-codes", &item(), "during-the-outage");
        client.get("/readyz").is_some_and(|ready| ready.body["store"] == "away")
    });
    let ready = client.get("/readyz").unwrap();
    assert_eq!((ready.status, &ready.body["status"]), (200, &json!("degraded")), "{}", ready.text);
    assert_eq!(status(&client, "/healthz"), 200);
    for _ in 0..20 {
        let began = Instant::now();
        let refused = client.post_named("/api/v1/qr-codes", &item(), "during-the-outage").unwrap();
        assert_eq!(refused.status, 503, "{}", refused.text);
        assert!(refused.retry_after.is_some());
        assert!(began.elapsed() < Duration::from_secs(2), "refused only after {:?}", began.elapsed());
        let followed = client.get(&short).unwrap();
        assert_eq!(followed.status, 302, "a known code: {}", followed.text);
    }
    let unknown = client.get("/api/v1/qr-codes?limit=1").unwrap();
    assert_eq!(unknown.status, 503, "{}", unknown.text);

    // A node that is started now waits, says so, and serves when the store is there.
    let waiting = Node::launch(cluster.installation.directory(), &cluster.installation.url_of_all());
    let outside = waiting.client(&key);
    time_until("a waiting node is alive", || status(&outside, "/healthz") == 200);
    assert_eq!(status(&outside, "/readyz"), 503);
    assert_eq!(status(&outside, &short), 503);

    for node in NODES {
        cluster.start(node);
    }
    let writes = || client.post_named("/api/v1/qr-codes", &item(), "during-the-outage");
    let took = time_until("writes go on", || writes().is_some_and(|answer| answer.status == 201));
    assert!(took < Duration::from_secs(15), "{took:?}");
    let took = time_until("the waiting node serves", || status(&outside, "/readyz") == 200);
    assert!(took < Duration::from_secs(30), "{took:?}");
    time_until("the key is known there", || status(&outside, "/api/v1/qr-codes?limit=1") == 200);

    // What was asked for under one name through all of it is there once.
    let again = outside.post_named("/api/v1/qr-codes", &item(), "during-the-outage").unwrap();
    assert_eq!(again.text, writes().unwrap().text);
    let mine = client.list_all_of("created_after=2020-01-01T00:00:00Z");
    let kept = mine.iter().filter(|listed| listed["id"] == again.body["id"]).count();
    assert_eq!(kept, 1);
    assert_eq!(client.get("/readyz").unwrap().body["status"], "ready");
}
