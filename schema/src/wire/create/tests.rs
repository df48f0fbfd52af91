use serde_json::{Value, json};

use super::super::tests::{NOW, context, link_hosts, told};
use super::*;
use crate::{Metadata, Tag, Tags};

fn accepted(body: &Value) -> NewCode {
    parse_new_code(&body.into(), &context(&link_hosts()))
        .unwrap_or_else(|refused| panic!("{body}: {refused:?}"))
}

fn refused(body: &Value) -> Refused {
    match parse_new_code(&body.into(), &context(&link_hosts())) {
        Ok(code) => panic!("{body}: {code:?}"),
        Err(refused) => refused,
    }
}

/// A body that is accepted, with `changes` put in.
fn with(changes: Value) -> Value {
    let mut body = json!({"content_type": "url", "content": "https://example.com/"});
    let Value::Object(changes) = changes else { panic!("changes are an object") };
    body.as_object_mut().unwrap().extend(changes);
    body
}

#[test]
fn all_fields_arrive() {
    let body = json!({
        "name": "Customer 4471",
        "content_type": "url",
        "content": "https://app.example.com/c/4471",
        "target_url": "https://example.com/landing",
        "dynamic": true,
        "tags": ["spring", "print", "spring"],
        "metadata": {"order": {"lines": [1, 2]}},
        "external_id": "4471",
        "error_correction": "Q",
        "expires_at": "2026-05-04T05:02:01.001+02:00",
        "alias": "Customer-4471",
    });
    let tags = ["print", "spring"].map(|tag| Tag::parse(tag).unwrap());
    let expected = NewCode {
        content_type: ContentType::Url,
        content: Payload::from_stored("https://app.example.com/c/4471".to_owned()).unwrap(),
        target_url: Some(TargetUrl::parse("https://example.com/landing").unwrap()),
        alias: Some(Alias::parse("customer-4471").unwrap()),
        name: Some(crate::Name::parse("Customer 4471").unwrap()),
        tags: Tags::new(tags).unwrap(),
        metadata: Metadata::parse(r#"{"order":{"lines":[1,2]}}"#).unwrap(),
        external_id: Some(crate::ExternalId::parse("4471").unwrap()),
        error_correction: ErrorCorrection::Quartile,
        expires_at: Some(Timestamp::from_millis(NOW.as_millis() + 1).unwrap()),
    };
    assert_eq!(accepted(&body), expected);
}

#[test]
fn a_missing_or_null_field_is_left_empty() {
    let expected = NewCode {
        content_type: ContentType::Text,
        content: Payload::from_stored("hello".to_owned()).unwrap(),
        target_url: None,
        alias: None,
        name: None,
        tags: Tags::default(),
        metadata: Metadata::default(),
        external_id: None,
        error_correction: ErrorCorrection::Medium,
        expires_at: None,
    };
    let mut body = json!({"content_type": "text", "content": "hello"});
    assert_eq!(accepted(&body), expected);
    for field in [
        "name",
        "target_url",
        "dynamic",
        "tags",
        "metadata",
        "external_id",
        "error_correction",
        "expires_at",
        "alias",
    ] {
        body[field] = Value::Null;
    }
    assert_eq!(accepted(&body), expected);
}

#[test]
fn a_code_is_dynamic_with_a_target_url_or_when_asked() {
    let destination = |changes| accepted(&with(changes)).target_url.map(TargetUrl::into_string);
    let elsewhere = "https://elsewhere.example/";
    assert_eq!(destination(json!({})), None);
    assert_eq!(destination(json!({"dynamic": false})), None);
    assert_eq!(destination(json!({"dynamic": false, "target_url": null})), None);
    assert_eq!(destination(json!({"dynamic": true})).as_deref(), Some("https://example.com/"));
    assert_eq!(destination(json!({"target_url": elsewhere})).as_deref(), Some(elsewhere));
    assert_eq!(destination(json!({"target_url": elsewhere, "dynamic": true})).as_deref(), Some(elsewhere));
    let text = json!({"content_type": "text", "content": "Menu", "target_url": elsewhere});
    assert_eq!(accepted(&text).target_url.map(TargetUrl::into_string).as_deref(), Some(elsewhere));
    let object = json!({"content": {"url": "https://example.com/a b"}, "dynamic": true});
    assert_eq!(destination(object).as_deref(), Some("https://example.com/a%20b"));
}

#[test]
fn a_destination_on_the_own_link_host_is_a_redirect_loop() {
    let body = json!({
        "name": "Customer 4471",
        "content_type": "url",
        "content": "https://app.example.com/c/4471",
        "target_url": "https://r.ezqr.io/abc123",
    });
    let elsewhere = [LinkBase::parse("http://127.0.0.1:8080").unwrap()];
    let code = parse_new_code(&(&body).into(), &context(&elsewhere)).unwrap();
    assert_eq!(code.target_url.unwrap().as_str(), "https://r.ezqr.io/abc123");

    let refusal = refused(&body);
    assert_eq!(refusal.code, ProblemCode::RedirectLoop);
    assert_eq!(
        told(refusal),
        [
            "/target_url leads back to https://r.ezqr.io, which is this service; target_url is where a scan shall \
             end up. For a code that holds a short link and leads to its content, leave target_url out and send \
             \"dynamic\": true"
        ]
    );
    let refusal = refused(&with(json!({"content": "http://127.0.0.1:8080/abc", "dynamic": true})));
    assert_eq!(refusal.code, ProblemCode::RedirectLoop);
    assert_eq!(
        told(refusal),
        [
            "/content as the destination of a dynamic code leads back to http://127.0.0.1:8080, which is this service"
        ]
    );
    let refusal = refused(&with(json!({"target_url": "https://r.ezqr.io/a", "name": ""})));
    assert_eq!(refusal.code, ProblemCode::InvalidRequest);
    assert_eq!(refusal.faults.len(), 2);
}

#[test]
fn a_static_code_may_hold_a_link_of_this_service() {
    assert_eq!(accepted(&with(json!({"content": "https://r.ezqr.io/abc123"}))).target_url, None);
}

#[test]
fn a_content_over_any_symbol_is_a_problem_of_its_own() {
    let long = "x".repeat(2_954);
    for body in [
        json!({"content_type": "text", "content": long}),
        json!({"content_type": "url", "content": format!("https://e.example/{}", &long[18..])}),
    ] {
        let refusal = refused(&body);
        assert_eq!(refusal.code, ProblemCode::ContentTooLong);
        assert_eq!(told(refusal), ["/content is 2954 bytes long as encoded; a code holds at most 2953"]);
    }
}

#[test]
fn each_rule_names_its_field() {
    let cases = [
        (json!({"name": 7}), "/name must be a string"),
        (json!({"name": " "}), "/name must not be empty"),
        (json!({"name": "a\r\nb"}), "/name must not hold control characters"),
        (json!({"name": "x".repeat(201)}), "/name must have at most 200 characters, has 201"),
        (
            json!({"content_type": "link"}),
            "/content_type must be one of url, text, email, phone, sms, wifi, vcard, geo, event, payment",
        ),
        (json!({"content_type": ["url"]}), "/content_type must be a string"),
        (json!({"content_type": null}), "/content_type is required"),
        (json!({"content": null}), "/content is required"),
        (json!({"content": 7}), "/content must be a string or an object"),
        (
            json!({"content": "javascript:alert(1)"}),
            "/content has the scheme javascript; only http and https are allowed",
        ),
        (json!({"target_url": true}), "/target_url must be a string"),
        (
            json!({"target_url": "javascript:alert(1)"}),
            "/target_url has the scheme javascript; only http and https are allowed",
        ),
        (
            json!({"target_url": "data:text/html,a"}),
            "/target_url has the scheme data; only http and https are allowed",
        ),
        (
            json!({"target_url": "file:///etc/passwd"}),
            "/target_url has the scheme file; only http and https are allowed",
        ),
        (
            json!({"target_url": "example.com"}),
            "/target_url must be absolute and begin with http:// or https://",
        ),
        (
            json!({"target_url": "https://example.com/\r\nSet-Cookie: a=b"}),
            "/target_url must not contain control characters such as line breaks and tabs",
        ),
        (json!({"dynamic": "yes"}), "/dynamic must be true or false"),
        (
            json!({"dynamic": false, "target_url": "https://elsewhere.example/"}),
            "/dynamic must not be false with a target_url: a code that leads somewhere is dynamic",
        ),
        (
            json!({"dynamic": true, "content_type": "text"}),
            "/dynamic needs the content_type url, whose content is then where the code leads; or give target_url",
        ),
        (
            json!({"dynamic": true, "content": format!("https://example.com/{}", "x".repeat(2_029))}),
            "/content as the destination of a dynamic code is 2049 bytes long; at most 2048 are allowed",
        ),
        (json!({"tags": "spring"}), "/tags must be an array of strings"),
        (json!({"tags": ["a", 7]}), "/tags/1 must be a string"),
        (json!({"tags": ["a", ""]}), "/tags/1 must not be empty"),
        (json!({"tags": vec!["a"; 21]}), "/tags must be at most 20 tags, are 21"),
        (json!({"metadata": []}), "/metadata must be an object"),
        (
            json!({"metadata": {"key": "x".repeat(4_087)}}),
            "/metadata must have at most 4096 bytes as JSON, has 4097",
        ),
        (json!({"external_id": 4471}), "/external_id must be a string"),
        (json!({"external_id": "x".repeat(256)}), "/external_id must have at most 255 bytes, has 256"),
        (json!({"error_correction": "M "}), "/error_correction must be one of L, M, Q, H"),
        (json!({"error_correction": ""}), "/error_correction must be one of L, M, Q, H"),
        (json!({"error_correction": 1}), "/error_correction must be one of L, M, Q, H"),
        (json!({"expires_at": "2026-05-04T03:02:01Z"}), "/expires_at must be in the future"),
        (
            json!({"expires_at": "tomorrow"}),
            "/expires_at must be an RFC 3339 instant between 1970 and 9999, such as 2030-01-31T12:00:00Z",
        ),
        (json!({"expires_at": 1_800_000_000}), "/expires_at must be a string"),
        (json!({"dynamic": true, "alias": "a"}), "/alias must have 3 to 64 characters"),
        (json!({"dynamic": true, "alias": "admin"}), "/alias is reserved"),
        (json!({"dynamic": true, "alias": 471}), "/alias must be a string"),
        (
            json!({"alias": "summer-sale"}),
            "/alias needs a dynamic code: a static one has no short link. Give target_url or \"dynamic\": true",
        ),
        (
            json!({"a/b": 1}),
            "/a~1b is not a field of this object; its fields are name, content_type, content, target_url, dynamic, \
             tags, metadata, external_id, error_correction, expires_at, alias",
        ),
    ];
    for (changes, fault) in cases {
        let refusal = refused(&with(changes.clone()));
        assert_eq!(refusal.code, ProblemCode::InvalidRequest, "{changes}");
        assert_eq!(told(refusal), [fault], "{changes}");
    }
}

#[test]
fn all_faults_of_a_body_are_told_at_once() {
    let body = json!({
        "name": "",
        "content": {"uri": "https://example.com"},
        "target_url": "ftp://example.com",
        "tags": [1, "a", ""],
        "metadata": 1,
        "external_id": false,
        "error_correction": "X",
        "expires_at": "",
        "alias": "-",
        "colour": "red",
    });
    let pointers: Vec<String> = refused(&body).faults.into_iter().map(|fault| fault.pointer).collect();
    assert_eq!(
        pointers,
        [
            "/name",
            "/content_type",
            "/target_url",
            "/tags/0",
            "/tags/2",
            "/metadata",
            "/external_id",
            "/error_correction",
            "/expires_at",
            "/alias",
            "/colour",
        ]
    );
    let body = json!({"content_type": "url", "content": {"uri": "https://example.com"}, "dynamic": true});
    assert_eq!(
        told(refused(&body)),
        ["/content/url is required", "/content/uri is not a field of this object; its fields are url",]
    );
}

#[test]
fn a_body_is_an_object() {
    for body in [json!(null), json!([]), json!("url"), json!(1)] {
        assert_eq!(told(refused(&body)), [" must be an object"]);
    }
}

#[test]
fn of_many_unknown_fields_the_first_are_named_and_the_rest_counted() {
    let unknown: serde_json::Map<String, Value> =
        (0..1_000).map(|number| (format!("unknown-{number:04}"), json!(1))).collect();
    let faults = told(refused(&with(Value::Object(unknown))));
    assert_eq!(faults.len(), 21);
    assert!(faults[19].starts_with("/unknown-0019 is not a field"), "{}", faults[19]);
    assert_eq!(faults[20], " holds 980 more unknown fields");
}

#[test]
fn a_static_code_cannot_end() {
    let end = "2026-05-04T05:02:01.001+02:00";
    let refusal = refused(&with(json!({ "expires_at": end })));
    assert_eq!(refusal.code, ProblemCode::CodeIsStatic);
    assert_eq!(
        told(refusal),
        [
            "/expires_at a static code does not expire: its pattern holds the content and works without this service; \
          leave it out, or mint a dynamic code, with target_url or \"dynamic\": true"
        ]
    );
    assert_eq!(refused(&with(json!({ "expires_at": end, "name": "" }))).code, ProblemCode::InvalidRequest);
    for dynamic in [json!({"dynamic": true}), json!({"target_url": "https://example.com/"})] {
        let mut body = with(dynamic);
        body["expires_at"] = json!(end);
        assert!(accepted(&body).expires_at.is_some());
    }
    assert_eq!(accepted(&with(json!({ "expires_at": null }))).expires_at, None);
}
