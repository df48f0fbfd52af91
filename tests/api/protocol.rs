//! Paths, methods and bytes that are not what a server expects.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Connection, TestApp};

#[test]
fn an_unknown_path_is_a_problem_for_programs_and_a_page_for_people() {
    let app = TestApp::spawn();
    for path in [
        "/api",
        "/api/v1",
        "/api/v2/qr-codes",
        "/api/v1/qr-codes//",
        "/api/v1/qr-codes/1/2",
        "/qr",
        "/qr/",
        "/qr/a/b",
        "/a/b",
    ] {
        let answer = app.api.get(path).accept("application/problem+json").send();
        let code = if matches!(path, "/api" | "/qr" | "/qr/") { "code-not-found" } else { "route-not-found" };
        assert_eq!((answer.status, answer.problem()["code"].as_str()), (404, Some(code)), "{path}");
    }
    assert_snapshot!(app.visitor.get("/api/v2/qr-codes").send(), @r#"
    404
    cache-control: no-store
    content-type: application/problem+json
    x-request-id: <request id>

    {
      "code": "route-not-found",
      "detail": "No resource has this path.",
      "request_id": "<request id>",
      "status": 404,
      "title": "There is nothing here",
      "type": "/problems/route-not-found"
    }
    "#);
    let page = app.visitor.get("/a/b").accept("text/html").send();
    assert_eq!((page.status, page.header("content-type")), (404, "text/html; charset=utf-8"));
}

#[test]
fn a_slash_too_many_is_the_same_route() {
    let app = TestApp::spawn();
    let record = app.api.created(&json!({ "content_type": "text", "content": "a" }));
    let (id, image) = (record["id"].as_str().unwrap(), record["images"]["svg"].as_str().unwrap());
    let code = format!("/api/v1/qr-codes/{id}");
    for path in [
        "/api/v1/qr-codes",
        &code,
        &format!("{code}/scans"),
        "/api/v1/scans",
        image,
        "/healthz",
        "/openapi.json",
        "/docs",
    ] {
        let (plain, with_slash) = (app.api.get(path).send(), app.api.get(&format!("{path}/")).send());
        assert_eq!((with_slash.status, &with_slash.body), (200, &plain.body), "{path}");
    }
    assert_eq!(app.api.get("/readyz/").send().status, 200);
    let body = json!({ "content_type": "text", "content": "b" });
    assert_eq!(app.api.post("/api/v1/qr-codes/", &body).status, 201);
    assert_eq!(app.api.post("/api/v1/qr-codes/batch/", &json!([body])).status, 201);
    assert_eq!(app.api.call("PATCH", &format!("{code}/")).json(&json!({ "name": "c" })).send().status, 200);
    assert_eq!(app.api.call("DELETE", &format!("{code}/")).send().status, 204);
    assert_eq!(app.api.get("/api/v1/nothing/").send().status, 404);
}

#[test]
fn an_unknown_method_is_told_the_known_ones() {
    let app = TestApp::spawn();
    let cases = [
        ("PUT", "/api/v1/qr-codes", "GET, POST"),
        ("DELETE", "/api/v1/qr-codes", "GET, POST"),
        ("GET", "/api/v1/qr-codes/batch", "POST"),
        ("POST", "/api/v1/qr-codes/01977c1e-4b5a-7000-8a3f-1c2d3e4f5a6b", "DELETE, GET, PATCH"),
        ("PUT", "/qr/01977c1e-4b5a-7000-8a3f-1c2d3e4f5a6b.png", "GET, HEAD"),
        ("POST", "/healthz", "GET, HEAD"),
        ("POST", "/00000000", "GET, HEAD"),
        ("DELETE", "/00000000+", "GET, HEAD"),
    ];
    for (method, path, allowed) in cases {
        let answer = app.api.call(method, path).accept("application/problem+json").send();
        let mut allow: Vec<&str> = answer.header("allow").split(',').map(str::trim).collect();
        allow.sort_unstable();
        assert_eq!((answer.status, allow.join(", ").as_str()), (405, allowed), "{method} {path}");
        assert_eq!(answer.problem()["code"], "method-not-allowed");
        assert_eq!(answer.problem()["detail"], format!("This resource has no {method}; it has {allowed}."));
    }
    assert_snapshot!(app.api.call("PUT", "/api/v1/qr-codes").send().refusal(), @"
    405 method-not-allowed
     This resource has no PUT; it has GET, POST.
    ");
}

#[test]
fn a_path_over_the_limit_is_refused() {
    let app = TestApp::with(&[("http.uri_limit_bytes", "256")]);
    let of = |length: usize| format!("/api/v1/qr-codes?tag={}", "x".repeat(length - 21));
    assert_snapshot!(app.api.get(&of(257)).send().refusal(), @"
    414 uri-too-long
     Path and query have 257 bytes; at most 256 are allowed.
    ");
    assert_eq!(app.api.get(&of(256)).send().status, 400);
    let link = app.visitor.get(&format!("/{}", "x".repeat(256))).accept("application/problem+json").send();
    assert_eq!(link.status, 414);
}

#[test]
fn bytes_that_are_no_http_are_refused_and_the_connection_closed() {
    let app = TestApp::spawn();
    let exchange = |bytes: &[u8]| {
        let answer = Connection::exchange(app.address, bytes);
        answer.split("\r\n").next().unwrap().to_owned()
    };
    let cases: [&[u8]; 9] = [
        b"hello\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost a\r\n\r\n",
        b"GET / HTTP/1.1\r\n: a\r\n\r\n",
        b"POST /api/v1/qr-codes HTTP/1.1\r\nHost: a\r\nContent-Length: ten\r\n\r\n",
        b"POST /api/v1/qr-codes HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST /api/v1/qr-codes HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ];
    for case in cases {
        assert_eq!(exchange(case), "HTTP/1.1 400 Bad Request", "{}", String::from_utf8_lossy(case));
    }
    let headers = format!("GET / HTTP/1.1\r\nHost: a\r\n{}", "X-Long: y\r\n".repeat(200_000));
    let answer = exchange(headers.as_bytes());
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    assert_eq!(app.visitor.get("/healthz").send().status, 200);
}

#[test]
fn a_request_id_is_taken_over_when_it_is_harmless() {
    let app = TestApp::spawn();
    let send = |id: &str| app.api.get("/api/v1/nothing").header("X-Request-Id", id).send();
    assert_eq!(send("trace-1.a_b:c").problem()["request_id"], "trace-1.a_b:c");
    for id in ["<script>", "a b", "", &"x".repeat(65)] {
        let answer = send(id);
        assert_eq!(answer.problem()["request_id"].as_str().unwrap().len(), 36, "{id}");
    }
}
