//! Columns read back into domain types. A value that ezqr does not write is reported by its column.

use std::fmt::Display;

use ezqr_schema::{InvalidTimestamp, LinkBaseId, Sequence, Timestamp};
use scylla::value::CqlTimestamp;

use crate::ReadError;

/// A column that holds what ezqr does not write. The value itself stays out of the message: it may be secret.
pub(super) fn of_column(column: &str, error: impl Display) -> ReadError {
    ReadError::Unreadable(format!("{column}: {error}"))
}

/// A value that is always there.
pub(super) fn there<T>(column: &str, value: Option<T>) -> Result<T, ReadError> {
    value.ok_or_else(|| of_column(column, "is missing"))
}

/// A value that may be absent, parsed.
pub(super) fn parsed<V, T, E: Display>(
    column: &str,
    value: Option<V>,
    parse: impl FnOnce(V) -> Result<T, E>,
) -> Result<Option<T>, ReadError> {
    value.map(parse).transpose().map_err(|error| of_column(column, error))
}

/// A value that is always there, parsed.
pub(super) fn needed<V, T, E: Display>(
    column: &str,
    value: Option<V>,
    parse: impl FnOnce(V) -> Result<T, E>,
) -> Result<T, ReadError> {
    there(column, parsed(column, value, parse)?)
}

/// A text that is always there, taken as it is stored: the rules for what comes in are no rules for what is there.
pub(super) fn stored_text<T>(
    column: &str,
    text: Option<&str>,
    take: impl FnOnce(&str) -> T,
) -> Result<T, ReadError> {
    there(column, text.map(take))
}

/// The value of an enumeration that is stored by its name.
pub(super) fn known<T>(
    column: &str,
    name: Option<&str>,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, ReadError> {
    needed(column, name, |name| parse(name).ok_or("is no value of its enumeration"))
}

/// 32 bytes that are always there.
pub(super) fn bytes(column: &str, value: Option<&[u8]>) -> Result<[u8; 32], ReadError> {
    needed(column, value, <[u8; 32]>::try_from)
}

/// An instant as it is stored.
pub(super) fn instant(value: CqlTimestamp) -> Result<Timestamp, InvalidTimestamp> {
    Timestamp::from_millis(value.0)
}

/// An instant that is always there.
pub(super) fn timestamp(column: &str, value: Option<CqlTimestamp>) -> Result<Timestamp, ReadError> {
    needed(column, value, instant)
}

/// The number of a link base.
pub(super) fn link_base(column: &str, value: Option<i32>) -> Result<LinkBaseId, ReadError> {
    needed(column, value, |number| u16::try_from(number).map(LinkBaseId))
}

/// A sequence number.
pub(super) fn sequence(column: &str, value: Option<i64>) -> Result<Sequence, ReadError> {
    needed(column, value, |number| Sequence::new(number.cast_unsigned()))
}

/// An instant, to be stored.
pub(super) const fn stored_instant(timestamp: Timestamp) -> CqlTimestamp {
    CqlTimestamp(timestamp.as_millis())
}

/// An instant as the time of a write.
pub(super) const fn microseconds(instant: Timestamp) -> i64 {
    instant.as_millis().saturating_mul(1_000)
}
