//! Whether a value is valid by a schema: as much of JSON Schema as the document uses, and no more.

use std::collections::BTreeSet;

use proptest::prelude::*;
use regex::Regex;
use serde_json::{Map, Value, json};

use super::{Asked, Read, asked, document, examples, names, resolved, schema};

/// What in a schema says nothing about validity. Formats are only told.
const NOTES: [&str; 5] = ["default", "description", "discriminator", "examples", "format"];

/// Why `value` is not valid by `schema`; `None` when it is.
pub(super) fn invalid(document: &Value, schema: &Value, value: &Value) -> Option<String> {
    let rules = schema.as_object().unwrap();
    let broken = rules.iter().find(|(keyword, rule)| !holds(document, schema, keyword, rule, value));
    broken.map(|(keyword, rule)| format!("{value} breaks {keyword} {rule}"))
}

fn holds(document: &Value, schema: &Value, keyword: &str, rule: &Value, value: &Value) -> bool {
    let valid = |schema: &Value, value: &Value| invalid(document, schema, value).is_none();
    let at_most = |found: Option<usize>| found.is_none_or(|found| found as u64 <= rule.as_u64().unwrap());
    let at_least = |found: Option<usize>| found.is_none_or(|found| found as u64 >= rule.as_u64().unwrap());
    let characters = || value.as_str().map(|text| text.chars().count());
    let items = || value.as_array().map(Vec::len);
    let alternatives = || rule.as_array().unwrap().iter().filter(|schema| valid(schema, value)).count();
    match keyword {
        "$ref" => valid(resolved(document, schema), value),
        "type" => match rule.as_array() {
            Some(kinds) => kinds.iter().any(|kind| is_of(kind, value)),
            None => is_of(rule, value),
        },
        "enum" => rule.as_array().unwrap().contains(value),
        "const" => rule == value,
        "pattern" => {
            value.as_str().is_none_or(|text| Regex::new(rule.as_str().unwrap()).unwrap().is_match(text))
        }
        "minLength" => at_least(characters()),
        "maxLength" => at_most(characters()),
        "minItems" => at_least(items()),
        "maxItems" => at_most(items()),
        "maxProperties" => at_most(value.as_object().map(Map::len)),
        "minimum" => value.as_f64().is_none_or(|found| found >= rule.as_f64().unwrap()),
        "maximum" => value.as_f64().is_none_or(|found| found <= rule.as_f64().unwrap()),
        "items" => value.as_array().is_none_or(|values| values.iter().all(|value| valid(rule, value))),
        "required" => value.as_object().is_none_or(|object| {
            rule.as_array().unwrap().iter().all(|name| object.contains_key(name.as_str().unwrap()))
        }),
        "properties" => value.as_object().is_none_or(|object| {
            object.iter().all(|(name, value)| rule.get(name).is_none_or(|schema| valid(schema, value)))
        }),
        "additionalProperties" => {
            assert_eq!(rule, &json!(false));
            value
                .as_object()
                .is_none_or(|object| object.keys().all(|name| schema["properties"].get(name).is_some()))
        }
        "dependentSchemas" => value.as_object().is_none_or(|object| {
            let rules = rule.as_object().unwrap();
            rules.iter().all(|(name, schema)| !object.contains_key(name) || valid(schema, value))
        }),
        "allOf" => alternatives() == rule.as_array().unwrap().len(),
        "anyOf" => alternatives() > 0,
        "oneOf" => alternatives() == 1,
        "not" => !valid(rule, value),
        note => {
            assert!(NOTES.contains(&note), "{note} is not known here");
            true
        }
    }
}

fn is_of(kind: &Value, value: &Value) -> bool {
    match kind.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("no type {other}"),
    }
}

