//! Changes and mints of which nobody knows at first what they came to.

use std::thread;
use std::time::Duration;

use scylla_proxy::{Reaction as _, RequestReaction};
use serde_json::{Value, json};

use crate::client::{Answer, Client, wait_until};
use crate::installation::{Installation, installation};
use crate::node::Node;
use crate::proxy::Between;
use crate::scan_writes::are_several;

/// A node that reaches the store through a proxy, and one that does not.
struct Nodes {
    between: Between,
    proxied: Client,
    direct: Client,
    #[expect(dead_code, reason = "they serve as long as they are here")]
    both: [Node; 2],
}

impl Nodes {
    fn of(installation: &Installation) -> Self {
        let key = installation.key(0);
        let between = Between::new(&installation.contact_points);
        let nodes = [installation.node_through(&between.contact_points), installation.node()];
        let [proxied, direct] = nodes.each_ref().map(|node| node.client(&key));
        Self { between, proxied, direct, both: nodes }
    }

    /// Mints a code by the name `kept`, and answers its path.
    fn mint(&self) -> String {
        let item = json!({"content_type": "url", "content": "https://example.com/", "dynamic": true, "name": "kept"});
        let answer = self.proxied.post("/api/v1/qr-codes", &item).unwrap();
        assert_eq!(answer.status, 201, "{}", answer.text);
        format!("/api/v1/qr-codes/{}", answer.body["id"].as_str().unwrap())
    }
}

fn named(answer: &Answer) -> (u16, &Value, &Value) {
    (answer.status, &answer.body["name"], &answer.body["version"])
}

fn assert_in_doubt(answer: &Answer) {
    assert_eq!((answer.status, &answer.body["code"]), (504, &json!("outcome-unknown")), "{}", answer.text);
    assert!(answer.body["detail"].as_str().unwrap().contains("send the same again"), "{}", answer.text);
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn a_change_in_doubt_is_sent_until_it_is_answered() {
    let installation = installation();
    let mut nodes = Nodes::of(installation);
    let code = nodes.mint();
    nodes.between.swallow(&["doubted".to_owned()]);
    assert_in_doubt(&nodes.proxied.patch(&code, &json!({"name": "doubted"})).unwrap());
    // Nobody is told what may be untrue a moment later.
    let behind = nodes.proxied.patch(&code, &json!({"name": "kept"})).unwrap();
    assert_eq!((behind.status, &behind.body["code"]), (503, &json!("store-unavailable")), "{}", behind.text);
    assert!(behind.retry_after.is_some());
    nodes.between.open();
    wait_until("it is made though nobody asks again", || {
        nodes.direct.get(&code).unwrap().body["name"] == "doubted"
    });
    // The same again settles it, and so does whatever else is wanted now.
    let mut again = None;
    wait_until("the page has its turn again", || {
        let answer = nodes.proxied.patch(&code, &json!({"name": "doubted"})).unwrap();
        assert!([200, 503].contains(&answer.status), "{}", answer.text);
        again = Some(answer).filter(|answer| answer.status == 200);
        again.is_some()
    });
    assert_eq!(named(&again.unwrap()), (200, &json!("doubted"), &json!(2)));
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn a_delete_in_doubt_is_settled_by_the_same_at_another_node() {
    let installation = installation();
    let mut nodes = Nodes::of(installation);
    let code = nodes.mint();
    // A deletion writes the name as it is.
    nodes.between.swallow(&["kept".to_owned()]);
    assert_in_doubt(&nodes.proxied.delete(&code).unwrap());
    let again = nodes.direct.delete(&code).unwrap();
    assert_eq!(again.status, 204, "{}", again.text);
    nodes.between.open();
    wait_until("the page has its turn again", || nodes.proxied.delete(&code).unwrap().status == 204);
    let read = nodes.direct.get(&code).unwrap();
    assert_eq!(
        (&read.body["status"], &read.body["version"]),
        (&json!("deleted"), &json!(2)),
        "{}",
        read.text
    );
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn a_change_that_arrives_after_a_code_was_confirmed_as_it_is_comes_too_late() {
    let installation = installation();
    let mut nodes = Nodes::of(installation);
    let code = nodes.mint();
    let late = Duration::from_secs(20);
    nodes.between.catch_some(&["arrives-late".to_owned()], 1.0, RequestReaction::delay(late));
    assert_in_doubt(&nodes.proxied.patch(&code, &json!({"name": "arrives-late"})).unwrap());
    // The name as it was, which a look tells: there is nothing to write, and it holds from now on.
    let confirmed = nodes.direct.patch(&code, &json!({"name": "kept"})).unwrap();
    assert_eq!(named(&confirmed), (200, &json!("kept"), &json!(1)), "{}", confirmed.text);
    wait_until("the page has its turn again", || {
        let answer = nodes.proxied.patch(&code, &json!({"metadata": {"a": 1}})).unwrap();
        assert!([200, 503].contains(&answer.status), "{}", answer.text);
        answer.status == 200
    });
    // All that was sent has arrived by then.
    thread::sleep(late);
    let read = nodes.direct.get(&code).unwrap();
    assert_eq!(named(&read), (200, &json!("kept"), &json!(2)), "{}", read.text);
}

fn aliased(name: &str) -> Value {
    json!({"content_type": "url", "content": "https://example.com/", "dynamic": true,
           "alias": format!("alias-{name}"), "tags": [format!("tag-{name}")]})
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn an_alias_whose_mint_failed_is_free_at_once() {
    let installation = installation();
    let mut nodes = Nodes::of(installation);
    // What leads to the code fails, or the code itself.
    for caught in ["tag-released", "https://example.com/"] {
        nodes.between.catch_some(&[caught.to_owned()], 1.0, RequestReaction::forge().unavailable());
        let failed = nodes.proxied.post("/api/v1/qr-codes", &aliased("released")).unwrap();
        assert_eq!(
            (failed.status, &failed.body["code"]),
            (503, &json!("store-unavailable")),
            "{}",
            failed.text
        );
    }
    nodes.between.open();
    let minted = nodes.direct.post("/api/v1/qr-codes", &aliased("released")).unwrap();
    assert_eq!(minted.status, 201, "{}", minted.text);
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn a_mint_that_failed_and_may_have_kept_its_alias_does_not_say_that_nothing_was_written() {
    let installation = installation();
    let mut nodes = Nodes::of(installation);
    // The claim gets through; what would end it does not.
    let unavailable = RequestReaction::forge().unavailable();
    nodes.between.catch_and_swallow_after_one("tag-left", unavailable, "alias-left");
    let failed = nodes.proxied.post("/api/v1/qr-codes", &aliased("left")).unwrap();
    let told = (failed.status, failed.body["code"].as_str().unwrap());
    // Each node of the store has a proxy of its own, which lets one through: another's may be the end of the claim.
    let is_free_again = are_several() && told == (503, "store-unavailable");
    assert!(told == (504, "outcome-unknown") || is_free_again, "{}", failed.text);
}
