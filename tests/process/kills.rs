//! A server is killed under load: what it acknowledged is there, and no batch is half there.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use ezqr_schema::Clock;
use serde_json::{Value, json};

use crate::client::{Client, PATIENCE};
use crate::server::{Server, directory, unlimited_key};

const ROUNDS: usize = 6;
const BATCH: usize = 20;

/// What the clients of all rounds know to be acknowledged.
#[derive(Default)]
struct Acknowledged {
    ids: Mutex<HashSet<String>>,
    /// The last target acknowledged, and the one asked for after it, of each repointed code.
    targets: Mutex<HashMap<String, (String, String)>>,
    requests: AtomicUsize,
}

#[test]
fn what_was_acknowledged_survives_a_kill_and_no_batch_is_half_there() {
    let directory = directory();
    let mut server = Server::start(directory.path());
    let key = unlimited_key(directory.path());
    let acknowledged = Acknowledged::default();
    for round in 0..ROUNDS {
        Client::new(&server.url, &key).wait_until_accepted();
        load_and_kill(&mut server, &key, round, &acknowledged);
        server = Server::start(directory.path());
        Client::new(&server.url, &key).wait_until_accepted();
        check(&Client::new(&server.url, &key), &acknowledged);
    }
    let requests = acknowledged.requests.load(Ordering::Relaxed);
    println!(
        "{ROUNDS} kills, {requests} requests acknowledged, {} codes",
        acknowledged.ids.lock().unwrap().len()
    );
    assert!(requests > ROUNDS * 10, "the load was too light to mean anything: {requests}");
}

fn load_and_kill(server: &mut Server, key: &str, round: usize, acknowledged: &Acknowledged) {
    let is_over = AtomicBool::new(false);
    let client = Client::new(&server.url, key);
    let wanted = acknowledged.requests.load(Ordering::Relaxed) + 15 + 13 * round;
    thread::scope(|scope| {
        for thread in 0..4 {
            let (client, is_over) = (client.clone(), &is_over);
            scope.spawn(move || {
                for request in 0.. {
                    let name = format!("{round}-{thread}-{request}");
                    let went_on = match request % 3 {
                        0 => mint_batch(&client, &name, acknowledged),
                        1 => mint_one(&client, &name, acknowledged),
                        _ => repoint(&client, &name, acknowledged),
                    };
                    if !went_on || is_over.load(Ordering::Acquire) {
                        return;
                    }
                }
            });
        }
        // The kill comes in the midst of the load, after another number of requests each round.
        let clock = Clock::system();
        while acknowledged.requests.load(Ordering::Relaxed) < wanted && clock.monotonic() < PATIENCE {
            thread::sleep(Duration::from_millis(1));
        }
        server.kill();
        is_over.store(true, Ordering::Release);
    });
    let reached = acknowledged.requests.load(Ordering::Relaxed);
    assert!(reached >= wanted, "only {reached} of {wanted} requests were acknowledged before the kill");
}

fn item(batch: &str) -> Value {
    json!({"content_type": "url", "content": "https://example.com/", "dynamic": true, "metadata": {"batch": batch}})
}

fn mint_batch(client: &Client, name: &str, acknowledged: &Acknowledged) -> bool {
    let Some(answer) = client.post("/api/v1/qr-codes/batch", &json!(vec![item(name); BATCH])) else {
        return false;
    };
    assert_eq!(answer.status, 201, "{:?}", answer.body);
    let data = answer.body["data"].as_array().unwrap();
    let ids = data.iter().map(|item| item["code"]["id"].as_str().unwrap().to_owned());
    acknowledged.ids.lock().unwrap().extend(ids);
    acknowledged.requests.fetch_add(1, Ordering::Relaxed);
    true
}

fn mint_one(client: &Client, name: &str, acknowledged: &Acknowledged) -> bool {
    let Some(answer) = client.post("/api/v1/qr-codes", &item(name)) else { return false };
    assert_eq!(answer.status, 201, "{:?}", answer.body);
    acknowledged.ids.lock().unwrap().insert(answer.body["id"].as_str().unwrap().to_owned());
    acknowledged.requests.fetch_add(1, Ordering::Relaxed);
    true
}

/// Each client thread repoints a code of its own, so that the last acknowledged target is known.
fn repoint(client: &Client, name: &str, acknowledged: &Acknowledged) -> bool {
    let Some(answer) = client.post("/api/v1/qr-codes", &item(name)) else { return false };
    let id = answer.body["id"].as_str().unwrap().to_owned();
    acknowledged.ids.lock().unwrap().insert(id.clone());
    let mut last = "https://example.com/".to_owned();
    for step in 0..3 {
        let next = format!("https://example.com/{name}/{step}");
        acknowledged.targets.lock().unwrap().insert(id.clone(), (last.clone(), next.clone()));
        let Some(answer) = client.patch(&format!("/api/v1/qr-codes/{id}"), &json!({"target_url": next}))
        else {
            return false;
        };
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        acknowledged.targets.lock().unwrap().insert(id.clone(), (next.clone(), next.clone()));
        acknowledged.requests.fetch_add(1, Ordering::Relaxed);
        last = next;
    }
    true
}

fn check(client: &Client, acknowledged: &Acknowledged) {
    let codes = client.list_all();
    let found: HashSet<&str> = codes.iter().map(|code| code["id"].as_str().unwrap()).collect();
    assert_eq!(found.len(), codes.len(), "a list repeats a code");
    for id in acknowledged.ids.lock().unwrap().iter() {
        assert!(found.contains(id.as_str()), "{id} was acknowledged and is lost");
    }
    let mut batches: HashMap<&str, usize> = HashMap::new();
    for code in &codes {
        *batches.entry(code["metadata"]["batch"].as_str().unwrap()).or_default() += 1;
    }
    for (batch, size) in batches {
        assert!(size == 1 || size == BATCH, "batch {batch} has {size} codes");
    }
    let targets = acknowledged.targets.lock().unwrap();
    let short_codes: HashSet<&str> = codes.iter().map(|code| code["short_code"].as_str().unwrap()).collect();
    assert_eq!(short_codes.len(), codes.len(), "a short code was given twice");
    for code in &codes {
        if let Some((last, asked)) = targets.get(code["id"].as_str().unwrap()) {
            let target = code["target_url"].as_str().unwrap();
            assert!(target == last || target == asked, "{target} is neither {last} nor {asked}");
            let followed = client.get(&format!("/{}", code["short_code"].as_str().unwrap())).unwrap();
            assert_eq!((followed.status, followed.location.as_deref()), (302, Some(target)));
        }
    }
}
