//! What the tests of the bodies share, and what holds for all of them.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{LinkBase, Timestamp};

/// 2026-05-04T03:02:01Z
pub(super) const NOW: Timestamp = match Timestamp::from_millis(1_777_863_721_000) {
    Ok(now) => now,
    Err(_) => panic!("a valid instant"),
};

pub(super) fn link_hosts() -> [LinkBase; 2] {
    ["https://r.ezqr.io", "http://127.0.0.1:8080"].map(|text| LinkBase::parse(text).unwrap())
}

pub(super) const fn context(link_hosts: &[LinkBase]) -> ParseContext<'_> {
    ParseContext { now: NOW, link_hosts }
}

/// The faults of a refusal, as `pointer detail`.
pub(super) fn told(refused: Refused) -> Vec<String> {
    assert!(!refused.faults.is_empty());
    refused.faults.into_iter().map(|fault| format!("{} {}", fault.pointer, fault.detail)).collect()
}

/// Any JSON, often with the API's own fields and values that are nearly right.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop::sample::select(vec![
            "url",
            "text",
            "wifi",
            "https://example.com",
            "https://r.ezqr.io/a",
            "javascript:alert(1)",
            "2027-01-01T00:00:00Z",
            "paused",
            "L",
            "summer-sale",
        ])
        .prop_map(Value::from),
    ];
    let name = prop_oneof![
        any::<String>(),
        prop::sample::select(vec![
            "name",
            "content_type",
            "content",
            "target_url",
            "dynamic",
            "tags",
            "metadata",
            "external_id",
            "error_correction",
            "expires_at",
            "alias",
            "status",
            "id",
            "url",
            "text",
            "ssid",
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 64, 16, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..12)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn assert_under(refused: &Refused, pointer: &str) {
    assert!(!refused.faults.is_empty());
    for fault in &refused.faults {
        assert!(fault.pointer.starts_with(pointer), "{fault:?}");
        assert!(!fault.detail.is_empty() && !fault.detail.chars().any(char::is_control), "{fault:?}");
    }
}

proptest! {
    #[test]
    fn any_json_is_accepted_or_refused_with_faults(body in any_json()) {
        let hosts = link_hosts();
        let context = context(&hosts);
        if let Err(refused) = parse_new_code(&Body::from(&body), &context) {
            assert_under(&refused, "");
        }
        if let Err(refused) = parse_code_patch(&Body::from(&body), &context) {
            assert_under(&refused, "");
        }
        let batch = json!([body, {}]);
        let items = parse_batch(&Body::from(&batch), &context).unwrap();
        for (index, item) in items.iter().enumerate() {
            if let Err(refused) = item {
                assert_under(refused, &format!("/{index}"));
            }
        }
        let alone = parse_new_code(&Body::from(&body), &context);
        let has_alias = body.get("alias").is_some_and(|alias| !alias.is_null());
        prop_assert!(has_alias || alone.is_ok() == items[0].is_ok());
        prop_assert!(all_or_nothing(items).is_err());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = parse_body(&bytes);
    }

    #[test]
    fn what_is_read_is_what_was_written(value in any_json()) {
        let text = value.to_string();
        let read = parse_body(text.as_bytes()).unwrap();
        prop_assert_eq!(read.value(), &serde_json::from_str::<Value>(&text).unwrap());
    }

    #[test]
    fn any_query_is_read_or_refused(query in any::<String>()) {
        if let Err(refused) = parse_list_query(&query) {
            prop_assert!(!refused.faults.is_empty());
        }
    }
}
