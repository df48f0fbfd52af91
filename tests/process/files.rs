//! What becomes of an installation whose files were lost, mixed up, put back, damaged or copied.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::{Value, json};

use crate::client::Client;
use crate::server::{Server, directory, ezqr, run};

const SERVE: [&str; 5] = ["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "off"];

fn mint(server: &Server, key: &str) -> Value {
    let body = json!({"content_type": "url", "content": "https://example.com/", "dynamic": true});
    let answer = Client::new(&server.url, key).post("/api/v1/qr-codes", &body).unwrap();
    assert_eq!(answer.status, 201, "{:?}", answer.body);
    answer.body
}

/// A server that is asked to end and does.
fn stop(mut server: Server) {
    server.terminate();
    assert_eq!(server.wait().0, Some(0));
}

/// A start that must stop; answers what it said.
fn refused(directory: &Path, arguments: &[&str]) -> String {
    let output = run(directory, arguments);
    assert!(!output.status.success(), "{arguments:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn doctor(directory: &Path) -> (Output, Value) {
    let output = run(directory, &["doctor", "--json"]);
    let report = serde_json::from_slice(&output.stdout).unwrap();
    (output, report)
}

/// What doctor says about `subject`: whether it is sound, and the detail.
fn finding(directory: &Path, subject: &str) -> (bool, String) {
    let (_, report) = doctor(directory);
    let findings = report["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["subject"] == subject);
    let finding = finding.unwrap_or_else(|| panic!("{report:#}"));
    (finding["sound"].as_bool().unwrap(), finding["detail"].as_str().unwrap().to_owned())
}

#[test]
fn a_lost_database_stops_the_start_and_who_insists_gets_a_new_installation() {
    let directory = directory();
    let path = directory.path();
    let server = Server::start(path);
    let key = server.first_key();
    let code = mint(&server, &key);
    stop(server);
    fs::remove_file(path.join("ezqr-data/ezqr.db")).unwrap();
    let told = refused(path, &SERVE);
    for part in ["ezqr.db holds no installation", "scans.db", "journal", "serve --found"] {
        assert!(told.contains(part), "{told}");
    }
    // Everybody tells the same remedy.
    for subject in ["files", "store"] {
        let (is_sound, detail) = finding(path, subject);
        assert!(!is_sound && detail.contains("ezqr.db holds no installation"), "{detail}");
    }
    for command in [&["key", "list"][..], &["account", "list"], &["doctor", "--after-restore"]] {
        let told = refused(path, command);
        assert!(told.contains("ezqr.db holds no installation") && !told.contains("serve` first"), "{told}");
    }
    assert!(!path.join("ezqr-data/ezqr.db").exists(), "nothing was made");

    fs::remove_file(path.join("greeted")).unwrap();
    let mut serve = ezqr(path, &SERVE);
    let server = Server::of(serve.arg("--found"), path);
    let new_key = server.first_key();
    assert_ne!(new_key, key);
    let client = Client::new(&server.url, &new_key);
    assert_eq!(client.get(&format!("/{}", code["short_code"].as_str().unwrap())).unwrap().status, 404);
    assert_eq!(mint(&server, &new_key)["scan_count"], 0);
    stop(server);
    stop(Server::start(path));
}

#[test]
fn a_database_put_back_mints_no_printed_code_and_doctor_says_so_before_and_after() {
    let directory = directory();
    let path = directory.path();
    let data = path.join("ezqr-data");
    let server = Server::start(path);
    let key = server.first_key();
    stop(server);
    fs::copy(data.join("ezqr.db"), path.join("backup")).unwrap();
    let server = Server::start(path);
    let printed: HashSet<String> =
        (0..3).map(|_| mint(&server, &key)["short_code"].as_str().unwrap().to_owned()).collect();
    stop(server);
    fs::copy(path.join("backup"), data.join("ezqr.db")).unwrap();
    let (is_sound, detail) = finding(path, "numbers");
    assert!(!is_sound && detail.contains("ezqr.db was put back from a copy"), "{detail}");

    let mut serve = ezqr(path, &SERVE);
    let mut server = Server::of(serve.stderr(Stdio::piped()), path);
    for _ in 0..3 {
        let code = mint(&server, &key)["short_code"].as_str().unwrap().to_owned();
        assert!(!printed.contains(&code), "{code} was printed");
    }
    server.terminate();
    let (code, log) = server.wait();
    assert_eq!(code, Some(0));
    assert!(log.contains("the database was put back from a copy"), "{log}");
    let (is_sound, detail) = finding(path, "numbers");
    assert!(is_sound && detail.contains("with 1 moves after restores"), "{detail}");
}

#[test]
fn what_was_put_back_together_is_told_to_the_doctor() {
    let directory = directory();
    let path = directory.path();
    assert!(refused(path, &["doctor", "--after-restore"]).contains("start `ezqr serve` first"));
    let server = Server::start(path);
    let key = server.first_key();
    mint(&server, &key);
    assert!(refused(path, &["doctor", "--after-restore"]).contains("another ezqr serves"));
    stop(server);
    let moved = run(path, &["doctor", "--after-restore", "--json"]);
    let moved: Value = serde_json::from_slice(&moved.stdout).unwrap();
    assert_eq!(moved, json!({"next_block": 16_385, "generation": 1}));
    let shared = ["doctor", "--after-restore", "--store", "cql://127.0.0.1:1"];
    assert!(refused(path, &shared).contains("is shared"));
    mint(&Server::start(path), &key);
}

#[test]
fn a_clean_stop_leaves_whole_databases_that_can_be_copied_without_their_logs() {
    let (directory, copy) = (directory(), directory());
    let server = Server::start(directory.path());
    let key = server.first_key();
    let code = mint(&server, &key);
    let client = Client::new(&server.url, &key);
    assert_eq!(client.get("/api/v1/qr-codes?limit=1").unwrap().status, 200);
    stop(server);
    let data = directory.path().join("ezqr-data");
    fs::create_dir(copy.path().join("ezqr-data")).unwrap();
    for name in ["ezqr.db", "scans.db", "pepper"] {
        let log = fs::metadata(data.join(format!("{name}-wal")));
        assert!(log.is_err() || log.is_ok_and(|log| log.len() == 0), "{name} has a log");
        fs::copy(data.join(name), copy.path().join("ezqr-data").join(name)).unwrap();
    }
    fs::write(copy.path().join("greeted"), "").unwrap();
    let server = Server::start(copy.path());
    assert_eq!(Client::new(&server.url, &key).list_all()[0]["id"], code["id"]);
}

#[test]
fn doctor_names_what_is_missing_or_damaged() {
    let directory = directory();
    let path = directory.path();
    let data = path.join("ezqr-data");
    let server = Server::start(path);
    let key = server.first_key();
    let batch = vec![json!({"content_type": "text", "content": "x".repeat(1_000)}); 100];
    for _ in 0..5 {
        let answer = Client::new(&server.url, &key).post("/api/v1/qr-codes/batch", &json!(batch)).unwrap();
        assert_eq!(answer.status, 201);
    }
    for subject in ["files", "numbers", "codes", "scans", "logs", "disk"] {
        let (is_sound, detail) = finding(path, subject);
        assert!(is_sound, "{subject}: {detail}");
    }
    stop(server);
    assert!(doctor(path).0.status.success());

    let codes = fs::read(data.join("ezqr.db")).unwrap();
    let mut damaged = codes.clone();
    let end = damaged.len();
    damaged[end - 40_000..end - 30_000].fill(0xa5);
    fs::write(data.join("ezqr.db"), &damaged).unwrap();
    let (is_sound, detail) = finding(path, "codes");
    assert!(!is_sound && detail.contains("ezqr.db is damaged"), "{detail}");
    fs::write(data.join("ezqr.db"), &codes).unwrap();
    assert!(doctor(path).0.status.success());

    fs::rename(data.join("scans.db"), path.join("scans")).unwrap();
    let (is_sound, detail) = finding(path, "files");
    assert!(!is_sound && detail.contains("missing") && detail.contains("scans.db"), "{detail}");
    fs::rename(path.join("scans"), data.join("scans.db")).unwrap();

    fs::write(data.join("ezqr.db-wal"), "no log").unwrap();
    let (is_sound, detail) = finding(path, "logs");
    assert!(!is_sound && detail.contains("ezqr.db"), "{detail}");
}

#[test]
fn a_database_put_back_beside_the_log_of_another_is_told_with_its_cause() {
    let directory = directory();
    let path = directory.path();
    let data = path.join("ezqr-data");
    let server = Server::start(path);
    let key = server.first_key();
    stop(server);
    fs::copy(data.join("ezqr.db"), path.join("backup")).unwrap();
    let batch = vec![json!({"content_type": "text", "content": "x".repeat(1_000)}); 100];
    let server = Server::start(path);
    let mint_many = |server: &Server| {
        let answer = Client::new(&server.url, &key).post("/api/v1/qr-codes/batch", &json!(batch)).unwrap();
        assert_eq!(answer.status, 201);
    };
    (0..5).for_each(|_| mint_many(&server));
    stop(server);
    let mut server = Server::start(path);
    mint_many(&server);
    server.kill();
    fs::copy(path.join("backup"), data.join("ezqr.db")).unwrap();
    let (is_sound, detail) = finding(path, "codes");
    assert!(!is_sound && detail.contains("remove its -wal and -shm first"), "{detail}");

    for ending in ["-wal", "-shm"] {
        fs::remove_file(data.join(format!("ezqr.db{ending}"))).unwrap();
    }
    fs::copy(path.join("backup"), data.join("ezqr.db")).unwrap();
    let server = Server::start(path);
    mint(&server, &key);
    let (is_sound, detail) = finding(path, "codes");
    assert!(is_sound, "{detail}");
}

#[test]
fn a_setting_that_stops_the_first_start_leaves_the_key_to_the_next() {
    let directory = directory();
    let path = directory.path();
    fs::write(path.join("countries.mmdb"), "no database").unwrap();
    let told = refused(path, &[&SERVE[..], &["--geo-db", "countries.mmdb"]].concat());
    assert!(told.contains("countries.mmdb"), "{told}");
    let server = Server::start(path);
    mint(&server, &server.first_key());
}

#[test]
fn a_first_key_that_cannot_be_printed_is_an_error_and_no_key() {
    let directory = directory();
    let path = directory.path();
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = ezqr(path, &SERVE).stdout(full).stderr(Stdio::piped()).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(
        told.contains("the first API key cannot be printed") && told.contains("ezqr key create"),
        "{told}"
    );
    fs::write(path.join("greeted"), "").unwrap();
    let mut server = Server::start(path);
    assert!(!server.greeting.contains("ezqr_production_"));
    let keys: Value = crate::server::run_json(path, &["key", "list"]);
    assert!(keys.as_array().unwrap().iter().all(|key| !key["revoked_at"].is_null()), "{keys:#}");
    let key = crate::server::run_json(path, &["key", "create", "--name", "mine"]);
    mint(&server, key["secret"].as_str().unwrap());
    server.kill();

    // Later starts have nothing to show, so nobody has to read them.
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let mut child = ezqr(path, &SERVE).stdout(full).stderr(Stdio::null()).spawn().unwrap();
    let alive = (0..100).all(|_| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        child.try_wait().unwrap().is_none()
    });
    let _ = child.kill();
    let _ = child.wait();
    assert!(alive, "it ended");
}
