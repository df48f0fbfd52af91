//! Every example is valid and is accepted.

use serde_json::json;

use super::validity::invalid;
use super::*;
use crate::wire::{parse_batch, parse_code_patch, parse_new_code};
use crate::{Alias, CodeId};

/// All `(schema, example)` of `part` and of what is in it.
fn collect<'document>(part: &'document Value, found: &mut Vec<(&'document Value, &'document Value)>) {
    match part {
        Value::Object(members) => {
            if let Some(Value::Array(examples)) = members.get("examples") {
                found.extend(examples.iter().map(|example| (part, example)));
            }
            if let (Some(schema), Some(example)) = (members.get("schema"), members.get("example")) {
                found.push((schema, example));
            }
            members.iter().filter(|(name, _)| *name != "examples").for_each(|(_, part)| collect(part, found));
        }
        Value::Array(parts) => parts.iter().for_each(|part| collect(part, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_example_is_valid() {
    let document = document();
    let mut found = Vec::new();
    collect(document, &mut found);
    assert!(found.len() > 50, "{}", found.len());
    for (schema, example) in found {
        assert_eq!(invalid(document, schema, example), None);
    }
}

#[test]
fn every_example_of_a_request_is_accepted() {
    let document = document();
    for asked in asked() {
        for example in examples(document, asked.schema) {
            assert_eq!(asked.faults(example), [], "{example}");
        }
    }
    for example in examples(document, "NewBatch") {
        assert!(parse_batch(&example.into(), &CONTEXT).unwrap().iter().all(Result::is_ok), "{example}");
    }
}

#[test]
fn every_field_has_an_example_that_is_accepted() {
    let document = document();
    for asked in asked() {
        let shown: BTreeSet<String> = examples(document, asked.schema).iter().flat_map(names).collect();
        assert_eq!(names(&schema(document, asked.schema)["properties"]), shown, "{}", asked.schema);
    }
}

#[test]
fn the_examples_of_single_fields_are_accepted() {
    let document = document();
    let fields = [
        ("name", "Name"),
        ("target_url", "TargetUrl"),
        ("tags", "Tags"),
        ("metadata", "Metadata"),
        ("external_id", "ExternalId"),
        ("expires_at", "Instant"),
    ];
    for (field, name) in fields {
        for example in examples(document, name) {
            assert!(parse_code_patch(&(&json!({ field: example })).into(), &CONTEXT).is_ok(), "{example}");
        }
    }
    for example in examples(document, "Tag") {
        assert!(parse_code_patch(&(&json!({ "tags": [example] })).into(), &CONTEXT).is_ok(), "{example}");
    }
    for example in examples(document, "Payload") {
        let code = json!({ "content_type": "url", "content": example });
        assert!(parse_new_code(&(&code).into(), &CONTEXT).is_ok(), "{example}");
    }
    for example in examples(document, "Alias") {
        assert!(Alias::parse(example.as_str().unwrap()).is_ok(), "{example}");
    }
    for example in examples(document, "CodeId") {
        assert!(example.as_str().unwrap().parse::<CodeId>().is_ok(), "{example}");
    }
}
