//! Running a query and reading its rows.

use std::fmt::Display;

use rusqlite::{Connection, Params, Row};

use super::failure::read_error;
use crate::ReadError;
use crate::unreadable::PassedOver;

/// The first row of `sql`, if it has one.
pub(super) fn first<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
    read: impl FnOnce(&Row<'_>) -> Result<T, ReadError>,
) -> Result<Option<T>, ReadError> {
    let mut select = connection.prepare_cached(sql).map_err(|error| read_error(&error))?;
    let mut rows = select.query(parameters).map_err(|error| read_error(&error))?;
    rows.next().map_err(|error| read_error(&error))?.map(read).transpose()
}

/// All rows of `sql` that can be read; those that cannot are told as rows of what lies at `place`.
pub(super) fn all_readable<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
    place: impl Display,
    read: impl Fn(&Row<'_>) -> Result<T, ReadError>,
) -> Result<Vec<T>, ReadError> {
    let mut select = connection.prepare_cached(sql).map_err(|error| read_error(&error))?;
    let mut rows = select.query(parameters).map_err(|error| read_error(&error))?;
    let mut found = Vec::new();
    let mut passed_over = PassedOver::default();
    while let Some(row) = rows.next().map_err(|error| read_error(&error))? {
        found.extend(passed_over.pass(read(row))?);
    }
    passed_over.tell(place);
    Ok(found)
}

/// All rows of `sql`.
pub(super) fn all<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
    read: impl Fn(&Row<'_>) -> Result<T, ReadError>,
) -> Result<Vec<T>, ReadError> {
    let mut select = connection.prepare_cached(sql).map_err(|error| read_error(&error))?;
    let mut rows = select.query(parameters).map_err(|error| read_error(&error))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(|error| read_error(&error))? {
        found.push(read(row)?);
    }
    Ok(found)
}
