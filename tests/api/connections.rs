//! Clients that are slow, silent, impatient or many.

use std::thread;

use serde_json::json;

use crate::support::{Connection, TestApp};

#[test]
fn a_body_that_stops_arriving_is_given_up() {
    let app = TestApp::with(&[("http.body_timeout_seconds", "1")]);
    let mut connection = Connection::open(app.address);
    connection.write(format!(
        "POST /api/v1/qr-codes HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{\"content_type\":",
        app.key
    ));
    let answer = connection.read_to_end();
    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
    assert!(answer.contains("\"code\":\"request-timeout\""), "{answer}");
    app.assert_nothing_written();
}

#[test]
fn headers_that_stop_arriving_are_given_up() {
    let app = TestApp::with(&[("http.header_timeout_seconds", "1")]);
    let mut connection = Connection::open(app.address);
    connection.write("GET /healthz HTTP/1.1\r\nHost:");
    let answer = connection.read_to_end();
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
}

#[test]
fn a_body_that_is_cut_off_is_refused() {
    let app = TestApp::spawn();
    let mut connection = Connection::open(app.address);
    connection.write(format!(
        "POST /api/v1/qr-codes HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{\"content_type\":",
        app.key
    ));
    connection.finish();
    let answer = connection.read_to_end();
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{answer}");
    app.assert_nothing_written();
}

#[test]
fn requests_in_one_go_are_answered_in_their_order() {
    let app = TestApp::spawn();
    let body = json!({ "content_type": "text", "content": "a" }).to_string();
    let head = format!("Host: a\r\nAuthorization: Bearer {}\r\n", app.key);
    let create = format!(
        "POST /api/v1/qr-codes HTTP/1.1\r\n{head}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let (health, last) = (
        "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /none HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    );
    let answer = Connection::exchange(app.address, format!("{create}{health}{create}{last}"));
    let statuses: Vec<&str> = answer.split("HTTP/1.1 ").skip(1).map(|answer| &answer[..3]).collect();
    assert_eq!(statuses, ["201", "200", "201", "404"]);
    assert_eq!(app.stored(), (2, 0));
}

#[test]
fn clients_that_never_read_hold_up_nobody() {
    let app = TestApp::spawn();
    let record = app.api.created(&json!({ "content_type": "text", "content": "a" }));
    let image = record["images"]["svg"].as_str().unwrap().split_once("/qr/").unwrap().1;
    let request = format!("GET /qr/{image} HTTP/1.1\r\nHost: a\r\n\r\n").repeat(200);
    let silent: Vec<Connection> = (0..20)
        .map(|_| {
            let mut connection = Connection::open(app.address);
            connection.write_some(&request);
            connection
        })
        .collect();
    for _ in 0..20 {
        assert_eq!(app.visitor.get("/healthz").send().status, 200);
    }
    assert_eq!(app.api.show(&record).status, 200);
    drop(silent);
}

#[test]
fn many_clients_at_once_are_all_served() {
    let app = TestApp::spawn();
    let idle: Vec<Connection> = (0..300).map(|_| Connection::open(app.address)).collect();
    thread::scope(|scope| {
        let minting: Vec<_> = (0..8)
            .map(|client| {
                let app = (app.address, &app.key);
                scope.spawn(move || {
                    let api = crate::support::Client::new(app.0, Some(app.1));
                    (0..8)
                        .map(|number| {
                            let target = format!("https://example.com/{client}/{number}");
                            let record = api.created(
                                &json!({ "content_type": "text", "content": "a", "target_url": target }),
                            );
                            let answer = api.get(record["short_link"].as_str().unwrap()).send();
                            assert_eq!(answer.header("location"), target);
                        })
                        .count()
                })
            })
            .collect();
        let minted: usize = minting.into_iter().map(|client| client.join().unwrap()).sum();
        assert_eq!(minted, 64);
    });
    drop(idle);
    assert_eq!(app.stored(), (64, 0));
}
