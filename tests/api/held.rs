//! Connections that are held for nothing, and those that are only slow.

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Connection, TestApp};

const HEALTH: &str = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
const HALF_A_HEAD: &str = "GET /healthz HTTP/1.1\r\nHo";

/// From one answer to the next a connection gets 4 seconds.
fn impatient(more: &[(&str, &str)]) -> TestApp {
    let limits = [
        ("http.header_timeout_seconds", "1"),
        ("http.body_timeout_seconds", "1"),
        ("http.answer_timeout_seconds", "1"),
        ("http.keep_alive_seconds", "1"),
    ];
    TestApp::with(&[&limits, more].concat())
}

#[test]
fn half_a_second_head_after_a_whole_request_is_given_up() {
    let app = impatient(&[]);
    let mut connection = Connection::open(app.address);
    connection.write(HEALTH);
    assert!(connection.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
    connection.write(HALF_A_HEAD);
    connection.read_to_end();
}

#[test]
fn half_a_second_head_in_the_first_packet_is_given_up() {
    let app = impatient(&[]);
    let answer = Connection::exchange(app.address, format!("{HEALTH}{HALF_A_HEAD}"));
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 1, "{answer}");
}

#[test]
fn a_second_head_that_comes_byte_by_byte_is_given_up() {
    let app = impatient(&[]);
    let mut connection = Connection::open(app.address);
    connection.write(format!("{HEALTH}GET /healthz HTTP/1.1\r\nHost: "));
    connection.repeat(b"a", Duration::from_millis(50));
    connection.read_to_end();
}

#[test]
fn a_body_in_chunks_that_nobody_reads_ends_the_connection_soon() {
    let app = TestApp::spawn();
    for request in ["POST /api/v1/qr-codes", "GET /healthz", "GET /openapi.json", "DELETE /no/such/path"] {
        let mut connection = Connection::open(app.address);
        connection.write(format!("{request} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"));
        connection.repeat(b"1\r\na\r\n", Duration::from_millis(20));
        let answer = connection.read_to_end();
        assert!(answer.to_lowercase().contains("\r\nconnection: close\r\n"), "{request}: {answer}");
    }
}

#[test]
fn a_body_in_chunks_that_stops_coming_ends_the_connection_soon() {
    let app = TestApp::spawn();
    let mut connection = Connection::open(app.address);
    connection
        .write("POST /api/v1/qr-codes HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab");
    let answer = connection.read_to_end();
    assert!(answer.starts_with("HTTP/1.1 401 Unauthorized\r\n"), "{answer}");
}

/// A request whose answer is some 100 KiB, again and again.
fn long_answers(times: usize) -> String {
    "GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n".repeat(times)
}

#[test]
fn a_client_that_reads_nothing_is_given_up() {
    let app = TestApp::with(&[("http.write_timeout_seconds", "1")]);
    let mut connection = Connection::open(app.address);
    connection.write_some(&long_answers(400));
    connection.wait_for_the_end();
}

#[test]
fn a_client_that_reads_a_little_at_a_time_is_given_up() {
    let app = TestApp::with(&[
        ("http.least_answer_rate_bytes", "1_048_576"),
        ("http.answer_rate_window_seconds", "1"),
    ]);
    let mut connection = Connection::open_narrow(app.address);
    connection.write(long_answers(40));
    // 100 KiB a second, which all of it would take 40 seconds at.
    let ended = (0..1_000).any(|_| {
        thread::sleep(Duration::from_millis(10));
        connection.read_some(1_024).is_none()
    });
    assert!(ended, "10 seconds later it is still served");
}

#[test]
fn a_slow_client_within_the_rate_gets_its_archive_whole() {
    let app = TestApp::with(&[("http.write_timeout_seconds", "2"), ("http.answer_rate_window_seconds", "1")]);
    let batch = Value::from(vec![json!({ "content_type": "text", "content": "a" }); 100]).to_string();
    let mut connection = Connection::open_narrow(app.address);
    connection.write(format!(
        "POST /api/v1/qr-codes/batch?format=pdf HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nAccept: application/zip\r\nContent-Length: {}\r\n\r\n{batch}",
        app.key,
        batch.len()
    ));
    let head = connection.read_until("\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 201 Created\r\n"), "{head}");
    let mut archive = Vec::new();
    while !archive.ends_with(b"\r\n0\r\n\r\n") {
        thread::sleep(Duration::from_millis(20));
        archive.extend(connection.read_some(1_024).expect("it is sent to its end"));
    }
    assert!(archive.len() > 100_000, "{} bytes are no archive to wait for", archive.len());
}

#[test]
fn a_client_that_asks_now_and_then_is_served_for_ever() {
    let app = impatient(&[]);
    let record = app
        .api
        .created(&json!({ "content_type": "url", "content": "https://example.com/", "dynamic": true }));
    let path = record["short_link"].as_str().unwrap().rsplit('/').next().unwrap();
    let mut connection = Connection::open(app.address);
    for _ in 0..12 {
        connection.write(format!("GET /{path} HTTP/1.1\r\nHost: a\r\n\r\n"));
        assert!(connection.read_until("\r\n\r\n").starts_with("HTTP/1.1 302 Found\r\n"));
        thread::sleep(Duration::from_millis(500));
    }
}

/// 16 connections, of which a network gets 4.
const FEW: [(&str, &str); 2] = [("http.connections_per_worker", "8"), ("http.network_share_percent", "25")];

fn is_served(connection: &mut Connection) -> bool {
    connection.write(HEALTH);
    connection.read_some(16).is_some()
}

#[test]
fn one_network_with_all_its_connections_leaves_others_theirs() {
    let app = TestApp::with(&FEW);
    let sources = ["127.0.9.1", "127.0.9.2", "127.0.9.1", "127.0.9.255"];
    let mut held = sources.map(|source| Connection::open_from(source, app.address));
    for connection in &mut held {
        assert!(is_served(connection));
    }
    for source in ["127.0.9.1", "127.0.9.3"] {
        assert!(!is_served(&mut Connection::open_from(source, app.address)), "{source}");
    }
    assert_eq!(app.visitor.get("/healthz").send().status, 200);
    drop(held);
    let is_free = (0..200).any(|_| {
        thread::sleep(Duration::from_millis(20));
        is_served(&mut Connection::open_from("127.0.9.1", app.address))
    });
    assert!(is_free, "what was given back is not given out again");
}

#[test]
fn a_front_may_have_all_connections() {
    let app = TestApp::with(&[FEW[0], FEW[1], ("http.trusted_networks", "127.0.9.0/24")]);
    let mut held: Vec<_> = (0..12).map(|_| Connection::open_from("127.0.9.1", app.address)).collect();
    assert!(held.iter_mut().all(is_served));
}

#[test]
fn an_archive_that_nobody_reads_is_given_up_and_another_drawn() {
    let app = TestApp::with(&[("http.write_timeout_seconds", "1"), ("rendering.batches", "1")]);
    let batch = Value::from(vec![json!({ "content_type": "text", "content": "a" }); 100]);
    let text = batch.to_string();
    let mut silent = Connection::open_narrow(app.address);
    silent.write(format!(
        "POST /api/v1/qr-codes/batch?format=pdf HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nAccept: application/zip\r\nContent-Length: {}\r\n\r\n{text}",
        app.key,
        text.len()
    ));
    assert!(silent.read_exactly(12).ends_with("201"));
    // It waits for the place, which the silent client loses with its connection.
    let another =
        app.api.call("POST", "/api/v1/qr-codes/batch").accept("application/zip").json(&batch).send();
    assert_eq!(another.status, 201);
    silent.wait_for_the_end();
}
