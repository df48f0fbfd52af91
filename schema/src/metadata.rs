//! The caller's own key-value pairs on a code.

use serde_json::{Map, Value};

/// A JSON object of at most 50 keys and, as text, 4,096 bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata(Map<String, Value>);

/// Why metadata is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMetadata {
    /// Not a JSON object.
    #[error("must be an object")]
    NotAnObject,
    /// More than 50 keys.
    #[error("must have at most 50 keys, has {0}")]
    TooManyKeys(usize),
    /// More than 4,096 bytes as JSON text.
    #[error("must have at most 4096 bytes as JSON, has {0}")]
    TooLong(usize),
}

impl Metadata {
    /// Most keys of the object.
    pub const KEY_LIMIT: usize = 50;
    /// Most bytes of its text.
    pub const BYTE_LIMIT: usize = 4_096;

    /// Takes an object as it is.
    pub fn parse(value: Value) -> Result<Self, InvalidMetadata> {
        let Value::Object(object) = value else { return Err(InvalidMetadata::NotAnObject) };
        Self::from_object(object)
    }

    /// The object in `text`, as the store keeps it.
    pub fn from_json(text: &str) -> Result<Self, InvalidMetadata> {
        serde_json::from_str(text).map_err(|_| InvalidMetadata::NotAnObject).and_then(Self::from_object)
    }

    fn from_object(object: Map<String, Value>) -> Result<Self, InvalidMetadata> {
        if object.len() > Self::KEY_LIMIT {
            return Err(InvalidMetadata::TooManyKeys(object.len()));
        }
        let metadata = Self(object);
        let length = if metadata.0.is_empty() { 2 } else { metadata.to_json().len() };
        if length > Self::BYTE_LIMIT { Err(InvalidMetadata::TooLong(length)) } else { Ok(metadata) }
    }

    /// Its text, for the store.
    pub fn to_json(&self) -> String {
        // `Map` serialises without failing: its keys are strings.
        serde_json::to_string(&self.0).unwrap_or_default()
    }

    /// The object, for an answer.
    pub const fn as_object(&self) -> &Map<String, Value> {
        &self.0
    }

    /// What it becomes when `patch` is merged into it (RFC 7396): members of null are removed, objects are
    /// merged, all else replaces.
    pub fn merge(&self, patch: &Map<String, Value>) -> Result<Self, InvalidMetadata> {
        let mut merged = self.0.clone();
        merge_object(&mut merged, patch);
        Self::from_object(merged)
    }
}

fn merge_object(target: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (key, change) in patch {
        match change {
            Value::Null => {
                target.remove(key);
            }
            Value::Object(inner) => {
                let member = target.entry(key.clone()).or_insert(Value::Null);
                if !member.is_object() {
                    *member = Value::Object(Map::new());
                }
                if let Value::Object(member) = member {
                    merge_object(member, inner);
                }
            }
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                target.insert(key.clone(), change.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn merging_follows_the_examples_of_rfc_7396() {
        let cases = [
            (json!({"a":"b"}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"b"}), json!({"b":"c"}), json!({"a":"b","b":"c"})),
            (json!({"a":"b"}), json!({"a":null}), json!({})),
            (json!({"a":"b","b":"c"}), json!({"a":null}), json!({"b":"c"})),
            (json!({"a":["b"]}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"c"}), json!({"a":["b"]}), json!({"a":["b"]})),
            (json!({"a":{"b":"c"}}), json!({"a":{"b":"d","c":null}}), json!({"a":{"b":"d"}})),
            (json!({"a":[{"b":"c"}]}), json!({"a":[1]}), json!({"a":[1]})),
            (json!({"e":null}), json!({"a":1}), json!({"e":null,"a":1})),
            (json!({}), json!({"a":{"bb":{"ccc":null}}}), json!({"a":{"bb":{}}})),
        ];
        for (original, patch, result) in cases {
            let merged = Metadata::parse(original).unwrap().merge(patch.as_object().unwrap()).unwrap();
            assert_eq!(Value::Object(merged.0), result);
        }
    }

    #[test]
    fn the_bounds_are_counted_after_a_merge_too() {
        let full: Map<String, Value> = (0..50).map(|key| (key.to_string(), json!(1))).collect();
        let metadata = Metadata::parse(Value::Object(full)).unwrap();
        let patch = json!({"one more": 1});
        assert_eq!(metadata.merge(patch.as_object().unwrap()), Err(InvalidMetadata::TooManyKeys(51)));
        let long = json!({"key": "x".repeat(4_096 - 10)});
        assert_eq!(Metadata::parse(long.clone()).unwrap().to_json().len(), 4_096);
        assert_eq!(
            Metadata::parse(json!({"kez": long["key"], "a": 1})),
            Err(InvalidMetadata::TooLong(4_102))
        );
    }
}
