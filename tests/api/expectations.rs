//! Bodies that wait for `100 Continue`, bodies that nobody reads, and bodies that are broken.

use serde_json::json;

use crate::support::{Connection, TestApp};

const CONTINUE: &str = "HTTP/1.1 100 Continue\r\n\r\n";

/// The head of a request whose client waits to be invited.
fn head(request: &str, headers: &str) -> String {
    format!("{request} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n{headers}\r\n")
}

#[test]
fn a_body_is_invited_when_the_key_has_been_looked_at() {
    let app = TestApp::spawn();
    let body = json!({ "content_type": "text", "content": "a" }).to_string();
    let headers = format!(
        "Authorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
        app.key,
        body.len()
    );
    let mut connection = Connection::open(app.address);
    for _ in 0..2 {
        connection.write(head("POST /api/v1/qr-codes", &headers));
        assert_eq!(connection.read_exactly(CONTINUE.len()), CONTINUE);
        connection.write(&body);
        let answer = connection.read_until("\r\n\r\n");
        assert!(answer.starts_with("HTTP/1.1 201 Created\r\n"), "{answer}");
        connection.read_until("}");
        // What is left of the record.
        let left = connection.read_some(65_536).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        assert!(left.is_some_and(|left| left.ends_with('}')));
    }
    assert_eq!(app.stored(), (2, 0));
}

#[test]
fn a_body_in_chunks_is_invited_too_and_may_come_uninvited() {
    let app = TestApp::spawn();
    let body = json!({ "content_type": "text", "content": "a" }).to_string();
    let headers = format!(
        "Authorization: Bearer {}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n",
        app.key
    );
    let chunks = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let answer = Connection::exchange(app.address, head("POST /api/v1/qr-codes", &headers) + &chunks);
    assert!(answer.contains("HTTP/1.1 201 Created\r\n"), "{answer}");
    assert_eq!(app.stored(), (1, 0));
}

#[test]
fn a_body_is_not_invited_to_be_refused() {
    let app = TestApp::with(&[("http.body_limit_bytes", "1_024")]);
    let key = format!("Authorization: Bearer {}\r\n", app.key);
    let json = "Content-Type: application/json\r\n";
    let create = "POST /api/v1/qr-codes";
    let cases = [
        (create, format!("{json}Content-Length: 100\r\n"), "401"),
        (
            create,
            format!("Authorization: Bearer ezqr_production_none\r\n{json}Transfer-Encoding: chunked\r\n"),
            "401",
        ),
        (create, format!("{key}Content-Type: text/plain\r\nContent-Length: 100\r\n"), "415"),
        (create, format!("{key}{json}Content-Length: 2000\r\n"), "413"),
        (create, format!("{key}{json}Accept: text/css\r\nContent-Length: 100\r\n"), "406"),
        ("POST /api/v1/qr-codes/batch?x=1", format!("{key}{json}Content-Length: 100\r\n"), "400"),
        ("PUT /api/v1/qr-codes", format!("{key}{json}Content-Length: 100\r\n"), "405"),
        ("POST /api/v1/nothing", format!("{key}{json}Content-Length: 100\r\n"), "404"),
        ("GET /healthz", "Content-Length: 100\r\n".to_owned(), "200"),
    ];
    for (request, headers, status) in cases {
        let answer = Connection::exchange(app.address, head(request, &headers));
        assert_eq!(answer.split(' ').nth(1), Some(status), "{request}: {answer}");
        assert!(answer.to_lowercase().contains("\r\nconnection: close\r\n"), "{request}: {answer}");
        assert!(!answer.contains("100 Continue"), "{request}: {answer}");
    }
    app.assert_nothing_written();
}

#[test]
fn a_request_without_a_body_is_answered_whatever_it_expects() {
    let app = TestApp::spawn();
    let mut connection = Connection::open(app.address);
    for _ in 0..2 {
        connection.write(head("GET /healthz", ""));
        assert!(connection.read_until("}").starts_with("HTTP/1.1 200 OK\r\n"));
    }
}

#[test]
fn a_connection_outlives_a_refusal_whose_body_was_read_or_was_none() {
    let app = TestApp::spawn();
    let mut connection = Connection::open(app.address);
    let key = format!("Authorization: Bearer {}\r\nContent-Type: application/json\r\n", app.key);
    for (request, status) in [
        ("GET /api/v1/qr-codes HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), "401"),
        (format!("POST /api/v1/qr-codes HTTP/1.1\r\nHost: a\r\n{key}Content-Length: 2\r\n\r\n{{}}"), "422"),
        (
            format!(
                "POST /api/v1/qr-codes HTTP/1.1\r\nHost: a\r\n{key}Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"
            ),
            "400",
        ),
        ("DELETE /api/v1/nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".to_owned(), "404"),
    ] {
        connection.write(request);
        let head = connection.read_until("\r\n\r\n");
        assert_eq!(head.split(' ').nth(1), Some(status), "{head}");
        let length = head
            .to_lowercase()
            .split("content-length: ")
            .nth(1)
            .unwrap()
            .split("\r\n")
            .next()
            .unwrap()
            .to_owned();
        connection.read_exactly(length.parse().unwrap());
    }
}

#[test]
fn a_request_with_two_keys_is_refused() {
    let app = TestApp::spawn();
    let keys = [app.key.as_str(), "ezqr_production_none"];
    for (first, second) in [(keys[0], keys[0]), (keys[0], keys[1]), (keys[1], keys[0])] {
        let answer = Connection::exchange(
            app.address,
            format!(
                "GET /api/v1/qr-codes HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {first}\r\n\
                 Authorization: Bearer {second}\r\nConnection: close\r\n\r\n"
            ),
        );
        assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{answer}");
        assert!(answer.contains("\"code\":\"bad-request\"") && answer.contains("Authorization"), "{answer}");
    }
}

#[test]
fn broken_chunks_are_refused() {
    let app = TestApp::spawn();
    let cases = [
        "zz\r\nab\r\n0\r\n\r\n",
        "5\r\nab",
        "2\r\nabc\r\n0\r\n\r\n",
        "fffffffffffffffff\r\nab\r\n",
        "-1\r\n\r\n",
    ];
    for chunks in cases {
        for authorization in [String::new(), format!("Authorization: Bearer {}\r\n", app.key)] {
            let mut connection = Connection::open(app.address);
            connection.write(format!(
                "POST /api/v1/qr-codes HTTP/1.1\r\nHost: a\r\n{authorization}Content-Type: application/json\r\n\
                 Transfer-Encoding: chunked\r\n\r\n{chunks}"
            ));
            connection.finish();
            let answer = connection.read_to_end();
            let expected = if authorization.is_empty() { ["401", "400"] } else { ["400", "400"] };
            let status = answer.split(' ').nth(1).unwrap_or_default();
            assert!(expected.contains(&status), "{chunks:?}: {answer:?}");
        }
    }
    app.assert_nothing_written();
}

#[test]
fn chunks_that_break_after_they_were_invited_are_refused() {
    let app = TestApp::spawn();
    let headers = format!(
        "Authorization: Bearer {}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n",
        app.key
    );
    let mut connection = Connection::open(app.address);
    connection.write(head("POST /api/v1/qr-codes", &headers));
    assert_eq!(connection.read_exactly(CONTINUE.len()), CONTINUE);
    connection.write("zz\r\nab\r\n");
    let answer = connection.read_answer();
    assert_eq!((answer.status, &answer.problem()["code"]), (400, &json!("bad-request")));
}
