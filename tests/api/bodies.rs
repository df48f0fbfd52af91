//! Bodies that cannot be read.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Answer, Connection, TestApp};

/// Every route that reads a body.
fn on_every_route(app: &TestApp, media_type: &str, body: &[u8]) -> String {
    let record = app.api.created(&json!({ "content_type": "text", "content": "a" }));
    let path = format!("/api/v1/qr-codes/{}", record["id"].as_str().unwrap());
    let routes = [("POST", "/api/v1/qr-codes"), ("POST", "/api/v1/qr-codes/batch"), ("PATCH", path.as_str())];
    let stored = app.stored();
    let refusals =
        routes.map(|(method, path)| app.api.call(method, path).body(media_type, body).send().refusal());
    assert_eq!(app.stored(), stored);
    assert_eq!(app.api.show(&record).json(), record);
    assert!(refusals.iter().all(|refusal| *refusal == refusals[0]), "{refusals:?}");
    refusals.into_iter().next().unwrap()
}

#[test]
fn a_body_that_is_no_json_is_refused_with_its_place() {
    let app = TestApp::spawn();
    let refusal = |body: &[u8]| on_every_route(&app, "application/json", body);
    assert_snapshot!(refusal(b" "), @"
    400 malformed-body
     The body is empty; JSON is expected.
    ");
    assert_snapshot!(refusal(b"{\"name\": \"a\"\n  \"content\": 1}"), @"
    400 malformed-body
     The body is not the JSON expected: expected `,` or `}` at line 2 column 3.
    ");
    assert_snapshot!(refusal(b"{} {}"), @"
    400 malformed-body
     The body is not the JSON expected: trailing characters at line 1 column 4.
    ");
    assert_snapshot!(refusal(b"{\"name\": \"caf\xe9\"}"), @"
    400 malformed-body
     The body is not UTF-8: byte 13 belongs to no character.
    ");
    // One byte order mark is skipped, as RFC 8259, 8.1 allows.
    assert_snapshot!(refusal(b"\xef\xbb\xbf\xef\xbb\xbf{}"), @"
    400 malformed-body
     The body is not the JSON expected: expected value at line 1 column 1.
    ");
    assert_snapshot!(refusal(b"\xef\xbb\xbf"), @"
    400 malformed-body
     The body is empty; JSON is expected.
    ");
    assert_snapshot!(refusal(br#"{"name": "a", "name": "b"}"#), @r#"
    400 malformed-body
     The body is not the JSON expected: the member "name" is there twice at line 1 column 20.
    "#);
    assert_snapshot!(refusal(br#"{"name": "\ud800"}"#), @"
    400 malformed-body
     The body is not the JSON expected: unexpected end of hex escape at line 1 column 17.
    ");
    assert_snapshot!(refusal(br#"{"name": NaN}"#), @"
    400 malformed-body
     The body is not the JSON expected: expected value at line 1 column 10.
    ");
    assert_snapshot!(refusal(b"name=a"), @"
    400 malformed-body
     The body is not the JSON expected: expected ident at line 1 column 2.
    ");
}

#[test]
fn a_deeply_nested_body_is_refused() {
    let app = TestApp::spawn();
    let nested = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels)).into_bytes();
    assert_snapshot!(on_every_route(&app, "application/json", &nested(33)), @"
    400 malformed-body
     The body is not the JSON expected: more than 32 levels of nesting at line 1 column 33.
    ");
    assert_snapshot!(on_every_route(&app, "application/json", &"[".repeat(1_000_000).into_bytes()), @"
    400 malformed-body
     The body is not the JSON expected: more than 32 levels of nesting at line 1 column 33.
    ");
    let allowed = app.api.call("POST", "/api/v1/qr-codes").body("application/json", nested(32)).send();
    assert_eq!(allowed.refusal(), "422 invalid-request\n must be an object");
}

#[test]
fn a_body_of_too_many_values_is_refused() {
    let app = TestApp::spawn();
    let body = format!("[{}1]", "1,".repeat(100_000));
    assert_snapshot!(on_every_route(&app, "application/json", body.as_bytes()), @"
    400 malformed-body
     The body is not the JSON expected: more than 100000 values at line 1 column 199999.
    ");
}

#[test]
fn an_empty_body_is_refused() {
    let app = TestApp::spawn();
    let send = |length: &str| {
        let request = format!(
            "POST /api/v1/qr-codes HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\n{length}\r\n",
            app.key
        );
        Connection::exchange(app.address, request)
    };
    for length in ["Content-Length: 0\r\n", ""] {
        let answer = send(length);
        assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{answer}");
        assert!(answer.contains("The body is empty; JSON is expected."), "{answer}");
    }
    app.assert_nothing_written();
}

#[test]
fn a_body_that_is_not_declared_as_json_is_refused() {
    let app = TestApp::spawn();
    let refusal = |media_type: &str| on_every_route(&app, media_type, b"{}");
    assert_snapshot!(refusal("text/plain"), @"
    415 unsupported-media-type
     The header Content-Type must be application/json; it is text/plain.
    ");
    assert_snapshot!(refusal("application/x-www-form-urlencoded"), @"
    415 unsupported-media-type
     The header Content-Type must be application/json; it is application/x-www-form-urlencoded.
    ");
    assert_snapshot!(refusal("application/jsonp"), @"
    415 unsupported-media-type
     The header Content-Type must be application/json; it is application/jsonp.
    ");
    assert_snapshot!(refusal("json"), @"
    415 unsupported-media-type
     The header Content-Type must be application/json; it is missing or no media type.
    ");
    let body = json!({ "content_type": "text", "content": "a" }).to_string();
    let create =
        |media_type: &str| app.api.call("POST", "/api/v1/qr-codes").body(media_type, body.clone()).send();
    for media_type in ["application/json; charset=utf-8", "APPLICATION/JSON", "application/vnd.ezqr+json"] {
        assert_eq!(create(media_type).status, 201, "{media_type}");
    }
}

#[test]
fn a_body_over_the_limit_is_refused_before_it_is_read() {
    let app = TestApp::with(&[("http.body_limit_bytes", "2048")]);
    let create = |length: usize| -> Answer {
        let body = json!({ "content_type": "text", "content": "a", "name": "x" }).to_string();
        let padding = " ".repeat(length - body.len());
        app.api.call("POST", "/api/v1/qr-codes").body("application/json", body + &padding).send()
    };
    assert_eq!(create(2_048).status, 201);
    assert_snapshot!(create(2_049).refusal(), @"
    413 body-too-large
     At most 2048 bytes are allowed.
    ");
    let head = format!(
        "POST /api/v1/qr-codes HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\n",
        app.key
    );
    // Declared, and never sent.
    let declared = Connection::exchange(app.address, format!("{head}Content-Length: 99999999999\r\n\r\n"));
    assert!(declared.starts_with("HTTP/1.1 413 Payload Too Large\r\n"), "{declared}");
    // Not declared, and cut off.
    let chunk = format!("400\r\n{}\r\n", " ".repeat(1_024));
    let mut connection = Connection::open(app.address);
    connection.write(format!("{head}Transfer-Encoding: chunked\r\n\r\n{}", chunk.repeat(4)));
    connection.finish();
    let endless = connection.read_to_end();
    assert!(endless.starts_with("HTTP/1.1 413 Payload Too Large\r\n"), "{endless}");
    assert_eq!(app.stored(), (1, 0));
}
