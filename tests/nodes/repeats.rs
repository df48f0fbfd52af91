//! A node dies between any two writes of a mint; the retry, on another node, finishes it once.

use std::collections::HashSet;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{Answer, Client};
use crate::installation::installation;
use crate::proxy::Between;

const CODES: usize = 3;

/// The writes of a named mint, each told by a text that it and none before it holds.
const STEPS: [&str; 5] = ["key", "alias", "tag", "reference", "content"];

/// One request, and the write it is caught at.
struct Caught {
    name: String,
    step: &'static str,
}

impl Caught {
    fn new(run: &str, step: &'static str) -> Self {
        Self { name: format!("{run}-at-{step}"), step }
    }

    /// The text of this request that is in the write it is caught at, and in no earlier one.
    fn text(&self) -> String {
        format!("{}-{}", self.step, self.name)
    }

    fn has_alias(&self) -> bool {
        self.step == "alias"
    }

    fn item(&self) -> Value {
        let name = &self.name;
        let mut item = json!({
            "content_type": "url",
            "content": format!("https://example.com/content-{name}"),
            "dynamic": true,
            "tags": [format!("tag-{name}")],
            "external_id": format!("reference-{name}"),
        });
        if self.has_alias() {
            item["alias"] = json!(format!("alias-{name}"));
        }
        item
    }

    fn send(&self, client: &Client) -> Option<Answer> {
        let key = format!("key-{}", self.name);
        if self.has_alias() {
            return client.post_named("/api/v1/qr-codes", &self.item(), &key);
        }
        client.post_named("/api/v1/qr-codes/batch", &json!(vec![self.item(); CODES]), &key)
    }

    /// Repeats the request until it is answered, as a client does that was told to come back.
    fn retry(&self, client: &Client) -> Answer {
        for _ in 0..120 {
            let answer = self.send(client).unwrap();
            match answer.status {
                201 => return answer,
                409 => assert_eq!(answer.body["code"], "idempotency-in-progress", "{}", answer.text),
                other => panic!("{}: {other}: {}", self.name, answer.text),
            }
            thread::sleep(Duration::from_millis(250));
        }
        panic!("{} was never answered", self.name);
    }

    /// How many codes it is to have.
    fn count(&self) -> usize {
        if self.has_alias() { 1 } else { CODES }
    }
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn a_mint_cut_off_between_any_two_writes_is_finished_once_by_its_retry_elsewhere() {
    let installation = installation();
    let key = installation.key(0);
    let requests = STEPS.map(|step| Caught::new("cut", step));
    let mut between = Between::new(&installation.contact_points);
    let mut dying = installation.node_through(&between.contact_points);
    let others = [installation.node(), installation.node()];
    let others = others.each_ref().map(|node| node.client(&key));
    between.swallow(&requests.each_ref().map(Caught::text));

    thread::scope(|scope| {
        for request in &requests {
            let client = dying.client(&key);
            scope.spawn(move || {
                // Cut off with its node, or told that nobody knows; never that it was or was not done.
                if let Some(answer) = request.send(&client) {
                    assert!(answer.status >= 500, "{}: {}", request.name, answer.text);
                }
            });
        }
        let mut awaited: HashSet<_> = requests.iter().map(Caught::text).collect();
        while !awaited.is_empty() {
            let frame = between.next_caught();
            awaited.retain(|text| !frame.body.windows(text.len()).any(|window| window == text.as_bytes()));
        }
        dying.kill();
    });

    let answers: Vec<Answer> = thread::scope(|scope| {
        let retries: Vec<_> =
            requests.iter().map(|request| scope.spawn(|| request.retry(&others[0]))).collect();
        retries.into_iter().map(|retry| retry.join().unwrap()).collect()
    });
    for (request, first) in requests.iter().zip(&answers) {
        assert_once(&others[1], request, first);
    }
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn duplicates_at_once_on_several_nodes_all_get_the_first_answer() {
    let installation = installation();
    let key = installation.key(0);
    let nodes = [installation.node(), installation.node()];
    for round in 0..20 {
        let name = format!("at-once-{round}");
        let body = json!(vec![json!({ "content_type": "text", "content": name }); CODES]);
        let answers: Vec<Answer> = thread::scope(|scope| {
            let asking: Vec<_> = nodes
                .iter()
                .flat_map(|node| [(); 4].map(|()| node.client(&key)))
                .map(|client| {
                    let (name, body) = (&name, &body);
                    scope.spawn(move || client.post_named("/api/v1/qr-codes/batch", body, name).unwrap())
                })
                .collect();
            asking.into_iter().map(|asking| asking.join().unwrap()).collect()
        });
        assert_eq!(answers.iter().filter(|answer| !answer.is_replayed).count(), 1);
        for answer in &answers {
            assert_eq!((answer.status, &answer.text), (201, &answers[0].text), "{name}");
        }
    }
}

/// Another node answers the same bytes, and the codes are there once, found by everything that leads to them.
fn assert_once(client: &Client, request: &Caught, first: &Answer) {
    let again = request.retry(client);
    assert!(again.is_replayed);
    assert_eq!(first.text, again.text, "{}", request.name);
    let ids: Vec<&str> = match first.body["data"].as_array() {
        Some(items) => items.iter().map(|item| item["code"]["id"].as_str().unwrap()).collect(),
        None => vec![first.body["id"].as_str().unwrap()],
    };
    assert_eq!(ids.len(), request.count());
    for filter in [format!("tag=tag-{}", request.name), format!("external_id=reference-{}", request.name)] {
        let listed = client.get(&format!("/api/v1/qr-codes?limit=100&{filter}")).unwrap();
        let mut found: Vec<&str> =
            listed.body["data"].as_array().unwrap().iter().map(|code| code["id"].as_str().unwrap()).collect();
        found.reverse();
        assert_eq!(found, ids, "{} by {filter}", request.name);
    }
}
