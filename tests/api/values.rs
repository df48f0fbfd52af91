//! What a caller wrote comes back as it was written; a row that cannot be read takes nothing else along.

use serde_json::{Value, json};

use crate::support::{Answer, TestApp};

/// Number texts that no double holds, or that a double would be printed otherwise.
const METADATA: &str = r#"{"lat":94.08230906077605,"e":8.707605097570802e-10,"sum":1.10,"big":123456789012345678901234567890,"n":[1E+2,-0.0,{"tiny":1e-400}]}"#;

fn created(app: &TestApp, body: &str) -> Value {
    let answer = app.api.call("POST", "/api/v1/qr-codes").body("application/json", body).send();
    assert_eq!(answer.status, 201, "{answer}");
    assert_kept(&answer);
    answer.json()
}

#[track_caller]
fn assert_kept(answer: &Answer) {
    let text = format!("\"metadata\":{METADATA},");
    assert!(answer.text().contains(&text), "{}", answer.text());
}

#[test]
fn metadata_come_back_as_they_were_written() {
    let app = TestApp::spawn();
    let spaced = METADATA.replace(',', " ,\n\t").replace('[', "[ ");
    let record = created(&app, &format!(r#"{{"content_type":"text","content":"a","metadata":{spaced}}}"#));
    for name in ["one", "two"] {
        assert_kept(&app.api.show(&record));
        assert_kept(&app.api.patch(&record, &json!({ "name": name })));
    }
    let same = format!(r#"{{"metadata":{METADATA}}}"#);
    let path = format!("/api/v1/qr-codes/{}", record["id"].as_str().unwrap());
    let unchanged = app.api.call("PATCH", &path).body("application/merge-patch+json", same).send();
    assert_kept(&unchanged);
    assert_eq!(unchanged.json()["version"], 3, "the same text is no change");
    let grown = app.api.patch(&record, &json!({ "metadata": { "n": null, "x": 1 } }));
    let rest = METADATA.split(",\"n\"").next().unwrap();
    assert!(grown.text().contains(&format!("\"metadata\":{rest},\"x\":1}},")), "{}", grown.text());
}

#[test]
fn a_named_request_and_a_batch_keep_the_metadata_of_each_item() {
    let app = TestApp::spawn();
    let batch = format!(
        r#"[{{"content_type":"text","content":"a","metadata":{METADATA}}},
            {{"content_type":"text","content":"b","metadata":null}},
            {{"content_type":"text","content":"c","metadata":{{"only":2.50}}}}]"#
    );
    let send = || {
        let call = app.api.call("POST", "/api/v1/qr-codes/batch").header("Idempotency-Key", "a-batch");
        call.body("application/json", batch.as_str()).send()
    };
    let (first, again) = (send(), send());
    assert_eq!(first.status, 201, "{first}");
    assert_eq!(first.body, again.body);
    assert_kept(&first);
    for metadata in [r#""metadata":{},"#, r#""metadata":{"only":2.50},"#] {
        assert!(first.text().contains(metadata), "{}", first.text());
    }
}

#[test]
fn a_code_whose_row_cannot_be_read_takes_nothing_else_along() {
    let app = TestApp::spawn();
    // What is answered for the row itself is an internal error, which the first key must not see.
    let other = app.client(&app.make_key(&["--environment", "production"]));
    app.settle();
    let body = |number: u32| {
        json!({
            "content_type": "url", "content": "https://example.com/", "dynamic": true,
            "external_id": "x", "tags": ["t"], "name": format!("{number}"),
        })
    };
    let named = |number: u32| {
        let key = format!("name-{number}");
        app.api.call("POST", "/api/v1/qr-codes").header("Idempotency-Key", &key).json(&body(number)).send()
    };
    let answers: Vec<Answer> = (0..5).map(named).collect();
    let records: Vec<Value> = answers.iter().map(Answer::json).collect();
    app.spoil(&records[2]);
    for query in ["", "?tag=t", "?external_id=x", "?limit=1", "?status=active"] {
        let mut listed = Vec::new();
        let mut next = None;
        loop {
            let cursor = next.map(|cursor: String| format!("&cursor={cursor}")).unwrap_or_default();
            let separator = if query.is_empty() && !cursor.is_empty() { "?" } else { "" };
            let (codes, more) = app.api.list(&format!("{query}{separator}{cursor}"));
            listed.extend(codes.iter().map(|code| code["name"].as_str().unwrap().to_owned()));
            next = more;
            if next.is_none() {
                break;
            }
        }
        assert_eq!(listed, ["4", "3", "1", "0"], "{query}");
    }
    for (number, answer) in (0..).zip(&answers) {
        let again = named(number);
        assert_eq!((again.status, &again.body), (201, &answer.body), "{again}");
        assert_eq!(again.header("idempotent-replayed"), "true");
    }
    let refusal = other.show(&records[2]);
    assert_eq!(refusal.status, 500);
    let told = refusal.problem()["detail"].to_string();
    assert!(told.contains("cannot be read") && told.contains("can be deleted"), "{told}");
    assert_eq!(other.patch(&records[2], &json!({ "name": "x" })).status, 500);
    let stale = app.api.call("DELETE", &format!("/api/v1/qr-codes/{}", records[2]["id"].as_str().unwrap()));
    assert_eq!(
        stale.header("If-Match", "\"7\"").send().refusal().lines().next(),
        Some("412 version-mismatch")
    );
    for _ in 0..2 {
        assert_eq!(app.api.delete(&records[2]).status, 204);
    }
    assert_eq!(app.api.delete(&records[3]).status, 204);
    assert_eq!(app.api.patched(&records[1], &json!({ "name": "new" }))["version"], 2);
}
