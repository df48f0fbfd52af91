//! `GET`, `PATCH` and `DELETE` of `/api/v1/qr-codes/{id}`.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp};

fn dynamic() -> Value {
    json!({
        "name": "Poster", "content_type": "url", "content": "https://example.com/a", "dynamic": true,
        "tags": ["one", "two"], "metadata": { "a": 1, "b": { "c": 2, "d": 3 } }, "external_id": "x-1",
        "expires_at": "2101-01-01T00:00:00Z",
    })
}

#[test]
fn a_code_is_shown_with_its_version_for_a_tag() {
    let app = TestApp::spawn();
    let record = app.api.created(&json!({ "content_type": "text", "content": "a" }));
    assert_snapshot!(app.api.show(&record), @r#"
    200
    cache-control: no-store
    content-type: application/json
    etag: "1"
    ratelimit: "key";r=98;t=2
    ratelimit-policy: "key";q=100;w=60
    x-content-type-options: nosniff
    x-ratelimit-limit: 100
    x-ratelimit-remaining: 98
    x-ratelimit-reset: 4113082923
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
fn a_patch_changes_what_it_names_and_nothing_else() {
    let app = TestApp::spawn();
    let before = app.api.created(&dynamic());
    app.clock.advance(Duration::from_secs(60));
    let changes = [
        (json!({ "name": "Flyer" }), "name", json!("Flyer")),
        (json!({ "name": null }), "name", Value::Null),
        (json!({ "target_url": "https://example.com/b" }), "target_url", json!("https://example.com/b")),
        (json!({ "tags": ["three"] }), "tags", json!(["three"])),
        (json!({ "tags": null }), "tags", json!([])),
        (
            json!({ "metadata": { "a": null, "b": { "c": 9 }, "e": [] } }),
            "metadata",
            json!({ "b": { "c": 9, "d": 3 }, "e": [] }),
        ),
        (json!({ "metadata": null }), "metadata", json!({})),
        (json!({ "external_id": "x-2" }), "external_id", json!("x-2")),
        (json!({ "external_id": null }), "external_id", Value::Null),
        (json!({ "expires_at": "2102-01-01T00:00:00Z" }), "expires_at", json!("2102-01-01T00:00:00.000Z")),
        (json!({ "expires_at": null }), "expires_at", Value::Null),
        (json!({ "status": "paused" }), "status", json!("paused")),
        (json!({ "status": "active" }), "status", json!("active")),
    ];
    let mut expected = before.clone();
    for (version, (change, field, value)) in (2..).zip(changes) {
        let answer = app.api.patch(&before, &change);
        assert_eq!(
            (answer.status, answer.header("etag")),
            (200, format!("\"{version}\"").as_str()),
            "{answer}"
        );
        expected[field] = value;
        expected["version"] = version.into();
        expected["updated_at"] = "2100-05-04T03:03:01.000Z".into();
        assert_eq!(answer.json(), expected, "{change}");
        assert_eq!(app.api.show(&before).json(), expected, "{change}");
    }
}

#[test]
fn a_patch_that_changes_nothing_keeps_the_version() {
    let app = TestApp::spawn();
    let record = app.api.created(&dynamic());
    app.clock.advance(Duration::from_secs(60));
    let same =
        json!({ "name": "Poster", "tags": ["one", "two"], "metadata": { "a": 1 }, "status": "active" });
    for nothing in [json!({}), same] {
        let answer = app.api.patch(&record, &nothing);
        assert_eq!((answer.status, answer.header("etag"), answer.json()), (200, "\"1\"", record.clone()));
    }
}

#[test]
fn a_merge_patch_may_be_declared_as_one() {
    let app = TestApp::spawn();
    let record = app.api.created(&dynamic());
    let path = format!("/api/v1/qr-codes/{}", record["id"].as_str().unwrap());
    let call =
        app.api.call("PATCH", &path).body("application/merge-patch+json; charset=utf-8", r#"{"name":"B"}"#);
    assert_eq!(call.send().json()["name"], "B");
}

#[test]
fn a_change_is_made_only_at_the_version_it_names() {
    let app = TestApp::spawn();
    let record = app.api.created(&dynamic());
    let path = format!("/api/v1/qr-codes/{}", record["id"].as_str().unwrap());
    let rename = |version: &str, name: &str| {
        app.api.call("PATCH", &path).header("If-Match", version).json(&json!({ "name": name })).send()
    };
    assert_eq!(rename("\"1\"", "B").header("etag"), "\"2\"");
    assert_snapshot!(rename("\"1\"", "C").refusal(), @"
    412 version-mismatch
     The code is at version 2, not at the one in If-Match.
    ");
    assert_snapshot!(rename("W/\"2\"", "C").refusal(), @"
    412 version-mismatch
     If-Match holds the entity tag of no version.
    ");
    assert_snapshot!(rename("\"two\"", "C").refusal(), @"
    412 version-mismatch
     If-Match holds the entity tag of no version.
    ");
    assert_snapshot!(rename("2", "C").refusal(), @r#"
    400 bad-request
     If-Match must hold one entity tag, such as "3", or *.
    "#);
    assert_snapshot!(rename("\"1\", \"2\"", "C").refusal(), @r#"
    400 bad-request
     If-Match must hold one entity tag, such as "3", or *.
    "#);
    assert_eq!(app.api.show(&record).json()["name"], "B");
    assert_eq!(rename("*", "D").status, 200);
    let delete = |version: &str| app.api.call("DELETE", &path).header("If-Match", version).send();
    assert_eq!(delete("\"1\"").status, 412);
    assert_eq!(delete("\"3\"").status, 204);
}

#[test]
fn a_patch_that_is_not_allowed_names_every_fault_and_changes_nothing() {
    let app = TestApp::spawn();
    let record = app.api.created(&dynamic());
    let everything = json!({
        "id": "x", "content": "b", "content_type": "text", "alias": "other-one", "short_code": "a", "dynamic": false,
        "error_correction": "H", "version": 7, "environment": "staging", "images": null,
        "name": "", "target_url": null, "tags": ["a\nb", ""], "metadata": [], "external_id": "x".repeat(256),
        "status": "gone", "expires_at": "2100-05-04T03:02:01Z", "colour": 1,
    });
    assert_snapshot!(app.api.patch(&record, &everything).refusal(), @"
    422 invalid-request
    /alias cannot be changed
    /content cannot be changed
    /content_type cannot be changed
    /dynamic cannot be changed
    /environment cannot be changed
    /error_correction cannot be changed
    /id cannot be changed
    /images cannot be changed
    /short_code cannot be changed
    /version cannot be changed
    /name must not be empty
    /target_url must not be null: a dynamic code always leads somewhere
    /tags/0 must not hold control characters
    /tags/1 must not be empty
    /metadata must be an object
    /external_id must have at most 255 bytes, has 256
    /status must be one of active, paused, expired, deleted
    /expires_at must be in the future
    /colour is not a field of this object; its fields are name, target_url, tags, metadata, external_id, status, expires_at
    ");
    for (body, refusal) in [
        (json!([]), "422 invalid-request\n must be an object"),
        (json!(null), "422 invalid-request\n must be an object"),
        (
            json!({ "target_url": "javascript:alert(1)" }),
            "422 invalid-request\n/target_url has the scheme javascript; only http and https are allowed",
        ),
        (
            json!({ "metadata": { "long": "x".repeat(4_096) } }),
            "422 invalid-request\n/metadata must have at most 4096 bytes as JSON, has 4131",
        ),
    ] {
        assert_eq!(app.api.patch(&record, &body).refusal(), refusal);
    }
    assert_eq!(app.api.show(&record).json(), record);
}

#[test]
fn a_static_code_cannot_be_pointed_anywhere() {
    let app = TestApp::spawn();
    let record = app.api.created(&json!({ "content_type": "text", "content": "a" }));
    let answer = app.api.patch(&record, &json!({ "target_url": "https://example.com" }));
    assert_snapshot!(answer.refusal(), @"
    422 code-is-static
    /target_url the code is static: its pattern holds the content, not a link that could be repointed
    ");
    let link = json!({ "status": "paused", "expires_at": "2101-01-01T00:00:00Z" });
    assert_snapshot!(app.api.patch(&record, &link).refusal(), @r#"
    422 code-is-static
    /status a static code cannot be paused: its pattern holds the content and works without this service; send active or deleted, or mint a dynamic code instead
    /expires_at a static code does not expire: its pattern holds the content and works without this service; leave it out, or mint a dynamic code, with target_url or "dynamic": true
    "#);
    let ending = json!({ "content_type": "text", "content": "a", "expires_at": "2101-01-01T00:00:00Z" });
    assert!(
        app.api
            .create(&ending)
            .refusal()
            .starts_with("422 code-is-static\n/expires_at a static code does not")
    );
    let mixed = json!([ending, { "content_type": "text", "content": "b" }]);
    let batch = app.api.post("/api/v1/qr-codes/batch?on_error=continue", &mixed);
    assert_eq!((batch.status, &batch.json()["data"][0]["problem"]["code"]), (207, &json!("code-is-static")));
    assert_eq!(app.api.patched(&record, &json!({ "name": "B" }))["version"], 2);
}

#[test]
fn a_deleted_code_stays_on_record_and_is_gone_everywhere_else() {
    let app = TestApp::spawn();
    let record = app.api.created(&dynamic());
    let link = record["short_link"].as_str().unwrap();
    assert_eq!(app.visitor.get(link).send().status, 302);
    assert_snapshot!(app.api.delete(&record), @r#"
    204
    cache-control: no-store
    ratelimit: "key";r=98;t=2
    ratelimit-policy: "key";q=100;w=60
    x-ratelimit-limit: 100
    x-ratelimit-remaining: 98
    x-ratelimit-reset: 4113082923
    x-request-id: <request id>
    "#);
    let again = app.api.delete(&record);
    assert_eq!((again.status, again.body.len()), (204, 0));
    let shown = app.api.show(&record).json();
    assert_eq!((&shown["status"], &shown["version"]), (&"deleted".into(), &2.into()));
    let as_problem = |answer: Answer| answer.refusal();
    assert_snapshot!(as_problem(app.visitor.get(link).accept("application/problem+json").send()), @"
    410 code-deleted
     The code of this link was deleted.
    ");
    assert_snapshot!(as_problem(app.visitor.get(record["images"]["png"].as_str().unwrap()).send()), @"
    410 code-deleted
     The code was deleted.
    ");
    assert_snapshot!(as_problem(app.api.patch(&record, &json!({ "name": "B" }))), @"
    410 code-deleted
     A deleted code is not changed any more.
    ");
    assert_snapshot!(as_problem(app.api.patch(&record, &json!({ "status": "active" }))), @"
    410 code-deleted
     A deleted code is not changed any more.
    ");
    assert_eq!(app.api.patch(&record, &json!({ "status": "deleted" })).status, 200);
    assert_eq!(app.api.list("").0.len(), 0);
    assert_eq!(app.stored(), (1, 0));
}
