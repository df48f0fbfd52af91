//! A [`Code`] as the parameters of a statement.

use ezqr_schema::{Alias, Code, ExternalId, Name, TargetUrl, Timestamp};
use rusqlite::Statement;

use crate::stored::{created_at, integer, level_number, metadata, status_number, updated_at};

/// The columns that a change may change, bound from `first` on: [`MUTABLE`] in order.
pub(super) fn bind_mutable(statement: &mut Statement<'_>, first: usize, code: &Code) -> rusqlite::Result<()> {
    statement.raw_bind_parameter(first, code.target_url.as_ref().map(TargetUrl::as_str))?;
    statement.raw_bind_parameter(first + 1, code.name.as_ref().map(Name::as_str))?;
    statement.raw_bind_parameter(first + 2, tags(code))?;
    statement.raw_bind_parameter(first + 3, metadata(code))?;
    statement.raw_bind_parameter(first + 4, external_id(code))?;
    statement.raw_bind_parameter(first + 5, status_number(code.status))?;
    statement.raw_bind_parameter(first + 6, code.expires_at.map(Timestamp::as_millis))?;
    statement.raw_bind_parameter(first + 7, updated_at(code).map(Timestamp::as_millis))?;
    statement.raw_bind_parameter(first + 8, integer(code.version.get()))
}

/// What [`bind_mutable`] binds.
pub(super) const MUTABLE: [&str; 9] = [
    "target_url",
    "name",
    "tags",
    "metadata",
    "external_id",
    "status",
    "expires_ms",
    "updated_ms",
    "version",
];

/// The columns that never change, bound from `first` on: [`IMMUTABLE`] in order.
pub(super) fn bind_immutable(
    statement: &mut Statement<'_>,
    first: usize,
    code: &Code,
) -> rusqlite::Result<()> {
    debug_assert_eq!(created_at(code.id), Ok(code.created_at), "the time is stored in the id alone");
    statement.raw_bind_parameter(first, integer(code.sequence.get()))?;
    statement.raw_bind_parameter(first + 1, code.id.as_uuid().as_bytes().as_slice())?;
    statement.raw_bind_parameter(first + 2, code.content_type.code())?;
    statement.raw_bind_parameter(first + 3, code.content.as_str())?;
    statement.raw_bind_parameter(first + 4, code.alias.as_ref().map(Alias::as_str))?;
    statement.raw_bind_parameter(first + 5, code.link_base.0)?;
    statement.raw_bind_parameter(first + 6, level_number(code.error_correction))
}

/// What [`bind_immutable`] binds.
pub(super) const IMMUTABLE: [&str; 7] =
    ["sequence", "id", "content_type", "content", "alias", "link_base", "error_correction"];

/// The tags as a JSON array; `None` for none.
pub(super) fn tags(code: &Code) -> Option<String> {
    // A set of texts serialises without failing.
    (!code.tags.is_empty()).then(|| serde_json::to_string(&code.tags).unwrap_or_default())
}

/// The external id.
pub(super) fn external_id(code: &Code) -> Option<&str> {
    code.external_id.as_ref().map(ExternalId::as_str)
}
