//! The command line beside a running server.

use std::fs;
use std::path::Path;
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
    let status = |client: &Client| client.get("/api/v1/qr-codes?limit=1").unwrap().status;
    assert_eq!(status(&client), 200, "at once");

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
    assert_eq!(status(&client), 403, "at once");
    assert_eq!(client.get(&short).unwrap().status, 403);
    run_json(path, &["account", "resume", "Acme"]);
    assert_eq!(status(&client), 200, "at once");
    assert_eq!(client.get(&short).unwrap().status, 302);

    run_json(path, &["key", "revoke", key["id"].as_str().unwrap()]);
    assert_eq!(status(&client), 401, "at once");
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
    assert_eq!(key["scopes"], json!(["codes:read", "codes:write", "scans:read"]));
    run_json(directory.path(), &["key", "revoke", key["id"].as_str().unwrap(), "--grace-seconds", "8"]);
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

/// What doctor found out about `subject`.
fn finding<'report>(report: &'report Value, subject: &str) -> &'report Value {
    let findings = report["findings"].as_array().unwrap();
    findings.iter().find(|finding| finding["subject"] == subject).unwrap_or_else(|| panic!("{report:#}"))
}

/// Follows the link of a new code three times, and answers the code.
fn scanned_code(server: &Server) -> Value {
    let client = Client::new(&server.url, &server.first_key());
    let body = json!({"content_type": "url", "content": "https://example.com/", "dynamic": true});
    let code = client.post("/api/v1/qr-codes", &body).unwrap().body;
    for _ in 0..3 {
        let link = format!("/{}", code["short_code"].as_str().unwrap());
        assert_eq!(client.get(&link).unwrap().status, 302);
    }
    code
}

/// Scans and damaged stretches in the journal.
fn in_journal(report: &Value) -> (u64, u64) {
    let epochs = finding(report, "journal")["more"]["epochs"].as_array().unwrap();
    let sum = |name: &str| epochs.iter().map(|epoch| epoch[name].as_u64().unwrap()).sum();
    (sum("scans"), sum("damaged_stretches"))
}

#[test]
fn doctor_finds_nothing_wrong_beside_a_running_server() {
    let directory = directory();
    let server = Server::start(directory.path());
    scanned_code(&server);
    let report = run_json(directory.path(), &["doctor"]);
    assert_eq!(report["sound"], true, "{report:#}");
    assert_eq!(in_journal(&report), (3, 0));
    for subject in ["settings", "store", "pepper", "countries"] {
        assert_eq!(finding(&report, subject)["sound"], true);
    }
    let text = run(directory.path(), &["doctor"]).stdout;
    let text = String::from_utf8_lossy(&text);
    assert!(text.contains("3 scans of 1 quarters") && text.ends_with("\nNothing is wrong.\n"), "{text}");
}

#[test]
fn doctor_tells_a_flipped_bit_and_the_server_counts_the_others() {
    let directory = directory();
    let mut server = Server::start(directory.path());
    let (code, key) = (scanned_code(&server), server.first_key());
    server.kill();
    flip_a_bit(&directory.path().join("ezqr-data/journal"));

    let doctor = run(directory.path(), &["doctor", "--json"]);
    assert_eq!(doctor.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&doctor.stdout).unwrap();
    assert_eq!((&report["sound"], &finding(&report, "journal")["sound"]), (&json!(false), &json!(false)));
    assert_eq!(in_journal(&report), (2, 1));
    let doctor = run(directory.path(), &["doctor"]);
    let text = String::from_utf8_lossy(&doctor.stdout);
    assert_eq!(doctor.status.code(), Some(1));
    assert!(text.contains("journal    WRONG") && text.contains("1 stretches hold no whole record"), "{text}");

    let server = Server::start(directory.path());
    let scans = format!("/api/v1/qr-codes/{}/scans", code["id"].as_str().unwrap());
    let answer = Client::new(&server.url, &key).get(&scans).unwrap();
    assert_eq!((answer.status, &answer.body["total"]), (200, &json!(2)));
}

/// Flips a bit of the first scan in the journal.
pub(crate) fn flip_a_bit(journal: &Path) {
    const HEADER: usize = 36;
    const FRAME: usize = 8;
    for entry in fs::read_dir(journal).unwrap() {
        let path = entry.unwrap().path();
        let mut bytes = fs::read(&path).unwrap();
        if bytes.get(HEADER).is_some_and(|length| *length != 0) {
            bytes[HEADER + FRAME] ^= 1;
            fs::write(&path, bytes).unwrap();
            return;
        }
    }
    panic!("there is no scan in the journal");
}

#[test]
fn doctor_tells_that_there_is_nothing_to_look_at() {
    let directory = directory();
    let doctor = run(directory.path(), &["doctor", "--json"]);
    assert_eq!(doctor.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&doctor.stdout).unwrap();
    let store = finding(&report, "store");
    assert!(store["detail"].as_str().unwrap().contains("start `ezqr serve` first"), "{report:#}");
    assert_eq!(finding(&report, "journal")["detail"], "there is none yet");
    assert!(!directory.path().join("ezqr-data").exists(), "nothing was made");
}
