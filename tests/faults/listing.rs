//! Lists, while others mint and a node of the store is away.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::Client;
use crate::cluster::{NODES, cluster};

const TAG: &str = "walked";

fn id(code: &Value) -> String {
    code["id"].as_str().unwrap().to_owned()
}

fn mint(client: &Client, number: usize) -> Vec<String> {
    let item = json!({"content_type": "text", "content": "x", "tags": [TAG], "name": format!("{number}")});
    let size = [1, 7, 40][number % 3];
    match client.post("/api/v1/qr-codes/batch", &json!(vec![item; size])) {
        Some(answer) if answer.status == 201 => {
            answer.body["data"].as_array().unwrap().iter().map(|item| id(&item["code"])).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
#[ignore = "needs three nodes of a store: tests/cassandra/server starts them"]
fn a_walk_finds_all_that_was_there_once_while_others_mint_and_a_node_is_away() {
    let cluster = cluster();
    let key = cluster.installation.key(0);
    let nodes = [cluster.installation.node(), cluster.installation.node()];
    let clients = nodes.each_ref().map(|node| node.client(&key));
    let (minted, is_over) = (Mutex::new(HashSet::new()), AtomicBool::new(false));
    let walks = thread::scope(|scope| {
        for client in &clients {
            let (minted, is_over) = (&minted, &is_over);
            scope.spawn(move || {
                for number in 0.. {
                    minted.lock().unwrap().extend(mint(client, number));
                    if is_over.load(Ordering::Acquire) {
                        return;
                    }
                    thread::sleep(Duration::from_millis(30));
                }
            });
        }
        let walking = scope.spawn(|| {
            let mut walks = 0;
            while !is_over.load(Ordering::Acquire) {
                let there: HashSet<String> = minted.lock().unwrap().clone();
                let listed = clients[walks % 2].list_all_of(&format!("tag={TAG}"));
                let found: HashSet<String> = listed.iter().map(id).collect();
                assert_eq!(found.len(), listed.len(), "a walk repeats a code");
                let missing: Vec<_> = there.difference(&found).collect();
                assert!(missing.is_empty(), "a walk skips {missing:?}");
                walks += 1;
            }
            walks
        });
        for node in NODES {
            cluster.pause(node);
            thread::sleep(Duration::from_secs(5));
            cluster.resume(node);
            thread::sleep(Duration::from_secs(2));
        }
        is_over.store(true, Ordering::Release);
        walking.join().unwrap()
    });
    let minted = minted.into_inner().unwrap().len();
    println!("{walks} walks over up to {minted} codes");
    assert!(walks >= 3 && minted > 300, "too little to mean anything");
}
