//! Reads a body's text.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// Most arrays and objects inside one another.
const DEPTH_LIMIT: u32 = 32;

/// Most values of a body. In memory a value takes up to some hundred times its text, so that the bound on a
/// body's bytes alone would not hold the memory of a request down.
const VALUE_LIMIT: u32 = 100_000;

/// Why a body cannot be read: the problem `malformed-body`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyFault {
    /// There is nothing in it, or white space alone.
    #[error("The body is empty; JSON is expected.")]
    Empty,
    /// It is not UTF-8 (RFC 8259, 8.1).
    #[error("The body is not UTF-8: byte {offset} belongs to no character.")]
    NotUtf8 {
        /// Bytes before the first that is not, from 0.
        offset: usize,
    },
    /// It is not JSON, or more than is taken: nested deeper than 32 levels, a member twice, over 100,000 values.
    #[error("The body is not the JSON expected: {reason}.")]
    Malformed {
        /// What was found, with line and column, both from 1.
        reason: String,
    },
}

/// A body that was read: what it says, and how that was written.
#[derive(Clone, Debug)]
pub struct Body<'text> {
    value: Value,
    text: Cow<'text, str>,
}

impl Body<'_> {
    /// What it says. A number is the nearest double or integer.
    pub const fn value(&self) -> &Value {
        &self.value
    }

    /// The whole of it, as a part.
    pub(super) fn part(&self) -> BodyPart<'_> {
        BodyPart { value: &self.value, text: &self.text }
    }

    /// The elements of its array; `None` when it is none.
    pub(super) fn elements(&self) -> Option<Vec<BodyPart<'_>>> {
        let Value::Array(values) = &self.value else { return None };
        let texts: Vec<&RawValue> = serde_json::from_str(&self.text).ok()?;
        let part = |(value, text)| BodyPart { value, text: RawValue::get(text) };
        Some(values.iter().zip(texts).map(part).collect())
    }
}

/// The body that says `value`.
impl From<&Value> for Body<'static> {
    fn from(value: &Value) -> Self {
        Self { value: value.clone(), text: value.to_string().into() }
    }
}

/// A value inside a body.
#[derive(Clone, Copy, Debug)]
pub(super) struct BodyPart<'body> {
    pub(super) value: &'body Value,
    text: &'body str,
}

impl<'body> BodyPart<'body> {
    /// The text of its member `metadata`; `None` when it is missing or null.
    pub(super) fn metadata_text(&self) -> Option<&'body str> {
        #[derive(Deserialize)]
        struct Texts<'text> {
            #[serde(borrow)]
            metadata: Option<&'text RawValue>,
        }
        let texts: Texts<'body> = serde_json::from_str(self.text).ok()?;
        texts.metadata.map(RawValue::get)
    }
}

/// Reads `bytes` as one JSON value (RFC 8259).
///
/// Stricter than JSON in one thing it leaves open (RFC 8259, 4): a member that is there twice is refused,
/// because one of the two would silently be lost.
pub fn parse_body(bytes: &[u8]) -> Result<Body<'_>, BodyFault> {
    let text = str::from_utf8(bytes).map_err(|error| BodyFault::NotUtf8 { offset: error.valid_up_to() })?;
    // Some programs write one in front, which JSON lets a reader skip (RFC 8259, 8.1).
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_ascii().is_empty() {
        return Err(BodyFault::Empty);
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let left = Cell::new(VALUE_LIMIT);
    let value = Nested { depth: 0, left: &left }.deserialize(&mut deserializer);
    let ended = value.and_then(|value| deserializer.end().map(|()| value));
    let value = ended.map_err(|error| BodyFault::Malformed { reason: error.to_string() })?;
    Ok(Body { value, text: text.into() })
}

/// Reads a value that stands inside `depth` others.
#[derive(Clone, Copy)]
struct Nested<'count> {
    depth: u32,
    /// How many more values the body may have.
    left: &'count Cell<u32>,
}

impl Nested<'_> {
    fn inner<E: Error>(self) -> Result<Self, E> {
        if self.depth == DEPTH_LIMIT {
            return Err(E::custom(format_args!("more than {DEPTH_LIMIT} levels of nesting")));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Nested<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let left = self.left.get().checked_sub(1);
        let left = left.ok_or_else(|| D::Error::custom(format_args!("more than {VALUE_LIMIT} values")))?;
        self.left.set(left);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Nested<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut array = Vec::new();
        while let Some(element) = elements.next_element_seed(inner)? {
            array.push(element);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            match object.entry(name) {
                Entry::Vacant(vacant) => {
                    vacant.insert(members.next_value_seed(inner)?);
                }
                Entry::Occupied(occupied) => {
                    let name: String = occupied.key().chars().take(64).collect();
                    return Err(A::Error::custom(format_args!("the member {name:?} is there twice")));
                }
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests;
