//! Pointers from one part of the document to another, and what is written around them.

use serde_json::{Map, Value, json};

/// Parts of the document by name.
pub(super) type Named = Map<String, Value>;

/// The members of `object`.
pub(super) fn named(object: Value) -> Named {
    match object {
        Value::Object(members) => members,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Named::new(),
    }
}

/// The schema called `name`.
pub(super) fn schema(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// The schema called `name`, or null.
pub(super) fn schema_or_null(name: &str) -> Value {
    json!({ "anyOf": [schema(name), { "type": "null" }] })
}

/// The parameters called `names`.
pub(super) fn parameters(names: &[&str]) -> Vec<Value> {
    names.iter().map(|name| json!({ "$ref": format!("#/components/parameters/{name}") })).collect()
}

/// The headers called `names`, by name.
pub(super) fn headers(names: &[&str]) -> Named {
    let reference = |name: &&str| json!({ "$ref": format!("#/components/headers/{name}") });
    names.iter().map(|name| ((*name).to_owned(), reference(name))).collect()
}

/// A body of JSON that has the schema called `name`.
pub(super) fn json_body(name: &str) -> Value {
    json!({ "application/json": { "schema": schema(name) } })
}
