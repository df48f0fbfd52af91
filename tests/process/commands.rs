//! The command line beside a running server.

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::Client;
use crate::server::{Server, directory, run, run_json};

/// The status of a request that needs nothing but a good key, once it is `expected`; a server looks for
/// changes each second.
fn becomes(client: &Client, expected: u16) -> bool {
    for _ in 0..250 {
        if client.get("/api/v1/qr-codes?limit=1").unwrap().status == expected {
            return true;
        }
        thread::sleep(Duration::from_millis(50));
    }
    false
}

#[test]
fn keys_and_accounts_are_managed_while_the_server_runs() {
    let directory = directory();
    let path = directory.path();
    let server = Server::start(path);
    let made = run_json(path, &["account", "create", "--name", "Acme", "--plan", "pro"]);
    assert_eq!(made["plan"], "pro");
    let create = ["key", "create", "--account", "Acme", "--name", "ci", "--environment", "staging"];
    let key = run_json(path, &[&create[..], &["--requests-per-minute", "6000"]].concat());
    let client = Client::new(&server.url, key["secret"].as_str().unwrap());
    assert!(becomes(&client, 200));

    let code = client.post(
        "/api/v1/qr-codes",
        &json!({"content_type": "url", "content": "https://example.com/acme", "dynamic": true}),
    );
    let code = code.unwrap().body;
    assert_eq!(code["environment"], "staging");
    let short = format!("/{}", code["short_code"].as_str().unwrap());
    assert_eq!(client.get(&short).unwrap().status, 302);
    let first = Client::new(&server.url, &server.first_key());
    assert_eq!(first.list_all(), Vec::<Value>::new(), "another account sees nothing of it");

    run_json(path, &["account", "suspend", "Acme"]);
    assert!(becomes(&client, 403));
    assert_eq!(client.get(&short).unwrap().status, 403);
    run_json(path, &["account", "resume", "Acme"]);
    assert!(becomes(&client, 200));
    assert_eq!(client.get(&short).unwrap().status, 302);

    run_json(path, &["key", "revoke", key["id"].as_str().unwrap()]);
    assert!(becomes(&client, 401));
    let keys = run_json(path, &["key", "list", "--account", "Acme"]);
    assert_eq!(keys.as_array().unwrap().len(), 1);
    assert!(keys[0].get("secret").is_none() && keys[0].get("hash").is_none());
}

#[test]
fn a_grace_period_lets_a_revoked_key_work_until_it_is_over() {
    let directory = directory();
    let server = Server::start(directory.path());
    let key = run_json(directory.path(), &["key", "create", "--name", "old"]);
    let client = Client::new(&server.url, key["secret"].as_str().unwrap());
    assert!(becomes(&client, 200));
    run_json(directory.path(), &["key", "revoke", key["id"].as_str().unwrap(), "--grace-seconds", "3"]);
    assert_eq!(client.get("/api/v1/qr-codes?limit=1").unwrap().status, 200);
    assert!(becomes(&client, 401));
}

#[test]
fn what_a_plan_does_not_allow_is_refused() {
    let directory = directory();
    let _server = Server::start(directory.path());
    run_json(directory.path(), &["account", "create", "--name", "Small", "--plan", "free"]);
    let create = ["key", "create", "--account", "Small", "--name", "fast", "--requests-per-minute", "0"];
    let refused = run(directory.path(), &create);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("free"));
    let twice = run(directory.path(), &["account", "create", "--name", "Small", "--plan", "free"]);
    assert!(!twice.status.success());
}
