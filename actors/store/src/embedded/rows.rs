//! Columns read back into domain types.

use std::convert::Infallible;
use std::fmt::Display;

use ezqr_schema::{AccountId, Environment, Owner, Sequence, Timestamp};
use rusqlite::Row;
use rusqlite::types::{FromSql, ValueRef};
use uuid::Uuid;

use super::failure::read_error;
use crate::ReadError;
pub(super) use crate::stored::integer;

/// A column of a query: where it stands, and what to call it. Found by place, because a search by name is
/// what reading a page of codes would spend most of its time on.
#[derive(Clone, Copy)]
pub(super) struct Column(pub(super) usize, pub(super) &'static str);

/// A column that holds what ezqr does not write. The value itself stays out of the message: it may be secret.
pub(super) fn corrupt(column: Column, error: impl Display) -> ReadError {
    ReadError::Unreadable(format!("{}: {error}", column.1))
}

/// A column as SQLite has it.
pub(super) fn get<T: FromSql>(row: &Row<'_>, column: Column) -> Result<T, ReadError> {
    row.get(column.0).map_err(|error| corrupt(column, error))
}

/// A text that is taken as it is stored: the rules for what comes in are no rules for what is there.
pub(super) fn stored_text<T>(
    row: &Row<'_>,
    column: Column,
    take: impl FnOnce(&str) -> T,
) -> Result<T, ReadError> {
    text(row, column, |text| Ok::<_, Infallible>(take(text)))
}

/// The same, of one that may be absent.
pub(super) fn optional_stored_text<T>(
    row: &Row<'_>,
    column: Column,
    take: impl FnOnce(&str) -> T,
) -> Result<Option<T>, ReadError> {
    optional_text(row, column, |text| Ok::<_, Infallible>(take(text)))
}

/// A text, parsed.
pub(super) fn text<T, E: Display>(
    row: &Row<'_>,
    column: Column,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, ReadError> {
    optional_text(row, column, parse)?.ok_or_else(|| corrupt(column, "is missing"))
}

/// A text that may be absent, parsed.
pub(super) fn optional_text<T, E: Display>(
    row: &Row<'_>,
    column: Column,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<Option<T>, ReadError> {
    let value = row.get_ref(column.0).map_err(|error| read_error(&error))?;
    if value == ValueRef::Null {
        return Ok(None);
    }
    let text = value.as_str().map_err(|error| corrupt(column, error))?;
    parse(text).map(Some).map_err(|error| corrupt(column, error))
}

/// A number, parsed.
pub(super) fn number<N: TryFrom<i64>, T, E: Display>(
    row: &Row<'_>,
    column: Column,
    parse: impl FnOnce(N) -> Result<T, E>,
) -> Result<T, ReadError> {
    let value: i64 = get(row, column)?;
    let value = N::try_from(value).map_err(|_| corrupt(column, "is out of range"))?;
    parse(value).map_err(|error| corrupt(column, error))
}

/// The value of an enumeration that is stored as its position or name.
pub(super) fn known<T>(column: Column, value: Option<T>) -> Result<T, ReadError> {
    value.ok_or_else(|| corrupt(column, "is no value of its enumeration"))
}

/// An instant.
pub(super) fn timestamp(row: &Row<'_>, column: Column) -> Result<Timestamp, ReadError> {
    number(row, column, Timestamp::from_millis)
}

/// An instant that may be absent.
pub(super) fn optional_timestamp(row: &Row<'_>, column: Column) -> Result<Option<Timestamp>, ReadError> {
    let value: Option<i64> = get(row, column)?;
    value.map(Timestamp::from_millis).transpose().map_err(|error| corrupt(column, error))
}

/// A UUID.
pub(super) fn uuid(row: &Row<'_>, column: Column) -> Result<Uuid, ReadError> {
    let bytes: [u8; 16] = get(row, column)?;
    Ok(Uuid::from_bytes(bytes))
}

/// A sequence number.
pub(super) fn sequence(row: &Row<'_>, column: Column) -> Result<Sequence, ReadError> {
    number(row, column, Sequence::new)
}

/// The owner of a page: account and environment.
pub(super) fn owner(row: &Row<'_>, [account, environment]: [Column; 2]) -> Result<Owner, ReadError> {
    Ok(Owner {
        account: AccountId::from_uuid(uuid(row, account)?),
        environment: stored_text(row, environment, Environment::from_stored)?,
    })
}
