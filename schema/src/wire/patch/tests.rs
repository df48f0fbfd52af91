use serde_json::{Value, json};

use super::super::tests::{NOW, context, link_hosts, told};
use super::*;
use crate::{ExternalId, MetadataMembers, Name, ProblemCode, Tag, Timestamp};

fn accepted(body: &Value) -> CodePatch {
    parse_code_patch(&body.into(), &context(&link_hosts()))
        .unwrap_or_else(|refused| panic!("{body}: {refused:?}"))
}

fn refused(body: &Value) -> Refused {
    match parse_code_patch(&body.into(), &context(&link_hosts())) {
        Ok(patch) => panic!("{body}: {patch:?}"),
        Err(refused) => refused,
    }
}

#[test]
fn an_empty_object_changes_nothing() {
    assert_eq!(accepted(&json!({})), CodePatch::default());
}

#[test]
fn all_fields_arrive() {
    let body = json!({
        "name": "Customer 4472",
        "target_url": "https://example.com/new",
        "tags": ["spring"],
        "metadata": {"order": null, "customer": {"id": 1}},
        "external_id": "4472",
        "status": "paused",
        "expires_at": "2026-05-04T03:02:01.001Z",
    });
    let expected = CodePatch {
        name: Some(Some(Name::parse("Customer 4472").unwrap())),
        target_url: Some(TargetUrl::parse("https://example.com/new").unwrap()),
        tags: Some(Tags::new([Tag::parse("spring").unwrap()]).unwrap()),
        metadata: MetadataPatch::Merge(MetadataMembers::parse(&body["metadata"].to_string()).unwrap()),
        external_id: Some(Some(ExternalId::parse("4472").unwrap())),
        status: Some(ShownStatus::Paused),
        expires_at: Some(Some(Timestamp::from_millis(NOW.as_millis() + 1).unwrap())),
    };
    assert_eq!(accepted(&body), expected);
    assert_eq!(accepted(&json!({"status": "deleted"})), CodePatch::delete());
}

#[test]
fn null_removes_what_a_code_can_be_without() {
    let body = json!({"name": null, "tags": null, "metadata": null, "external_id": null, "expires_at": null});
    let expected = CodePatch {
        name: Some(None),
        tags: Some(Tags::default()),
        metadata: MetadataPatch::Clear,
        external_id: Some(None),
        expires_at: Some(None),
        ..CodePatch::default()
    };
    assert_eq!(accepted(&body), expected);
    assert_eq!(
        told(refused(&json!({"target_url": null, "status": null}))),
        ["/target_url must not be null: a dynamic code always leads somewhere", "/status must be a string",]
    );
}

#[test]
fn an_immutable_field_is_named_null_or_not() {
    for field in IMMUTABLE {
        for value in [json!("x"), Value::Null] {
            assert_eq!(told(refused(&json!({ field: value }))), [format!("/{field} cannot be changed")]);
        }
    }
}

#[test]
fn every_field_of_a_record_is_changeable_or_immutable() {
    let changeable = ["name", "target_url", "tags", "metadata", "external_id", "status", "expires_at"];
    let record = super::super::record::tests::shown();
    for field in record.as_object().unwrap().keys() {
        let known = changeable.contains(&field.as_str()) || IMMUTABLE.contains(&field.as_str());
        assert!(known, "{field}");
    }
    assert_eq!(
        record.as_object().unwrap().len(),
        changeable.len() + IMMUTABLE.len() - 1,
        "alias is not shown"
    );
}

#[test]
fn each_rule_names_its_field() {
    let cases = [
        (json!({"name": ""}), "/name must not be empty"),
        (json!({"target_url": 1}), "/target_url must be a string"),
        (
            json!({"target_url": "javascript:alert(1)"}),
            "/target_url has the scheme javascript; only http and https are allowed",
        ),
        (json!({"tags": {}}), "/tags must be an array of strings"),
        (json!({"tags": [null]}), "/tags/0 must be a string"),
        (json!({"metadata": "x"}), "/metadata must be an object"),
        (json!({"external_id": ""}), "/external_id must not be empty"),
        (json!({"status": "gone"}), "/status must be one of active, paused, expired, deleted"),
        (json!({"expires_at": "2026-05-04T03:02:01Z"}), "/expires_at must be in the future"),
        (
            json!({"nmae": "x"}),
            "/nmae is not a field of this object; its fields are name, target_url, tags, metadata, external_id, \
             status, expires_at",
        ),
    ];
    for (body, fault) in cases {
        let refusal = refused(&body);
        assert_eq!(refusal.code, ProblemCode::InvalidRequest, "{body}");
        assert_eq!(told(refusal), [fault], "{body}");
    }
    for body in [json!(null), json!([{}]), json!("x")] {
        assert_eq!(told(refused(&body)), [" must be an object"]);
    }
}

#[test]
fn a_destination_on_the_own_link_host_is_a_redirect_loop() {
    let refusal = refused(&json!({"target_url": "https://r.ezqr.io/abc123"}));
    assert_eq!(refusal.code, ProblemCode::RedirectLoop);
    assert_eq!(refusal.faults[0].pointer, "/target_url");
}

#[test]
fn all_faults_of_a_body_are_told_at_once() {
    let body = json!({"content": "x", "name": 1, "tags": 1, "metadata": 1, "status": 1, "more": 1});
    let pointers: Vec<String> = refused(&body).faults.into_iter().map(|fault| fault.pointer).collect();
    assert_eq!(pointers, ["/content", "/name", "/tags", "/metadata", "/status", "/more"]);
}
