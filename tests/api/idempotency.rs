//! `Idempotency-Key`: a request that is made again is answered as the first time.

mod at_once;
mod judgements;

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Answer, Call, Client, TestApp};

const CODES: &str = "/api/v1/qr-codes";
const BATCH: &str = "/api/v1/qr-codes/batch";
const CONTINUE: &str = "/api/v1/qr-codes/batch?on_error=continue";
const HOUR: Duration = Duration::from_secs(3_600);

fn link(target: &str) -> Value {
    json!({ "content_type": "url", "content": target, "dynamic": true })
}

fn named(client: &Client, path: &str, key: &str, body: &Value) -> Answer {
    client.call("POST", path).header("Idempotency-Key", key).json(body).send()
}

fn is_replayed(answer: &Answer) -> bool {
    match answer.header("idempotent-replayed") {
        "" => false,
        "true" => true,
        other => panic!("{other}"),
    }
}

/// What the answer says, and what is the same each time it is said.
fn said(answer: &Answer) -> (u16, &[u8], [&str; 5]) {
    let headers = ["content-type", "location", "etag", "cache-control", "x-qr-conformant"];
    (answer.status, &answer.body, headers.map(|name| answer.header(name)))
}

/// `again` says what `first` said, and that it is a repetition.
fn assert_repeats(first: &Answer, again: &Answer) {
    assert!(is_replayed(again), "{again}");
    assert_eq!(said(again), said(first), "{first}\n{again}");
    assert_ne!(again.header("x-request-id"), first.header("x-request-id"));
}

