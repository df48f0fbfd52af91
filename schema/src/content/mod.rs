//! What a code holds: its type, and the payload that goes into the pattern.
//!
//! One module per content type turns the named fields of an object into a payload. Each reads its fields through
//! [`fields::Fields`], which collects every fault of the object before it refuses.

mod content_type;
mod fields;
mod payload;
mod plain;
mod rules;

pub use content_type::ContentType;
pub use payload::{Payload, PayloadError};

/// A module that turns an object's fields into a payload.
type Build = fn(&mut fields::Fields<'_>) -> Result<String, fields::Refused>;

#[cfg(test)]
mod tests;
