//! `POST /api/v1/qr-codes`.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Connection, TestApp, decoded_png, decoded_svg};

#[test]
fn a_dynamic_code_with_every_field_is_answered_whole() {
    let app = TestApp::spawn();
    let answer = app.api.create(&json!({
        "name": "Customer 4471",
        "content_type": "url",
        "content": "https://app.example.com/c/4471",
        "target_url": "https://app.example.com/welcome?c=4471",
        "tags": ["spring", "vip"],
        "metadata": { "order": 4471, "nested": { "a": [1, 2] } },
        "external_id": "crm-4471",
        "error_correction": "Q",
        "expires_at": "2101-01-01T00:00:00+02:00",
        "alias": "Customer-4471",
    }));
    assert_snapshot!(answer, @r#"
    201
    cache-control: no-store
    content-type: application/json
    etag: "1"
    location: /api/v1/qr-codes/<id>
    ratelimit: "key";r=99;t=1
    ratelimit-policy: "key";q=100;w=60
    x-content-type-options: nosniff
    x-ratelimit-limit: 100
    x-ratelimit-remaining: 99
    x-ratelimit-reset: 4113082922
    x-request-id: <request id>

    {
      "content": "https://app.example.com/c/4471",
      "content_type": "url",
      "created_at": "2100-05-04T03:02:01.000Z",
      "dynamic": true,
      "environment": "production",
      "error_correction": "Q",
      "expires_at": "2100-12-31T22:00:00.000Z",
      "external_id": "crm-4471",
      "id": "<id>",
      "images": {
        "pdf": "http://127.0.0.1:<port>/qr/<id>.pdf",
        "png": "http://127.0.0.1:<port>/qr/<id>.png",
        "svg": "http://127.0.0.1:<port>/qr/<id>.svg"
      },
      "metadata": {
        "nested": {
          "a": [
            1,
            2
          ]
        },
        "order": 4471
      },
      "name": "Customer 4471",
      "scan_count": 0,
      "short_code": "customer-4471",
      "short_link": "http://127.0.0.1:<port>/customer-4471",
      "status": "active",
      "tags": [
        "spring",
        "vip"
      ],
      "target_url": "https://app.example.com/welcome?c=4471",
      "updated_at": "2100-05-04T03:02:01.000Z",
      "version": 1
    }
    "#);
    let shown = app.api.show(&answer.json());
    assert_eq!(shown.json(), answer.json());
    assert_eq!(app.stored(), (1, 1));
}

#[test]
fn a_static_code_has_no_link() {
    let app = TestApp::spawn();
    let answer = app.api.create(&json!({ "content_type": "text", "content": "Order 4471" }));
    assert_snapshot!(answer, @r#"
    201
    cache-control: no-store
    content-type: application/json
    etag: "1"
    location: /api/v1/qr-codes/<id>
    ratelimit: "key";r=99;t=1
    ratelimit-policy: "key";q=100;w=60
    x-content-type-options: nosniff
    x-ratelimit-limit: 100
    x-ratelimit-remaining: 99
    x-ratelimit-reset: 4113082922
    x-request-id: <request id>

    {
      "content": "Order 4471",
      "content_type": "text",
      "created_at": "2100-05-04T03:02:01.000Z",
      "dynamic": false,
      "environment": "production",
      "error_correction": "M",
      "expires_at": null,
      "external_id": null,
      "id": "<id>",
      "images": {
        "pdf": "http://127.0.0.1:<port>/qr/<id>.pdf",
        "png": "http://127.0.0.1:<port>/qr/<id>.png",
        "svg": "http://127.0.0.1:<port>/qr/<id>.svg"
      },
      "metadata": {},
      "name": null,
      "scan_count": 0,
      "short_code": null,
      "short_link": null,
      "status": "active",
      "tags": [],
      "target_url": null,
      "updated_at": "2100-05-04T03:02:01.000Z",
      "version": 1
    }
    "#);
}

#[test]
fn a_dynamic_code_without_target_leads_to_its_content() {
    let app = TestApp::spawn();
    let record = app.api.created(&json!({
        "content_type": "url",
        "content": "https://app.example.com/c/4471",
        "dynamic": true,
    }));
    assert_eq!(record["target_url"], "https://app.example.com/c/4471");
    let link = app.visitor.get(record["short_link"].as_str().unwrap()).send();
    assert_eq!((link.status, link.header("location")), (302, "https://app.example.com/c/4471"));
}

/// The request of the specification: allowed where r.ezqr.io is somebody else's.
fn customer() -> serde_json::Value {
    json!({
        "name": "Customer 4471",
        "content_type": "url",
        "content": "https://app.example.com/c/4471",
        "target_url": "https://r.ezqr.io/abc123",
    })
}

#[test]
fn a_target_on_a_foreign_link_host_is_accepted() {
    let app = TestApp::spawn();
    let record = app.api.created(&customer());
    assert_eq!(record["target_url"], "https://r.ezqr.io/abc123");
}

#[test]
fn a_target_on_the_own_link_host_is_a_loop() {
    let app = TestApp::with(&[("links.link_url", "https://r.ezqr.io")]);
    assert_snapshot!(app.api.create(&customer()), @r#"
    422
    cache-control: no-store
    content-type: application/problem+json
    ratelimit: "key";r=99;t=1
    ratelimit-policy: "key";q=100;w=60
    x-ratelimit-limit: 100
    x-ratelimit-remaining: 99
    x-ratelimit-reset: 4113082922
    x-request-id: <request id>

    {
      "code": "redirect-loop",
      "detail": "/target_url leads back to https://r.ezqr.io, which is this service; target_url is where a scan shall end up. For a code that holds a short link and leads to its content, leave target_url out and send \"dynamic\": true.",
      "errors": [
        {
          "detail": "leads back to https://r.ezqr.io, which is this service; target_url is where a scan shall end up. For a code that holds a short link and leads to its content, leave target_url out and send \"dynamic\": true",
          "pointer": "/target_url"
        }
      ],
      "request_id": "<request id>",
      "status": 422,
      "title": "The destination leads back to this service",
      "type": "/problems/redirect-loop"
    }
    "#);
    app.assert_nothing_written();
}

#[test]
fn a_target_on_a_former_link_host_is_a_loop() {
    let app = TestApp::with(&[("links.link_url", "https://r.ezqr.io")]);
    let app = app.restarted(&[("links.link_url", "https://q.example.com")]);
    assert_eq!(app.api.create(&customer()).status, 422);
    app.assert_nothing_written();
}

#[test]
fn a_target_where_short_links_are_answered_is_a_loop_by_whatever_name() {
    let app = TestApp::with(&[
        ("links.link_url", "https://r.example.com"),
        ("links.public_url", "https://api.example.com"),
    ]);
    let leading = |host: &str| json!({ "content_type": "url", "content": "https://example.com/", "target_url": format!("{host}/a") });
    let refused = app.api.create(&leading("https://api.example.com"));
    assert!(refused.refusal().starts_with("422 redirect-loop\n/target_url "), "{}", refused.refusal());
    app.assert_nothing_written();
    let code = app.api.created(&leading("https://www.example.com"));
    let patch = json!({ "target_url": "http://api.example.com./a" });
    let address = format!("/api/v1/qr-codes/{}", code["id"].as_str().unwrap());
    assert_eq!(app.api.call("PATCH", &address).json(&patch).send().status, 422);

    // Without settings short links are on the own machine.
    let app = TestApp::spawn();
    let port = app.address.port();
    for host in ["localhost", "127.1.2.3", "[::1]", "[::ffff:127.0.0.1]"] {
        assert_eq!(app.api.create(&leading(&format!("http://{host}:{port}"))).status, 422, "{host}");
    }
    app.assert_nothing_written();
    app.api.created(&leading(&format!("http://localhost:{}", port ^ 1)));
}

#[test]
fn a_code_keeps_the_link_base_it_was_minted_with() {
    let app = TestApp::with(&[("links.link_url", "https://r.ezqr.io")]);
    let body = json!({ "content_type": "url", "content": "https://example.com/", "dynamic": true });
    let old = app.api.created(&body);
    let app = app.restarted(&[("links.link_url", "https://q.example.com")]);
    let new = app.api.created(&body);
    assert!(new["short_link"].as_str().unwrap().starts_with("https://q.example.com/"), "{new:#}");
    assert_eq!(app.api.show(&old).json()["short_link"], old["short_link"]);
}

#[test]
fn an_image_is_answered_when_it_is_asked_for() {
    let app = TestApp::spawn();
    let create = |accept: &str| {
        let body = json!({ "content_type": "text", "content": "Order 4471" });
        app.api.call("POST", "/api/v1/qr-codes").accept(accept).json(&body).send()
    };
    let png = create("image/png");
    assert_snapshot!(png, @r#"
    201
    cache-control: no-store
    content-type: image/png
    location: /api/v1/qr-codes/<id>
    ratelimit: "key";r=99;t=1
    ratelimit-policy: "key";q=100;w=60
    x-content-type-options: nosniff
    x-ratelimit-limit: 100
    x-ratelimit-remaining: 99
    x-ratelimit-reset: 4113082922
    x-request-id: <request id>

    383 bytes
    "#);
    assert_eq!(decoded_png(&png.body), "Order 4471");
    let record = app.api.get(png.header("location")).send().json();
    assert_eq!(record["content"], "Order 4471");

    let svg = create("image/svg+xml");
    assert_eq!((svg.status, svg.header("content-type")), (201, "image/svg+xml"));
    assert_eq!(decoded_svg(&svg.body), "Order 4471");
    let pdf = create("application/pdf");
    assert_eq!((pdf.status, pdf.header("content-type")), (201, "application/pdf"));
    assert!(pdf.body.starts_with(b"%PDF-"));
    assert_eq!(create("*/*").header("content-type"), "application/json");
    assert_eq!(app.stored(), (4, 0));
}

#[test]
fn an_answer_nobody_can_give_is_refused_before_anything_is_written() {
    let app = TestApp::spawn();
    let body = json!({ "content_type": "text", "content": "Order 4471" });
    let answer = app.api.call("POST", "/api/v1/qr-codes").accept("text/html").json(&body).send();
    assert_snapshot!(answer.refusal(), @"
    406 not-acceptable
     A new code is answered as application/json, image/png, image/svg+xml or application/pdf.
    ");
    app.assert_nothing_written();
}

#[test]
fn an_image_nobody_draws_is_refused_before_anything_is_written() {
    let app = TestApp::spawn();
    let body = json!({ "content_type": "text", "content": "Order 4471" });
    let create = |query: &str| {
        let call = app.api.call("POST", &format!("/api/v1/qr-codes?{query}"));
        call.accept("image/png").json(&body).send().refusal()
    };
    assert_snapshot!(create("scale=1000"), @"
    422 image-too-large
     The image would have 841000000 pixels; at most 16000000 are allowed.
    ");
    assert_snapshot!(create("scale=0&colour=red"), @"
    400 invalid-parameter
    scale is 1 to 1000 pixels a module, not 0
    colour is not a parameter of images; they have scale, size, margin, dark, light, size_mm, dpi, eci
    ");
    app.assert_nothing_written();
}

#[test]
fn a_body_in_chunks_is_read_as_one() {
    let app = TestApp::spawn();
    let body = json!({ "content_type": "text", "content": "chunk by chunk" }).to_string();
    let (first, second) = body.split_at(7);
    let request = format!(
        "POST /api/v1/qr-codes HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n\
         7\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\n\r\n",
        app.key,
        second.len()
    );
    let answer = Connection::exchange(app.address, request);
    assert!(answer.starts_with("HTTP/1.1 201 Created\r\n"), "{answer}");
    assert_eq!(app.stored(), (1, 0));
}
