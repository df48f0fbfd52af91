//! What a conditional write of a code was refused by.

use ezqr_schema::Version;
use scylla::value::CqlValue;
use uuid::Uuid;

use super::current::unreadable;
use super::decode::version;
use super::marks;
use crate::ChangeError;
use crate::scylla::conditional::Answer;

/// The columns it was conditioned on, as they are.
pub(super) struct Refusal {
    pub(super) version: Version,
    pub(super) marks: Vec<Uuid>,
}

impl Refusal {
    /// Of an answer that says that nothing was applied. A code without a version is none.
    pub(super) fn of(answer: &Answer) -> Result<Self, ChangeError> {
        let row = answer.row().ok_or(ChangeError::Missing)?;
        let number = row.get("version").and_then(CqlValue::as_bigint).ok_or(ChangeError::Missing)?;
        let version = version("codes.version", Some(number)).map_err(unreadable)?;
        Ok(Self { version, marks: marks::of_columns(row) })
    }
}
