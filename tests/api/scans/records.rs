//! The count in records.

use serde_json::{Value, json};

use super::{GOOGLEBOT, PIXEL, app, dynamic, visit, visit_by_many};

#[test]
fn a_record_shows_how_often_its_link_was_followed_by_all_but_bots() {
    let app = app();
    let record = dynamic(&app, "Poster", &[]);
    assert_eq!(record["scan_count"], 0);
    visit_by_many(&app, &record);
    assert_eq!(app.api.show(&record).json()["scan_count"], 5);
    visit(&app, &record, GOOGLEBOT, "198.51.100.5", "US");
    assert_eq!(app.api.patched(&record, &json!({ "name": "Flyer" }))["scan_count"], 5);
    visit(&app, &record, PIXEL, "198.51.100.2", "DE");
    let app = app.restarted(&super::BEHIND_A_FRONT);
    assert_eq!(app.api.show(&record).json()["scan_count"], 6);
    assert_eq!(app.api.delete(&record).status, 204);
    assert_eq!(app.api.show(&record).json()["scan_count"], 6);
}

#[test]
fn a_list_shows_the_counts_of_all_its_codes_when_it_is_asked_to() {
    let app = app();
    let scanned = dynamic(&app, "scanned", &[]);
    let printed = app.api.created(&json!({ "content_type": "text", "content": "a", "name": "static" }));
    let items =
        vec![json!({ "content_type": "url", "content": "https://example.com/", "dynamic": true }); 100];
    let batch = app.api.post("/api/v1/qr-codes/batch", &items.into()).json();
    visit_by_many(&app, &scanned);
    for item in batch["data"].as_array().unwrap().iter().take(2) {
        assert_eq!(item["code"]["scan_count"], 0);
        visit(&app, &item["code"], PIXEL, "198.51.100.2", "DE");
    }
    let mut counts: Vec<(String, u64)> = Vec::new();
    let mut cursor = String::new();
    loop {
        let (records, next) = app.api.list(&format!("?limit=60&include=scan_count{cursor}"));
        let count = |record: &Value| {
            (record["id"].as_str().unwrap().to_owned(), record["scan_count"].as_u64().unwrap())
        };
        counts.extend(records.iter().map(count));
        let Some(next) = next else { break };
        cursor = format!("&cursor={next}");
    }
    let of = |record: &Value| counts.iter().find(|(id, _)| record["id"] == *id).unwrap().1;
    assert_eq!((counts.len(), counts.iter().map(|(_, count)| count).sum::<u64>()), (102, 7));
    assert_eq!((of(&scanned), of(&printed), of(&batch["data"][1]["code"])), (5, 0, 1));
}

#[test]
fn a_repeated_mint_is_answered_as_the_first_time() {
    let app = app();
    let body = json!({ "content_type": "url", "content": "https://example.com/", "dynamic": true });
    let mint = || app.api.call("POST", "/api/v1/qr-codes").header("Idempotency-Key", "k").json(&body).send();
    let first = mint();
    visit_by_many(&app, &first.json());
    let second = mint();
    assert_eq!((second.status, second.text()), (201, first.text()));
}
