//! Nodes that change the codes of one page contend, and lose nothing.

use std::collections::BTreeMap;
use std::thread;

use serde_json::{Value, json};

use crate::client::{Client, wait_until};
use crate::installation::installation;

const CODES: usize = 6;
const CHANGES: usize = 8;

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn two_nodes_changing_the_codes_of_one_page_lose_no_change() {
    let installation = installation();
    let key = installation.key(0);
    let nodes = [installation.node(), installation.node()];
    let clients = nodes.each_ref().map(|node| node.client(&key));
    let item = json!({"content_type": "url", "content": "https://example.com/", "dynamic": true});
    let batch = clients[0].post("/api/v1/qr-codes/batch", &json!(vec![item; CODES])).unwrap();
    assert_eq!(batch.status, 201, "{}", batch.text);
    let ids: Vec<_> = batch.body["data"].as_array().unwrap().iter().map(id_of).collect();

    // Each key of the metadata is changed by one client alone, so that every change can be told.
    thread::scope(|scope| {
        for (number, client) in clients.iter().enumerate() {
            for thread in 0..2 {
                let (ids, name) = (&ids, format!("{number}-{thread}"));
                scope.spawn(move || change_all(client, ids, &name));
            }
        }
    });
    for id in &ids {
        let code = clients[0].get(&format!("/api/v1/qr-codes/{id}")).unwrap();
        let expected: BTreeMap<String, usize> =
            ["0-0", "0-1", "1-0", "1-1"].map(|name| (name.to_owned(), CHANGES)).into();
        assert_eq!(code.body["metadata"], json!(expected), "{id}");
        assert_eq!(code.body["version"], json!(1 + 4 * CHANGES), "each change is one version");
    }
}

fn id_of(item: &Value) -> String {
    item["code"]["id"].as_str().unwrap().to_owned()
}

fn change_all(client: &Client, ids: &[String], name: &str) {
    for step in 1..=CHANGES {
        for id in ids {
            // Refused only because the others were faster again and again: nothing was changed then.
            wait_until("a change is made", || {
                let patch = json!({"metadata": {name: step}});
                let answer = client.patch(&format!("/api/v1/qr-codes/{id}"), &patch).unwrap();
                match answer.status {
                    200 => true,
                    503 => {
                        assert_eq!(answer.body["code"], "overloaded", "{}", answer.text);
                        false
                    }
                    other => panic!("{other}: {}", answer.text),
                }
            });
        }
    }
}
