//! Codes of others: another environment's and another account's are as good as none.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Client, TestApp};

const UNKNOWN: &str = "404 code-not-found\n No code that you may see has this id.";

/// What `client` is told about a code, by every route that takes an id.
fn told_of(client: &Client, record: &Value) -> [String; 3] {
    let patch = client.patch(record, &json!({ "name": "mine now" })).refusal();
    [client.show(record).refusal(), patch, client.delete(record).refusal()]
}

#[test]
fn codes_of_another_environment_or_account_are_not_found() {
    let app = TestApp::spawn();
    let body = json!({ "content_type": "text", "content": "a", "external_id": "x-1", "tags": ["t"] });
    let record = app.api.created(&body);
    app.cli(&["account", "create", "--name", "other", "--plan", "pro"]);
    let scopes = "codes:read,codes:write,codes:delete";
    let staging = app.client(&app.make_key(&["--environment", "staging", "--scopes", scopes]));
    let other = app.client(&app.make_key(&["--account", "other", "--scopes", scopes]));
    app.settle();
    for stranger in [&staging, &other] {
        assert_eq!(told_of(stranger, &record), [UNKNOWN; 3]);
        for query in ["", "?tag=t", "?external_id=x-1", "?status=active"] {
            assert_eq!(stranger.list(query), (Vec::new(), None), "{query}");
        }
    }
    assert_eq!(app.api.show(&record).json(), record);
    // Each may have the same external id for itself.
    let theirs = staging.created(&body);
    assert_eq!(theirs["environment"], "staging");
    assert_eq!(staging.list("?external_id=x-1").0.len(), 1);
    assert_eq!(told_of(&app.api, &theirs), [UNKNOWN; 3]);
}

#[test]
fn wrong_and_forged_ids_are_not_found() {
    let app = TestApp::spawn();
    let record = app.api.created(&json!({ "content_type": "text", "content": "a" }));
    let id = record["id"].as_str().unwrap();
    let with_digit = |at: usize| {
        let mut digits: Vec<char> = id.chars().collect();
        digits[at] = if digits[at] == '8' { '9' } else { '8' };
        String::from_iter(digits)
    };
    let forged = [
        // Time, position, the scrambled rest at both ends.
        with_digit(7),
        with_digit(17),
        with_digit(20),
        with_digit(35),
        // No version 7, not the variant, not the form.
        "01977c1e-4b5a-4000-8a3f-1c2d3e4f5a6b".to_owned(),
        "01977c1e-4b5a-7000-ca3f-1c2d3e4f5a6b".to_owned(),
        "00000000-0000-0000-0000-000000000000".to_owned(),
        id.replace('-', ""),
        format!("%7B{id}%7D"),
        format!("{id}%0D%0A"),
        "1".to_owned(),
        "..".to_owned(),
        "x".repeat(1_000),
        "%FF".to_owned(),
    ];
    for id in forged {
        assert_eq!(told_of(&app.api, &json!({ "id": id })), [UNKNOWN; 3], "{id}");
    }
    let upper = json!({ "id": id.to_ascii_uppercase() });
    assert_eq!(app.api.show(&upper).json(), record);
    // One of another installation, of the same shape and made the same way.
    let other = TestApp::spawn();
    let foreign = other.api.created(&json!({ "content_type": "text", "content": "a" }));
    assert_eq!(told_of(&app.api, &foreign), [UNKNOWN; 3]);
}

#[test]
fn a_second_server_on_the_same_directory_does_not_start_and_names_it() {
    let app = TestApp::spawn();
    let directory = app.directory().to_str().unwrap().to_owned();
    let error = app.second_on_the_same_directory().to_string();
    assert_snapshot!(error.replace(&directory, "<directory>"), @"another ezqr serves the data directory <directory>");
    // The first serves on.
    assert_eq!(app.api.list("").0.len(), 0);
}
