//! API keys: who is let in, and to what.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Answer, TestApp};

const LIST: &str = "/api/v1/qr-codes";

#[test]
fn a_request_without_a_key_is_told_how_to_send_one() {
    let app = TestApp::spawn();
    assert_snapshot!(app.visitor.get(LIST).send(), @r#"
    401
    cache-control: no-store
    content-type: application/problem+json
    ratelimit: "network";r=99;t=1
    ratelimit-policy: "network";q=100;w=60
    www-authenticate: Bearer realm="ezqr"
    x-ratelimit-limit: 100
    x-ratelimit-remaining: 99
    x-ratelimit-reset: 4113082922
    x-request-id: <request id>

    {
      "code": "missing-key",
      "detail": "Send the header Authorization: Bearer <API key>.",
      "request_id": "<request id>",
      "status": 401,
      "title": "An API key is required",
      "type": "/problems/missing-key"
    }
    "#);
}

#[test]
fn each_way_in_which_a_key_is_not_valid_is_told_with_what_to_send_instead() {
    let app = TestApp::spawn();
    let revoked = app.make_key(&["--environment", "doomed"]);
    let keys = app.cli(&["key", "list"]);
    let doomed =
        keys.as_array().unwrap().iter().find(|key| key["environment"] == "doomed").unwrap()["id"].clone();
    app.cli(&["key", "revoke", doomed.as_str().unwrap()]);
    app.settle();
    // How often `settle` had to ask is not told: the network's bucket is full again.
    app.clock.advance(Duration::from_secs(60));
    // As well-formed as can be, of another installation.
    let foreign = TestApp::spawn().key.clone();
    let mut mistyped = app.key.clone();
    mistyped.pop();
    mistyped.push(if app.key.ends_with('0') { '1' } else { '0' });
    let send = |header: &str| app.visitor.get(LIST).header("Authorization", header).send();
    let unknown = "No API key of this service has the secret in the header Authorization. It may be of another \
                   installation; ezqr key list shows the keys of this one.";
    assert_snapshot!(send(&format!("Bearer {revoked}")), @r#"
    401
    cache-control: no-store
    content-type: application/problem+json
    ratelimit: "network";r=99;t=1
    ratelimit-policy: "network";q=100;w=60
    www-authenticate: Bearer realm="ezqr", error="invalid_token"
    x-ratelimit-limit: 100
    x-ratelimit-remaining: 99
    x-ratelimit-reset: 4113082982
    x-request-id: <request id>

    {
      "code": "invalid-key",
      "detail": "The API key in the header Authorization was revoked. Send another; ezqr key create makes one.",
      "request_id": "<request id>",
      "status": 401,
      "title": "The API key is not valid",
      "type": "/problems/invalid-key"
    }
    "#);
    let scheme = "The header Authorization does not begin with the scheme Bearer and a blank. Send Authorization: Bearer \
                  <API key>.";
    let nothing =
        "Nothing stands behind Bearer in the header Authorization. Send Authorization: Bearer <API key>.";
    let no_key = "What stands behind Bearer in the header Authorization is no API key. One is \
                  ezqr_<environment>_<random>_<checksum>, and a part is missing or mistyped: the checksum is not that of the \
                  rest. Send the whole key as it was shown.";
    for (header, detail) in [
        (format!("Bearer {foreign}"), unknown),
        (format!("Bearer {mistyped}"), no_key),
        ("Bearer ".to_owned(), nothing),
        ("Bearer".to_owned(), nothing),
        (String::new(), scheme),
        (app.key.clone(), scheme),
        (format!("Basic {}", app.key), scheme),
        (format!("Bearer {} {}", app.key, app.key), no_key),
        (format!("Bearer {}", "x".repeat(4_000)), no_key),
    ] {
        let answer = send(&header);
        assert_eq!(answer.refusal(), format!("401 invalid-key\n {detail}"), "{header}");
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"ezqr\", error=\"invalid_token\"");
        let secrets = [&app.key, &foreign, &mistyped];
        assert!(secrets.iter().all(|secret| !answer.text().contains(secret.as_str())), "{answer}");
    }
    for header in [format!("bearer {}", app.key), format!("BEARER  {}", app.key)] {
        assert_eq!(send(&header).status, 200);
    }
}

#[test]
fn a_key_that_may_change_codes_and_not_read_them_is_shown_none() {
    let app = TestApp::spawn();
    let record = app.api.created(&json!({
        "content_type": "wifi", "content": { "ssid": "Office", "password": "correct horse" }, "name": "Lobby",
    }));
    let key = |scopes: &str| app.client(&app.make_key(&["--scopes", scopes]));
    let (writer, eraser) = (key("codes:write"), key("codes:delete,codes:write"));
    let both = key("codes:read,codes:write");
    app.settle();
    let answered = writer.patch(&record, &json!({}));
    assert_eq!((answered.status, answered.json()), (200, json!({ "id": record["id"], "version": 1 })));
    assert_eq!(answered.header("etag"), "\"1\"");
    let changed = writer.patch(&record, &json!({ "name": "Hall" }));
    assert_eq!(
        (changed.json(), changed.header("etag")),
        (json!({ "id": record["id"], "version": 2 }), "\"2\"")
    );
    assert_eq!(both.patch(&record, &json!({})).json()["content"], record["content"]);
    // Nor by a refusal, nor by the end of it.
    let stale = writer.call("PATCH", &format!("/api/v1/qr-codes/{}", record["id"].as_str().unwrap()));
    let refused = stale.header("If-Match", "\"1\"").json(&json!({ "name": "x" })).send();
    assert_eq!(refused.status, 412);
    let deleted = eraser.patch(&record, &json!({ "status": "deleted" }));
    assert_eq!(deleted.json(), json!({ "id": record["id"], "version": 3 }));
    for answer in [answered, changed, refused, deleted] {
        let text = answer.text();
        assert!(
            !text.contains("correct horse") && !text.contains("Lobby") && !text.contains("Office"),
            "{text}"
        );
    }
    // Who mints is told what it sent.
    let own = writer.create(&json!({ "content_type": "text", "content": "a" }));
    assert_eq!((own.status, &own.json()["content"]), (201, &json!("a")));
}

#[test]
fn a_key_does_only_what_its_scopes_say() {
    let app = TestApp::spawn();
    let record = app.api.created(&json!({ "content_type": "text", "content": "a" }));
    let key = |scopes: &str| app.client(&app.make_key(&["--scopes", scopes]));
    let (reader, writer, deleter) = (key("codes:read"), key("codes:write"), key("codes:delete,codes:write"));
    let stranger = key("scans:read,keys:manage,audit:read,account:admin");
    app.settle();
    let lacks = |answer: Answer, scope: &str| {
        assert_eq!(answer.refusal(), format!("403 scope-missing\n The key has not the scope {scope}."));
    };
    let body = json!({ "content_type": "text", "content": "a" });
    for client in [&reader, &stranger] {
        lacks(client.create(&body), "codes:write");
        lacks(client.post("/api/v1/qr-codes/batch", &json!([body])), "codes:write");
        lacks(client.patch(&record, &json!({ "name": "b" })), "codes:write");
        lacks(client.delete(&record), "codes:delete");
    }
    for client in [&writer, &deleter, &stranger] {
        lacks(client.show(&record), "codes:read");
        lacks(client.get(LIST).send(), "codes:read");
    }
    lacks(writer.delete(&record), "codes:delete");
    lacks(writer.patch(&record, &json!({ "status": "deleted" })), "codes:delete");
    assert_eq!(app.stored(), (1, 0));
    assert_eq!(app.api.show(&record).json(), record);
    assert_eq!(reader.show(&record).status, 200);
    assert_eq!(writer.create(&body).status, 201);
    assert_eq!(deleter.delete(&record).status, 204);
}

#[test]
fn nobody_without_the_right_key_has_a_body_read() {
    let app = TestApp::spawn();
    let reader = app.client(&app.make_key(&["--scopes", "codes:read"]));
    app.settle();
    let send = |client: &crate::support::Client| {
        client.call("POST", LIST).body("application/json", "{").send().refusal()
    };
    assert!(send(&app.visitor).starts_with("401 missing-key\n"));
    assert!(send(&reader).starts_with("403 scope-missing\n"));
    assert!(send(&app.api).starts_with("400 malformed-body\n"));
}
