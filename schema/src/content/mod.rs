//! What a code holds: its type, and the payload that goes into the pattern.
//!
//! One module per content type turns the named fields of an object into a payload. Each reads its fields
//! through [`fields::Fields`], which collects every fault of the object before it refuses.

mod content_line;
mod content_type;
mod decimal;
mod email;
mod event;
pub(crate) mod fields;
mod geo;
mod moment;
mod pasted;
mod payload;
mod payment;
mod percent;
mod phone;
mod plain;
pub(crate) mod rules;
mod vcard;
mod wifi;

pub use content_type::ContentType;
pub use payload::{Payload, PayloadError};

/// A module that turns an object's fields into a payload.
type Build = fn(&mut fields::Fields<'_>) -> Result<String, fields::Refused>;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