#[test]
fn a_value_breaks_each_rule_for_itself() {
    let rules = [
        (json!({ "type": "string" }), json!("a"), json!(1)),
        (json!({ "type": ["integer", "null"] }), json!(null), json!(1.5)),
        (json!({ "enum": ["a"] }), json!("a"), json!("b")),
        (json!({ "const": true }), json!(true), json!(false)),
        (json!({ "pattern": "^a+$" }), json!("aa"), json!("ab")),
        (json!({ "minLength": 1, "maxLength": 2 }), json!("äö"), json!("")),
        (json!({ "maxLength": 2 }), json!("äö"), json!("abc")),
        (json!({ "minItems": 1 }), json!([1]), json!([])),
        (json!({ "maxItems": 1 }), json!([1]), json!([1, 2])),
        (json!({ "maxProperties": 1 }), json!({ "a": 1 }), json!({ "a": 1, "b": 1 })),
        (json!({ "minimum": 1 }), json!(1), json!(0)),
        (json!({ "maximum": 1 }), json!(1), json!(1.1)),
        (json!({ "items": { "type": "string" } }), json!(["a"]), json!([1])),
        (json!({ "required": ["a"] }), json!({ "a": 1 }), json!({})),
        (json!({ "properties": { "a": { "const": 1 } } }), json!({ "a": 1, "b": 2 }), json!({ "a": 2 })),
        (
            json!({ "properties": { "a": {} }, "additionalProperties": false }),
            json!({ "a": 1 }),
            json!({ "b": 1 }),
        ),
        (json!({ "dependentSchemas": { "a": { "required": ["b"] } } }), json!({ "b": 1 }), json!({ "a": 1 })),
        (json!({ "allOf": [{ "minimum": 1 }, { "maximum": 2 }] }), json!(2), json!(3)),
        (json!({ "anyOf": [{ "maximum": 1 }, { "minimum": 3 }] }), json!(3), json!(2)),
        (json!({ "oneOf": [{ "minimum": 1 }, { "minimum": 3 }] }), json!(2), json!(3)),
        (json!({ "not": { "minimum": 1 } }), json!(0), json!(1)),
        (json!({ "$ref": "#/a" }), json!("b"), json!("c")),
    ];
    let document = json!({ "a": { "const": "b" } });
    for (schema, valid, breaks) in rules {
        assert_eq!(invalid(&document, &schema, &valid), None, "{schema}");
        assert!(invalid(&document, &schema, &breaks).is_some(), "{schema}");
    }
}

/// An example of what can be asked, with one field dropped, added or given another value.
fn nearly_an_example() -> impl Strategy<Value = (Asked, Value)> {
    let document = document();
    let mut examples_by_schema = Vec::new();
    let mut values =
        vec![json!(null), json!(true), json!(""), json!(-1), json!(0.5), json!([]), json!({}), json!(["a"])];
    let mut fields = BTreeSet::from(["unknown".to_owned()]);
    for asked in asked() {
        fields.extend(names(&schema(document, asked.schema)["properties"]));
        for example in examples(document, asked.schema) {
            values.extend(example.as_object().unwrap().values().cloned());
            values.push(example.clone());
            examples_by_schema.push((asked, example.clone()));
        }
    }
    let fields: Vec<String> = fields.into_iter().collect();
    let change = prop::option::of(prop::sample::select(values));
    (prop::sample::select(examples_by_schema), prop::sample::select(fields), change).prop_map(
        |((asked, mut example), field, change)| {
            let object = example.as_object_mut().unwrap();
            match change {
                Some(value) => object.insert(field, value),
                None => object.remove(&field),
            };
            (asked, example)
        },
    )
}

/// A null field counts as absent, except in a change.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(object) => object
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, without_nulls(value)))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => value,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_is_accepted_is_described((asked, object) in nearly_an_example()) {
        if asked.faults(&object).is_empty() {
            let document = document();
            let object = if matches!(asked.read, Read::Patch) { object } else { without_nulls(object) };
            prop_assert_eq!(invalid(document, schema(document, asked.schema), &object), None);
        }
    }
}
