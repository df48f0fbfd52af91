//! What is sent again after an error that leaves its outcome open: the very same statement, and no other.

use std::collections::HashSet;
use std::thread;
use std::time::Duration;

use scylla_proxy::{Reaction as _, RequestReaction};
use serde_json::json;

use crate::client::Client;
use crate::installation::{Installation, installation};
use crate::node::Node;
use crate::proxy::Between;

/// Every statement ends with the time it was made at, which a conditional one does not use.
const TIMESTAMP_BYTES: usize = 8;

/// What a server, or the way to it, may answer when a statement may have been carried out, or may not.
fn errors() -> [(&'static str, RequestReaction); 6] {
    let forge = RequestReaction::forge;
    [
        ("overloaded", forge().overloaded()),
        ("unavailable", forge().unavailable()),
        ("write-timeout", forge().write_timeout()),
        ("write-failure", forge().write_failure()),
        ("server-error", forge().server_error()),
        ("connection", RequestReaction::drop_connection()),
    ]
}

/// A node that reaches the store through a proxy, and a client of it.
struct Proxied {
    between: Between,
    client: Client,
    node: Node,
}

impl Proxied {
    fn node_of(installation: &Installation) -> Self {
        // Made before the node starts, which so knows it at once.
        let key = installation.key(0);
        let between = Between::new(&installation.contact_points);
        let node = installation.node_through(&between.contact_points);
        Self { client: node.client(&key), between, node }
    }
}

/// The statements that the proxy saw since it was last asked, without their times.
fn seen(between: &mut Between) -> Vec<Vec<u8>> {
    let mut bodies = Vec::new();
    while let Ok((frame, _)) = between.caught.try_recv() {
        bodies.push(frame.body[..frame.body.len() - TIMESTAMP_BYTES].to_vec());
    }
    bodies
}

fn mint(client: &Client) -> String {
    let item = json!({"content_type": "url", "content": "https://example.com/", "dynamic": true});
    let answer = client.post("/api/v1/qr-codes", &item).unwrap();
    assert_eq!(answer.status, 201, "{}", answer.text);
    format!("/api/v1/qr-codes/{}", answer.body["id"].as_str().unwrap())
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn a_change_whose_outcome_is_open_is_sent_again_the_very_same() {
    let installation = installation();
    let Proxied { mut between, client, node: _node } = Proxied::node_of(installation);
    let code = mint(&client);
    for (version, (name, error)) in (2..).zip(errors()) {
        let mark = format!("changed-after-{name}");
        between.catch_once(&mark, error);
        let answer = client.patch(&code, &json!({"name": mark})).unwrap();
        assert_eq!(answer.status, 200, "{name}: {}", answer.text);
        assert_eq!(
            (&answer.body["name"], &answer.body["version"]),
            (&json!(mark), &json!(version)),
            "{name}"
        );
        let sent = seen(&mut between);
        assert!(sent.len() >= 2, "{name}: the error was answered without asking again");
        assert_eq!(sent.into_iter().collect::<HashSet<_>>().len(), 1, "{name}: something else was sent");
        let read = client.get(&code).unwrap();
        assert_eq!((&read.body["name"], &read.body["version"]), (&json!(mark), &json!(version)), "{name}");
    }
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn a_change_that_was_carried_out_before_its_answer_was_lost_is_carried_out_once() {
    let installation = installation();
    let Proxied { mut between, client, node: _node } = Proxied::node_of(installation);
    let code = mint(&client);
    // The statement is on its way for longer than it is waited for, through each of the store's nodes once: a later
    // sending is carried out first and the others find that they are too late, or time is up before any arrives.
    between.catch_once("changed-late", RequestReaction::delay(Duration::from_secs(4)));
    let answer = client.patch(&code, &json!({"name": "changed-late"})).unwrap();
    match answer.status {
        200 => assert_eq!(answer.body["version"], 2),
        other => {
            assert_eq!((other, &answer.body["code"]), (504, &json!("outcome-unknown")), "{}", answer.text);
        }
    }
    // All of them have arrived by now.
    thread::sleep(Duration::from_secs(5));
    let read = client.get(&code).unwrap();
    assert_eq!((&read.body["name"], &read.body["version"]), (&json!("changed-late"), &json!(2)));
    assert_eq!(seen(&mut between).into_iter().collect::<HashSet<_>>().len(), 1);
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn a_mint_whose_outcome_is_open_is_sent_again_and_one_that_was_refused_is_not() {
    let installation = installation();
    let Proxied { mut between, client, node: _node } = Proxied::node_of(installation);
    mint(&client);
    // Each node may answer with the error once.
    let most = 1 + installation.contact_points.split(',').count();
    for (name, error) in errors() {
        let mark = format!("minted-after-{name}");
        between.catch_once(&mark, error);
        let item = json!({"content_type": "text", "content": mark});
        let answer = client.post("/api/v1/qr-codes/batch", &json!([item, item])).unwrap();
        let sent = seen(&mut between);
        // A server that knows of too few replicas has written nothing, and says so.
        let (status, sendings) = if name == "unavailable" { (503, 1..=1) } else { (201, 2..=most) };
        assert_eq!(answer.status, status, "{name}: {}", answer.text);
        assert!(sendings.contains(&sent.len()), "{name}: sent {} times", sent.len());
        assert_eq!(sent.into_iter().collect::<HashSet<_>>().len(), 1, "{name}: something else was sent");
    }
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn what_was_carried_out_before_its_connection_broke_is_known_as_done() {
    let installation = installation();
    let Proxied { mut between, client, node: _node } = Proxied::node_of(installation);
    // The statement gets through; its answer does not.
    let cut = RequestReaction { drop_connection: Some(None), ..RequestReaction::noop() };

    let code = mint(&client);
    between.catch_once("changed-unheard", cut.clone());
    let answer = client.patch(&code, &json!({"name": "changed-unheard"})).unwrap();
    assert_eq!((answer.status, &answer.body["version"]), (200, &json!(2)), "{}", answer.text);
    assert!(seen(&mut between).len() >= 2, "it was answered at once");

    // The record of a named request, and the claim of an alias: refused by what they wrote themselves.
    for caught in ["key-unheard", "alias-unheard"] {
        between.catch_once(caught, cut.clone());
        let item = json!({"content_type": "url", "content": "https://example.com/", "dynamic": true,
                          "alias": format!("alias-unheard-by-{caught}")});
        let answer = client.post_named("/api/v1/qr-codes", &item, &format!("key-unheard-{caught}")).unwrap();
        assert_eq!((answer.status, answer.is_replayed), (201, false), "{caught}: {}", answer.text);
        assert!(seen(&mut between).len() >= 2, "{caught} was answered at once");
        let again = client.post_named("/api/v1/qr-codes", &item, &format!("key-unheard-{caught}")).unwrap();
        assert_eq!((again.is_replayed, again.text), (true, answer.text));
    }
}