#[test]
fn a_code_that_is_asked_for_again_is_answered_byte_for_byte() {
    let app = TestApp::spawn();
    let body = json!({ "content_type": "text", "content": "a", "name": "Order 4471", "tags": ["spring"] });
    let first = named(&app.api, CODES, "order-4471", &body);
    app.clock.advance(HOUR);
    let again = named(&app.api, CODES, "order-4471", &body);
    assert!(!is_replayed(&first));
    assert_repeats(&first, &again);
    assert_snapshot!(again, @r#"
    201
    cache-control: no-store
    content-type: application/json
    etag: "1"
    idempotent-replayed: true
    location: /api/v1/qr-codes/<id>
    ratelimit: "key";r=99;t=1
    ratelimit-policy: "key";q=100;w=60
    x-content-type-options: nosniff
    x-ratelimit-limit: 100
    x-ratelimit-remaining: 99
    x-ratelimit-reset: 4113086522
    x-request-id: <request id>

    {
      "content": "a",
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
      "name": "Order 4471",
      "scan_count": 0,
      "short_code": null,
      "short_link": null,
      "status": "active",
      "tags": [
        "spring"
      ],
      "target_url": null,
      "updated_at": "2100-05-04T03:02:01.000Z",
      "version": 1
    }
    "#);
    assert_eq!(app.stored().0, 1);
}

#[test]
fn a_batch_that_is_asked_for_again_is_answered_byte_for_byte() {
    let app = TestApp::spawn();
    let body = json!([link("https://example.com/1"), { "content_type": "text", "content": "two" }]);
    let first = named(&app.api, BATCH, "orders", &body);
    assert_eq!((first.status, first.json()["created"].as_u64()), (201, Some(2)), "{first}");
    app.clock.advance(HOUR);
    let again = named(&app.api, BATCH, "orders", &body);
    assert!(!is_replayed(&first));
    assert_repeats(&first, &again);
    assert_eq!(app.stored().0, 2);
}

#[test]
fn one_key_stands_for_the_codes_whatever_form_they_are_asked_for_in() {
    let app = TestApp::spawn();
    let ask = |path: &str, body: &Value, accept: &str| {
        app.api.call("POST", path).header("Idempotency-Key", "k").accept(accept).json(body).send()
    };
    let body = link("https://example.com/1");
    let record = ask(CODES, &body, "application/json");
    for media_type in ["image/png", "image/svg+xml", "application/pdf"] {
        let image = ask(CODES, &body, media_type);
        assert!(is_replayed(&image));
        assert_eq!((image.status, image.header("location")), (201, record.header("location")), "{image}");
        assert_eq!(image.header("content-type"), media_type);
        assert_repeats(&image, &ask(CODES, &body, media_type));
    }
    assert_repeats(&record, &ask(CODES, &body, "application/json"));

    let batch = json!([link("https://example.com/1"), link("https://example.com/2")]);
    let app = TestApp::spawn();
    let ask = |accept: &str| {
        app.api.call("POST", BATCH).header("Idempotency-Key", "k").accept(accept).json(&batch).send()
    };
    let archive = ask("application/zip");
    assert!(!is_replayed(&archive));
    assert_repeats(&archive, &ask("application/zip"));
    let records = ask("application/json");
    assert!(is_replayed(&records));
    assert!(records.text().contains("\"created\":2"));
    assert_repeats(&records, &ask("application/json"));
    assert_eq!(app.stored().0, 2);
}

#[test]
fn what_became_of_a_code_in_between_stays() {
    let app = TestApp::spawn();
    let (repointed, deleted) = (link("https://example.com/1"), link("https://example.com/2"));
    let firsts = [("a", &repointed), ("b", &deleted)].map(|(key, body)| named(&app.api, CODES, key, body));
    app.api.patched(&firsts[0].json(), &json!({ "target_url": "https://example.com/elsewhere" }));
    assert_eq!(app.api.delete(&firsts[1].json()).status, 204);
    for ((key, body), first) in [("a", &repointed), ("b", &deleted)].into_iter().zip(&firsts) {
        assert_repeats(first, &named(&app.api, CODES, key, body));
    }
    let followed = app.visitor.get(firsts[0].json()["short_link"].as_str().unwrap()).send();
    assert_eq!((followed.status, followed.header("location")), (302, "https://example.com/elsewhere"));
    assert_eq!(app.visitor.get(firsts[1].json()["short_link"].as_str().unwrap()).send().status, 410);
    assert_eq!(app.api.show(&firsts[0].json()).json()["version"], 2);
}

#[test]
fn an_alias_belongs_to_the_request_that_is_made_again() {
    let app = TestApp::spawn();
    let mut body = link("https://example.com/1");
    body["alias"] = json!("summer-sale");
    let first = named(&app.api, CODES, "k", &body);
    assert_repeats(&first, &named(&app.api, CODES, "k", &body));
    assert!(named(&app.api, CODES, "other", &body).refusal().starts_with("409 alias-taken"));
    body["alias"] = json!("winter-sale");
    assert_eq!(named(&app.api, CODES, "other", &body).status, 201, "a refusal leaves nothing behind");
}

#[test]
fn a_key_stands_for_one_request_of_one_environment_for_a_day() {
    let app = TestApp::spawn();
    let body = link("https://example.com/1");
    let first = named(&app.api, CODES, "k", &body);
    assert_snapshot!(named(&app.api, CODES, "k", &link("https://example.com/2")).refusal(), @"
    422 idempotency-key-reused
     The Idempotency-Key was used for another request; a new one needs a new key.
    ");
    let others = [
        named(&app.api, BATCH, "k", &json!([body])),
        named(&app.api, &format!("{CODES}?margin=5"), "k", &body),
        app.api
            .call("POST", CODES)
            .header("Idempotency-Key", "k")
            .body("application/json", format!(" {body}"))
            .send(),
    ];
    for other in others {
        assert_eq!(other.problem()["code"], "idempotency-key-reused", "{other}");
    }
    let staging = app.client(&app.make_key(&["--environment", "staging"]));
    let colleague = app.client(&app.make_key(&[]));
    app.settle();
    let elsewhere = named(&staging, CODES, "k", &link("https://example.com/2"));
    assert_eq!((elsewhere.status, is_replayed(&elsewhere)), (201, false), "{elsewhere}");
    assert_repeats(&first, &named(&colleague, CODES, "k", &body));
    app.clock.advance(24 * HOUR);
    let later = named(&app.api, CODES, "k", &body);
    assert_eq!((later.status, is_replayed(&later)), (201, false), "{later}");
    assert_ne!(later.json()["id"], first.json()["id"]);
}

#[test]
fn a_refused_request_leaves_no_record() {
    let app = TestApp::spawn();
    let wrong = json!([link("https://example.com/1"), {}]);
    for _ in 0..2 {
        assert!(named(&app.api, BATCH, "k", &wrong).refusal().starts_with("422 invalid-request"));
        let none = named(&app.api, CONTINUE, "k", &json!([{}, 7]));
        assert_eq!((none.status, is_replayed(&none), none.json()["failed"].as_u64()), (207, false, Some(2)));
        assert!(named(&app.api, CODES, "k", &json!({})).refusal().starts_with("422 invalid-request"));
    }
    app.assert_nothing_written();
    assert!(!is_replayed(&named(&app.api, BATCH, "k", &json!([link("https://example.com/1")]))));
}

#[test]
fn a_key_that_is_none_is_refused_before_anything_else_of_the_request() {
    let app = TestApp::spawn();
    let ask = |keys: &[&str]| {
        let call = app.api.call("POST", CODES).json(&link("https://example.com/1"));
        keys.iter().fold(call, |call, key| call.header("Idempotency-Key", key)).send().refusal()
    };
    assert_snapshot!(ask(&[""]), @"
    400 invalid-idempotency-key
    Idempotency-Key must have 1 to 255 visible ASCII characters
    ");
    assert_snapshot!(ask(&["a", "a"]), @"
    400 invalid-idempotency-key
    Idempotency-Key must be there once
    ");
    assert_eq!(ask(&["a b"]), ask(&[""]));
    assert_eq!(ask(&[&"k".repeat(256)]), ask(&[""]));
    app.assert_nothing_written();
    let longest = named(&app.api, CODES, &"k".repeat(255), &link("https://example.com/1"));
    assert_eq!(longest.status, 201, "{longest}");
}

#[test]
fn requests_that_do_not_mint_take_no_notice_of_a_key() {
    let app = TestApp::spawn();
    let record = app.api.created(&link("https://example.com/1"));
    let path = format!("{CODES}/{}", record["id"].as_str().unwrap());
    for (method, body, status) in
        [("GET", None, 200), ("PATCH", Some(json!({ "name": "A" })), 200), ("DELETE", None, 204)]
    {
        let call = app.api.call(method, &path).header("Idempotency-Key", "");
        let answer = body.iter().fold(call, Call::json).send();
        assert_eq!((answer.status, is_replayed(&answer)), (status, false), "{answer}");
    }
}
