//! Chosen short codes.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::TestApp;

fn with_alias(alias: &str) -> Value {
    json!({ "content_type": "url", "content": "https://example.com/sale", "dynamic": true, "alias": alias })
}

#[test]
fn an_alias_leads_on_whatever_its_case_and_so_does_the_generated_code() {
    let app = TestApp::with(&[("links.link_url", "https://r.example.com")]);
    let record = app.api.created(&with_alias("Summer-Sale"));
    assert_eq!(record["short_code"], "summer-sale");
    assert_eq!(record["short_link"], "https://r.example.com/summer-sale");
    for path in ["/summer-sale", "/SUMMER-SALE", "/Summer-Sale"] {
        assert_eq!(app.visitor.get(path).send().header("location"), "https://example.com/sale", "{path}");
    }
    let generated = app.generated_code_of(&record);
    assert_eq!(
        app.visitor.get(&format!("/{generated}")).send().header("location"),
        "https://example.com/sale"
    );
    assert_eq!(app.stored(), (1, 1));
}

#[test]
fn a_taken_alias_is_refused_and_stays_taken() {
    let app = TestApp::spawn();
    let first = app.api.created(&with_alias("summer-sale"));
    assert_snapshot!(app.api.create(&with_alias("SUMMER-sale")), @r#"
    409
    cache-control: no-store
    content-type: application/problem+json
    ratelimit: "key";r=98;t=2
    ratelimit-policy: "key";q=100;w=60
    x-ratelimit-limit: 100
    x-ratelimit-remaining: 98
    x-ratelimit-reset: 4113082923
    x-request-id: <request id>

    {
      "code": "alias-taken",
      "detail": "/alias belongs to another code.",
      "errors": [
        {
          "detail": "belongs to another code",
          "pointer": "/alias"
        }
      ],
      "request_id": "<request id>",
      "status": 409,
      "title": "The alias is taken",
      "type": "/problems/alias-taken"
    }
    "#);
    assert_eq!(app.api.delete(&first).status, 204);
    assert_eq!(app.api.create(&with_alias("summer-sale")).status, 409);
    assert_eq!(app.stored(), (1, 1));
}

#[test]
fn aliases_that_are_not_allowed_are_refused() {
    let app = TestApp::spawn();
    let characters = "may hold a-z, 0-9 and hyphens, and begins and ends with a letter or digit";
    let generated = |proposed: &str| {
        format!(
            "could be a generated short code, as any 8 or 9 letters and digits without a u, and a printed code \
             must never lead to somebody else's alias: add a hyphen, such as {proposed}, or take another length"
        )
    };
    let (word, number) = (generated("my-download"), generated("my-123456789"));
    let cases = [
        ("api", "is reserved"),
        ("QR", "must have 3 to 64 characters"),
        ("healthz", "is reserved"),
        ("Metrics", "is reserved"),
        ("7k3mx9qa", &generated("my-7k3mx9qa")),
        ("Download", &word),
        ("123456789", &number),
        ("", "must have 3 to 64 characters"),
        ("ab", "must have 3 to 64 characters"),
        (&"a".repeat(65), "must have 3 to 64 characters"),
        ("-ab", characters),
        ("a b c", characters),
        ("a/b", characters),
        ("äöü", characters),
        ("abc+", characters),
        ("a\r\nLocation: b", characters),
    ];
    for (alias, rule) in cases {
        let refusal = app.api.create(&with_alias(alias)).refusal();
        assert_eq!(refusal, format!("422 invalid-request\n/alias {rule}"), "{alias:?}");
    }
    for alias in [json!(5), json!(["abc"]), json!(true)] {
        let mut body = with_alias("abc");
        body["alias"] = alias;
        assert_eq!(app.api.create(&body).refusal(), "422 invalid-request\n/alias must be a string");
    }
    app.assert_nothing_written();
}

#[test]
fn an_alias_needs_a_dynamic_code_minted_alone() {
    let app = TestApp::spawn();
    let body = json!({ "content_type": "text", "content": "a", "alias": "summer-sale" });
    assert_snapshot!(app.api.create(&body).refusal(), @r#"
    422 invalid-request
    /alias needs a dynamic code: a static one has no short link. Give target_url or "dynamic": true
    "#);
    let batch = app.api.post("/api/v1/qr-codes/batch", &json!([with_alias("summer-sale")]));
    assert_snapshot!(batch.refusal(), @"
    422 invalid-request
    /0/alias is for codes created one at a time, not in a batch
    ");
    let continued =
        app.api.post("/api/v1/qr-codes/batch?on_error=continue", &json!([with_alias("summer-sale")]));
    assert_eq!((continued.status, &continued.json()["created"]), (207, &0.into()));
    app.assert_nothing_written();
}

#[test]
fn an_alias_is_the_whole_installations() {
    let app = TestApp::spawn();
    app.api.created(&with_alias("summer-sale"));
    let staging = app.client(&app.make_key(&["--environment", "staging"]));
    app.settle();
    let answer = staging.create(&with_alias("summer-sale"));
    assert_eq!(answer.refusal(), "409 alias-taken\n/alias belongs to another code");
}
