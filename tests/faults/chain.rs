//! Changes of one code are a single chain, whatever becomes of the statements that make them.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use ezqr_schema::Clock;
use scylla_proxy::{Reaction as _, RequestReaction};
use serde_json::{Value, json};

use crate::client::{Client, wait_until};
use crate::cluster::{Cluster, cluster};
use crate::proxy::Between;

/// Between two changes of a client, so that the others have their turn.
const PAUSE: Duration = Duration::from_millis(100);
/// Each leaves a key in the metadata, which hold 50.
const CHANGES_WANTED: u64 = 40;
/// A minute or two, while nodes are killed.
const CHANGES_WITHIN: Duration = Duration::from_secs(600);

/// What a client knows of one change: the version it was made for, and how it was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Attempt {
    mark: String,
    expected: u64,
    outcome: Outcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Applied,
    Refused,
    Unknown,
}

/// What is wrong with the history. Each applied change left its mark and the version it was made for.
fn faults(code: &Value, attempts: &[Attempt]) -> Vec<String> {
    let mut faults = Vec::new();
    let marks: BTreeMap<String, u64> = serde_json::from_value(code["metadata"].clone()).unwrap();
    let mut made_for: Vec<u64> = marks.values().copied().collect();
    made_for.sort_unstable();
    let applied = u64::try_from(made_for.len()).unwrap();
    if made_for != (1..=applied).collect::<Vec<_>>() {
        faults.push(format!("changes were made for {made_for:?}: not one for each version"));
    }
    if code["version"] != json!(applied + 1) {
        faults.push(format!("{applied} changes led to version {}", code["version"]));
    }
    for attempt in attempts {
        let left = marks.get(&attempt.mark) == Some(&attempt.expected);
        match attempt.outcome {
            Outcome::Applied if !left => faults.push(format!("{attempt:?} is lost")),
            Outcome::Refused if left => faults.push(format!("{attempt:?} applied nevertheless")),
            Outcome::Applied | Outcome::Refused | Outcome::Unknown => {}
        }
    }
    faults
}

/// Changes the code for the version last read, again and again.
fn change(client: &Client, id: &str, name: usize, pause: Duration) -> Vec<Attempt> {
    let mut attempts = Vec::new();
    let address = format!("/api/v1/qr-codes/{id}");
    let clock = Clock::system();
    loop {
        assert!(
            clock.monotonic() < CHANGES_WITHIN,
            "{CHANGES_WANTED} changes take longer than {CHANGES_WITHIN:?}"
        );
        let mut code = None;
        wait_until("the code can be read", || {
            code = client.get(&address).filter(|answer| answer.status == 200);
            code.is_some()
        });
        let expected = code.unwrap().body["version"].as_u64().unwrap();
        if expected > CHANGES_WANTED {
            return attempts;
        }
        let mark = format!("{name}-{}", attempts.len());
        let patch = json!({"metadata": {&mark: expected}});
        let answer = client.patch_if(&address, &patch, expected);
        let outcome = match answer.as_ref().map(|answer| answer.status) {
            Some(200) => Outcome::Applied,
            Some(412 | 503) => Outcome::Refused,
            Some(504) | None => Outcome::Unknown,
            Some(other) => panic!("{other}"),
        };
        attempts.push(Attempt { mark, expected, outcome });
        thread::sleep(pause);
    }
}

fn mint(client: &Client) -> String {
    let body = json!({"content_type": "url", "content": "https://example.com/", "dynamic": true});
    let answer = client.post("/api/v1/qr-codes", &body).unwrap();
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.body["id"].as_str().unwrap().to_owned()
}

/// The code in the end, and all that `changing` clients tried on it, each with its own pauses.
fn history(
    changing: &[(&Client, Duration)],
    id: &str,
    meanwhile: impl FnOnce() + Send,
) -> (Value, Vec<Attempt>) {
    let attempts = thread::scope(|scope| {
        let changing: Vec<_> = (0..)
            .zip(changing)
            .map(|(number, (client, pause))| scope.spawn(move || change(client, id, number, *pause)))
            .collect();
        meanwhile();
        changing.into_iter().flat_map(|client| client.join().unwrap()).collect::<Vec<_>>()
    });
    // A change that was delayed on its way may still arrive: it must find that it is too late.
    thread::sleep(Duration::from_secs(6));
    let code = changing[0].0.get(&format!("/api/v1/qr-codes/{id}")).unwrap().body;
    for outcome in [Outcome::Applied, Outcome::Refused, Outcome::Unknown] {
        println!("{outcome:?}: {}", attempts.iter().filter(|attempt| attempt.outcome == outcome).count());
    }
    (code, attempts)
}

fn clients_of(cluster: &Cluster) -> (Vec<crate::node::Node>, Vec<Client>) {
    let key = cluster.installation.key(0);
    let nodes = vec![cluster.installation.node(), cluster.installation.node()];
    let clients = nodes.iter().map(|node| node.client(&key)).collect();
    (nodes, clients)
}

#[test]
#[ignore = "needs three nodes of a store: tests/cassandra/server starts them"]
fn changes_are_a_single_chain_while_nodes_are_killed_and_paused() {
    let cluster = cluster();
    let (_nodes, clients) = clients_of(&cluster);
    let id = mint(&clients[0]);
    let changing = [0, 1, 0, 1].map(|number| (&clients[number], PAUSE));
    let (code, attempts) = history(&changing, &id, || cluster.harass(1));
    assert_eq!(faults(&code, &attempts), Vec::<String>::new());
}

#[test]
#[ignore = "needs three nodes of a store: tests/cassandra/server starts them"]
fn changes_are_a_single_chain_when_statements_outlive_their_timeout() {
    let cluster = cluster();
    let (_nodes, clients) = clients_of(&cluster);
    let key = cluster.installation.key(0);
    let mut between = Between::new(&cluster.installation.contact_points);
    let node = cluster.installation.node_through(&between.contact_points);
    let delayed = node.client(&key);
    let id = mint(&clients[0]);
    // Every other change of that node is on its way for longer than it is waited for.
    between.catch_some(&["\"2-".to_owned()], 0.5, RequestReaction::delay(Duration::from_millis(4_500)));
    // It has the most turns: the proxy makes it slow, and whoever is slow is refused before it writes.
    let changing = [(&clients[0], PAUSE * 12), (&clients[1], PAUSE * 12), (&delayed, PAUSE / 10)];
    let (code, attempts) = history(&changing, &id, || {});
    assert!(between.caught.try_recv().is_ok(), "nothing was delayed");
    assert_eq!(faults(&code, &attempts), Vec::<String>::new());

    // The oracle bites: of two changes made for one version, written without a condition, one is lost.
    let lost = Attempt { mark: "9-0".to_owned(), expected: 5, outcome: Outcome::Applied };
    assert_eq!(faults(&code, std::slice::from_ref(&lost)).len(), 1);
    let mut twice = code.clone();
    twice["metadata"]["9-0"] = json!(5);
    assert_eq!(faults(&twice, &[lost]).len(), 2, "a version was changed twice");
}
