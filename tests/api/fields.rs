//! Fields of a new code that are not allowed.

use insta::assert_snapshot;
use serde_json::{Map, Value, json};

use crate::support::TestApp;

/// A good body with other fields laid over it.
fn with(fields: &Value) -> Value {
    let mut body = json!({ "content_type": "url", "content": "https://example.com/", "dynamic": true });
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    body
}

#[test]
fn every_fault_of_a_body_is_named_at_once() {
    let app = TestApp::spawn();
    assert_snapshot!(app.api.create(&json!({
        "name": "a\r\nb", "content_type": "wifi", "content": { "password": "secret-1", "SSID": "a" },
        "target_url": "file:///etc/passwd", "dynamic": "yes", "tags": ["fine", 5, ""], "metadata": [],
        "external_id": "", "error_correction": "X", "expires_at": "tomorrow", "alias": "qr-", "colour": "red", "a/b~c": 1,
    })), @r#"
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
      "code": "invalid-request",
      "detail": "14 faults were found; errors names each.",
      "errors": [
        {
          "detail": "must not hold control characters",
          "pointer": "/name"
        },
        {
          "detail": "is required",
          "pointer": "/content/ssid"
        },
        {
          "detail": "is not a field of this object; its fields are ssid, security, password, hidden",
          "pointer": "/content/SSID"
        },
        {
          "detail": "must be true or false",
          "pointer": "/dynamic"
        },
        {
          "detail": "has the scheme file; only http and https are allowed",
          "pointer": "/target_url"
        },
        {
          "detail": "must be a string",
          "pointer": "/tags/1"
        },
        {
          "detail": "must not be empty",
          "pointer": "/tags/2"
        },
        {
          "detail": "must be an object",
          "pointer": "/metadata"
        },
        {
          "detail": "must not be empty",
          "pointer": "/external_id"
        },
        {
          "detail": "must be one of L, M, Q, H",
          "pointer": "/error_correction"
        },
        {
          "detail": "must be an RFC 3339 instant between 1970 and 9999, such as 2030-01-31T12:00:00Z",
          "pointer": "/expires_at"
        },
        {
          "detail": "may hold a-z, 0-9 and hyphens, and begins and ends with a letter or digit",
          "pointer": "/alias"
        },
        {
          "detail": "is not a field of this object; its fields are name, content_type, content, target_url, dynamic, tags, metadata, external_id, error_correction, expires_at, alias",
          "pointer": "/a~1b~0c"
        },
        {
          "detail": "is not a field of this object; its fields are name, content_type, content, target_url, dynamic, tags, metadata, external_id, error_correction, expires_at, alias",
          "pointer": "/colour"
        }
      ],
      "request_id": "<request id>",
      "status": 422,
      "title": "The request is not valid",
      "type": "/problems/invalid-request"
    }
    "#);
    assert_snapshot!(app.api.create(&json!({})).refusal(), @"
    422 invalid-request
    /content_type is required
    /content is required
    ");
    app.assert_nothing_written();
}

#[test]
fn the_bounds_of_each_field_are_told() {
    let app = TestApp::spawn();
    let refusal = |fields: Value| app.api.create(&with(&fields)).refusal();
    assert_snapshot!(refusal(json!({ "name": "é".repeat(201) })), @"
    422 invalid-request
    /name must have at most 200 characters, has 201
    ");
    assert_snapshot!(refusal(json!({ "external_id": "é".repeat(128) })), @"
    422 invalid-request
    /external_id must have at most 255 bytes, has 256
    ");
    assert_snapshot!(refusal(json!({ "tags": vec!["a"; 21] })), @"
    422 invalid-request
    /tags must be at most 20 tags, are 21
    ");
    assert_snapshot!(refusal(json!({ "tags": ["é".repeat(65)] })), @"
    422 invalid-request
    /tags/0 must have at most 64 characters, has 65
    ");
    let keys: Map<String, Value> = (0..51).map(|key| (key.to_string(), json!(1))).collect();
    assert_snapshot!(refusal(json!({ "metadata": keys })), @"
    422 invalid-request
    /metadata must have at most 50 keys, has 51
    ");
    assert_snapshot!(refusal(json!({ "metadata": { "k": "x".repeat(4_096) } })), @"
    422 invalid-request
    /metadata must have at most 4096 bytes as JSON, has 4104
    ");
    assert_snapshot!(refusal(json!({ "target_url": format!("https://example.com/{}", "x".repeat(2_029)) })), @"
    422 invalid-request
    /target_url is 2049 bytes long; at most 2048 are allowed
    ");
    app.assert_nothing_written();
    let largest = json!({
        "name": "é".repeat(200), "external_id": "x".repeat(255), "metadata": { "k": "x".repeat(4_088) },
        "tags": (0..20).map(|number| format!("{number:é>64}")).collect::<Vec<_>>(),
        "target_url": format!("https://example.com/{}", "x".repeat(2_028)),
    });
    assert_eq!(app.api.create(&with(&largest)).status, 201);
}

#[test]
fn content_that_fits_no_symbol_is_told_with_both_lengths_and_the_level() {
    let app = TestApp::spawn();
    let create = |level: &str, content: String| {
        app.api.create(&json!({ "content_type": "text", "content": content, "error_correction": level }))
    };
    // What a version 40 symbol holds in byte mode (ISO/IEC 18004:2015, table 7).
    for (level, most) in [("L", 2_953), ("M", 2_331), ("Q", 1_663), ("H", 1_273)] {
        let refused = create(level, "x".repeat(most + 1)).refusal();
        let detail = if level == "L" {
            "is 2954 bytes long as encoded; a code holds at most 2953".to_owned()
        } else {
            format!(
                "has {} bytes as encoded; a QR code of error-correction level {level} holds at most {most}",
                most + 1
            )
        };
        assert_eq!(refused, format!("422 content-too-long\n/content {detail}"));
        app.assert_nothing_written();
    }
    for (level, most) in [("L", 2_953), ("H", 1_273)] {
        let answer = create(level, "x".repeat(most));
        assert_eq!(answer.status, 201, "{level}");
        assert_eq!(app.visitor.get(answer.json()["images"]["svg"].as_str().unwrap()).send().status, 200);
    }
}

#[test]
fn destinations_other_than_http_are_refused() {
    let app = TestApp::spawn();
    let scheme = |scheme: &str| format!("has the scheme {scheme}; only http and https are allowed");
    let absolute = "must be absolute and begin with http:// or https://";
    let control = "must not contain control characters such as line breaks and tabs";
    let cases = [
        ("javascript:alert(1)", scheme("javascript")),
        ("JavaScript:alert(1)", scheme("javascript")),
        ("data:text/html,<script>alert(1)</script>", scheme("data")),
        ("file:///etc/passwd", scheme("file")),
        ("ftp://example.com", scheme("ftp")),
        ("example.com/a", absolute.to_owned()),
        ("//example.com/a", absolute.to_owned()),
        ("example.com:8080/a", absolute.to_owned()),
        ("/a", absolute.to_owned()),
        ("https:example.com", "must name a host after http:// or https://".to_owned()),
        ("https://", "must name a host after http:// or https://".to_owned()),
        ("https://a b/", "is not a valid URL: invalid international domain name".to_owned()),
        ("https://example.com:99999/", "is not a valid URL: invalid port number".to_owned()),
        ("https://example.com/\r\nSet-Cookie: a=b", control.to_owned()),
        ("https://example.com/\na", control.to_owned()),
        ("java\tscript:alert(1)", control.to_owned()),
        (" https://example.com", "must not begin or end with white space".to_owned()),
        ("", "must not be empty".to_owned()),
    ];
    for (target, rule) in &cases {
        let refusal = app.api.create(&with(&json!({ "target_url": target }))).refusal();
        assert_eq!(refusal, format!("422 invalid-request\n/target_url {rule}"), "{target:?}");
    }
    for content in ["javascript:alert(1)", "data:,a", "file:///a", "example.com"] {
        let body = json!({ "content_type": "url", "content": content, "dynamic": true });
        let refusal = app.api.create(&body).refusal();
        assert!(refusal.starts_with("422 invalid-request\n/content "), "{refusal}");
    }
    app.assert_nothing_written();
}

#[test]
fn line_breaks_are_refused_in_everything_that_is_one_line() {
    let app = TestApp::spawn();
    let trap = "a\r\nSet-Cookie: b=c";
    for (fields, pointer) in [
        (json!({ "name": trap }), "/name"),
        (json!({ "external_id": trap }), "/external_id"),
        (json!({ "tags": [trap] }), "/tags/0"),
        (json!({ "alias": trap }), "/alias"),
        (json!({ "target_url": format!("https://example.com/{trap}") }), "/target_url"),
        (json!({ "expires_at": trap }), "/expires_at"),
        (json!({ "content": format!("https://example.com/{trap}") }), "/content"),
    ] {
        let refusal = app.api.create(&with(&fields)).refusal();
        assert!(refusal.starts_with(&format!("422 invalid-request\n{pointer} ")), "{refusal}");
    }
    app.assert_nothing_written();
}

#[test]
fn a_code_cannot_expire_in_the_past() {
    let app = TestApp::spawn();
    let refusal = |instant: &str| app.api.create(&with(&json!({ "expires_at": instant }))).refusal();
    let past = "422 invalid-request\n/expires_at must be in the future";
    assert_eq!(refusal("2020-01-01T00:00:00Z"), past);
    assert_eq!(refusal("2100-05-04T03:02:01.000Z"), past);
    assert_eq!(refusal("2100-05-04T05:02:01+02:00"), past);
    let form = "422 invalid-request\n/expires_at must be an RFC 3339 instant between 1970 and 9999, such as 2030-01-31T12:00:00Z";
    for instant in
        ["2101-01-01", "2101-01-01T00:00:00", "4113082922", "2101-02-30T00:00:00Z", "10000-01-01T00:00:00Z"]
    {
        assert_eq!(refusal(instant), form, "{instant}");
    }
    app.assert_nothing_written();
    assert_eq!(app.api.create(&with(&json!({ "expires_at": "2100-05-04T03:02:01.001Z" }))).status, 201);
}
