//! Look-up rows: hints that only ever appear.

use ezqr_schema::{Code, Owner, Tag};
use rusqlite::{Connection, params};

use crate::PagePosition;
use crate::embedded::rows::integer;

/// Notes a page of `owner` under each of `tags`, where it most often stands already.
pub(super) fn note_tags<'tag>(
    connection: &Connection,
    page: PagePosition,
    owner: &Owner,
    tags: impl Iterator<Item = &'tag Tag>,
) -> rusqlite::Result<()> {
    let Owner { account, environment } = owner;
    let mut insert = connection.prepare_cached(
        "INSERT OR IGNORE INTO pages_by_tag (account_id, environment, tag, opened_ms, page) VALUES (?, ?, ?, ?, ?)",
    )?;
    for tag in tags {
        insert.execute(params![
            account.as_uuid().as_bytes(),
            environment.as_str(),
            tag.as_str(),
            page.opened_at.as_millis(),
            integer(page.page.get()),
        ])?;
    }
    Ok(())
}

/// Notes `code` under its external id, if it has one.
pub(super) fn note_external_id(connection: &Connection, code: &Code) -> rusqlite::Result<()> {
    let Some(external_id) = &code.external_id else { return Ok(()) };
    let Owner { account, environment } = &code.owner;
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO codes_by_external_id (account_id, environment, external_id, sequence) \
             VALUES (?, ?, ?, ?)",
        )?
        .execute(params![
            account.as_uuid().as_bytes(),
            environment.as_str(),
            external_id.as_str(),
            integer(code.sequence.get()),
        ])?;
    Ok(())
}
