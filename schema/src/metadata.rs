//! The caller's own key-value pairs on a code.

mod members;
#[cfg(test)]
pub(crate) mod tests;

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::value::RawValue;

pub use self::members::MetadataMembers;

/// A JSON object of at most 50 keys and, as text without white space, 4,096 bytes.
///
/// It is kept and answered as the text that came, without the white space between tokens: numbers are never
/// printed anew, so that one with more digits than a double holds comes back as it was sent. Members stay in
/// the order they came.
#[derive(Clone, Debug, Default)]
pub struct Metadata(
    /// The text of the object; `None` for an empty one.
    Option<Box<RawValue>>,
);

/// Why metadata is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMetadata {
    /// Not a JSON object.
    #[error("must be an object")]
    NotAnObject,
    /// More than 50 keys.
    #[error("must have at most 50 keys, has {0}")]
    TooManyKeys(usize),
    /// More than 4,096 bytes as JSON text without white space.
    #[error("must have at most 4096 bytes as JSON, has {0}")]
    TooLong(usize),
}

impl Metadata {
    /// Most keys of the object.
    pub const KEY_LIMIT: usize = 50;
    /// Most bytes of its text.
    pub const BYTE_LIMIT: usize = 4_096;

    const EMPTY: &str = "{}";

    /// Takes the object that is written in `text`.
    pub fn parse(text: &str) -> Result<Self, InvalidMetadata> {
        MetadataMembers::parse(text).and_then(|members| Self::of(&members))
    }

    /// Takes a text from the store. It must be an object, to be answered inside of JSON; the bounds are for
    /// what comes in, not for what is there already.
    ///
    /// # Errors
    /// [`InvalidMetadata::NotAnObject`] alone.
    pub fn from_stored(text: &str) -> Result<Self, InvalidMetadata> {
        let value: Box<RawValue> = serde_json::from_str(text).map_err(|_| InvalidMetadata::NotAnObject)?;
        if value.get().starts_with('{') { Ok(Self(Some(value))) } else { Err(InvalidMetadata::NotAnObject) }
    }

    fn of(members: &MetadataMembers) -> Result<Self, InvalidMetadata> {
        if members.len() > Self::KEY_LIMIT {
            return Err(InvalidMetadata::TooManyKeys(members.len()));
        }
        let text = members.to_string();
        if text.len() > Self::BYTE_LIMIT {
            return Err(InvalidMetadata::TooLong(text.len()));
        }
        if members.len() == 0 {
            return Ok(Self::default());
        }
        RawValue::from_string(text).map(Some).map(Self).map_err(|_| InvalidMetadata::NotAnObject)
    }

    /// Its text, for the store.
    pub fn as_str(&self) -> &str {
        self.0.as_deref().map_or(Self::EMPTY, RawValue::get)
    }

    /// Whether it has no members.
    pub fn is_empty(&self) -> bool {
        self.as_str() == Self::EMPTY
    }

    /// What it becomes when `patch` is merged into it (RFC 7396): members of null are removed, objects are
    /// merged, all else replaces. What the patch does not name keeps its text.
    pub fn merge(&self, patch: &MetadataMembers) -> Result<Self, InvalidMetadata> {
        let mut members = MetadataMembers::parse(self.as_str())?;
        members.merge(patch);
        Self::of(&members)
    }
}

/// By their texts: `1` and `1.0` differ, and so does the order of members.
impl PartialEq for Metadata {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Metadata {}

impl Serialize for Metadata {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            None => serializer.serialize_map(Some(0))?.end(),
            Some(text) => text.serialize(serializer),
        }
    }
}
