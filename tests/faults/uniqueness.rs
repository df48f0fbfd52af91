//! Eight clients mint with retries while nodes of the store die: every request is carried out once.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{Answer, Client};
use crate::cluster::{cluster, length};

const CLIENTS: usize = 8;
const BATCH: usize = 10;
const TAG: &str = "uniqueness";

/// Codes that were asked for and codes that are there, by request.
#[derive(Default)]
struct Ledger {
    /// Ids by the name of the request that was answered.
    answered: HashMap<String, Vec<String>>,
}

impl Ledger {
    /// What is wrong with the codes that are there; empty when each request has its codes, once, and no code is
    /// nobody's.
    fn faults(&self, listed: &[Value]) -> Vec<String> {
        let mut faults = Vec::new();
        let (mut ids, mut short_codes) = (HashSet::new(), HashSet::new());
        for code in listed {
            let (id, short_code) = (code["id"].as_str().unwrap(), code["short_code"].as_str().unwrap());
            if !ids.insert(id) {
                faults.push(format!("{id} is listed twice"));
            }
            if !short_codes.insert(short_code) {
                faults.push(format!("{short_code} was given twice"));
            }
        }
        let mut promised = HashSet::new();
        for (name, codes) in &self.answered {
            for id in codes {
                if !promised.insert(id.as_str()) {
                    faults.push(format!("{id} was answered twice, also to {name}"));
                }
                if !ids.contains(id.as_str()) {
                    faults.push(format!("{id} of {name} was answered and is lost"));
                }
            }
        }
        faults.extend(ids.difference(&promised).map(|id| format!("{id} is nobody's")));
        faults
    }
}

fn request(name: &str) -> Value {
    let item = json!({"content_type": "url", "content": "https://example.com/", "dynamic": true,
                      "tags": [TAG], "external_id": name});
    Value::Array(vec![item; BATCH])
}

/// Asks one node, then the other, until one answers. What may or may not have happened is asked again.
fn insist(nodes: &[Client], name: &str) -> Answer {
    for attempt in 0..400 {
        match nodes[attempt % nodes.len()].post_named("/api/v1/qr-codes/batch", &request(name), name) {
            Some(answer) if answer.status == 201 => return answer,
            Some(answer) => assert!([409, 503, 504].contains(&answer.status), "{}", answer.text),
            None => {}
        }
        thread::sleep(Duration::from_millis(200));
    }
    panic!("{name} was never answered");
}

fn ids(answer: &Answer) -> Vec<String> {
    let items = answer.body["data"].as_array().unwrap();
    items.iter().map(|item| item["code"]["id"].as_str().unwrap().to_owned()).collect()
}

/// All codes of this test, or the first part of a list that could not be read.
fn listed(client: &Client) -> Vec<Value> {
    client.list_all_of(&format!("tag={TAG}"))
}

#[test]
#[ignore = "needs three nodes of a store: tests/cassandra/server starts them"]
fn every_request_is_carried_out_once_while_nodes_are_killed_and_paused() {
    let cluster = cluster();
    let key = cluster.installation.key(0);
    let nodes = [cluster.installation.node(), cluster.installation.node()];
    let clients = nodes.each_ref().map(|node| node.client(&key));
    let is_over = AtomicBool::new(false);
    let mut ledger = Ledger::default();
    let answered: Vec<(String, Answer)> = thread::scope(|scope| {
        let asking: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let (clients, is_over) = (&clients, &is_over);
                scope.spawn(move || {
                    let mut answered = Vec::new();
                    while !is_over.load(Ordering::Acquire) {
                        let name = format!("{client}-{}", answered.len());
                        let turned = client % 2;
                        let nodes = [clients[turned].clone(), clients[1 - turned].clone()];
                        let answer = insist(&nodes, &name);
                        answered.push((name, answer));
                        thread::sleep(Duration::from_millis(100));
                    }
                    answered
                })
            })
            .collect();
        cluster.harass(length());
        is_over.store(true, Ordering::Release);
        asking.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    println!("{} requests answered", answered.len());
    assert!(answered.len() > CLIENTS * 10, "the load was too light to mean anything");
    for (name, first) in answered {
        let again = insist(&clients[1..], &name);
        assert_eq!(again.text, first.text, "{name} is answered otherwise");
        assert!(again.is_replayed);
        ledger.answered.insert(name, ids(&first));
    }
    assert_eq!(ledger.faults(&listed(&clients[0])), Vec::<String>::new());

    // The oracle bites: a request carried out twice, here under two names, is a code too many.
    let stray = insist(&clients, "a-stray");
    assert_eq!(ledger.faults(&listed(&clients[0])).len(), BATCH);
    // And a code that is lost is missed.
    ledger.answered.insert("a-stray".to_owned(), ids(&stray));
    let all = listed(&clients[0]);
    assert_eq!(ledger.faults(&all).len(), 0);
    assert_eq!(ledger.faults(&all[1..]).len(), 1);
}
