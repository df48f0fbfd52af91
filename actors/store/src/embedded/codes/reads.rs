//! The queries for codes and what leads to them.

use std::sync::LazyLock;

use ezqr_schema::{Alias, Code, ExternalId, Owner, PAGE_CODES, Page, Sequence, Tag};
use rusqlite::{Connection, Row, params};

use super::decode::{COLUMN_COUNT, COLUMNS, code as read_code};
use crate::embedded::reads::{all, all_readable, first};
use crate::embedded::rows::{Column, integer, number, owner, sequence as read_sequence, timestamp};
use crate::{PagePosition, ReadError, StoredCode};

/// Above every number and instant there is: where a walk from the newest begins.
const BEYOND: i64 = i64::MAX;

/// One code with its page.
pub(super) static CODE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT {COLUMNS}, account_id, environment, opened_ms \
         FROM codes JOIN pages ON pages.page = codes.sequence >> 7 WHERE sequence = ?"
    )
});

/// The codes of a page, or of its beginning.
pub(super) static CODES: LazyLock<String> = LazyLock::new(|| {
    format!("SELECT {COLUMNS} FROM codes WHERE sequence >= ? AND sequence < ? ORDER BY sequence DESC")
});

pub(super) const OWNER: &str = "SELECT account_id, environment FROM pages WHERE page = ?";

pub(super) const ALIAS: &str = "SELECT sequence FROM aliases WHERE alias = ?";

pub(super) const SEQUENCES: &str = "SELECT sequence FROM codes_by_external_id \
     WHERE account_id = ? AND environment = ? AND external_id = ? AND sequence < ? \
     ORDER BY sequence DESC LIMIT ?";

pub(super) const PAGES: &str = "SELECT opened_ms, page FROM pages \
     WHERE account_id = ? AND environment = ? AND (opened_ms, page) < (?, ?) \
     ORDER BY opened_ms DESC, page DESC LIMIT ?";

pub(super) const PAGES_BY_TAG: &str = "SELECT opened_ms, page FROM pages_by_tag \
     WHERE account_id = ? AND environment = ? AND tag = ? AND (opened_ms, page) < (?, ?) \
     ORDER BY opened_ms DESC, page DESC LIMIT ?";

pub(super) fn code(connection: &Connection, sequence: Sequence) -> Result<Option<StoredCode>, ReadError> {
    first(connection, &CODE, [integer(sequence.get())], |row| {
        let columns =
            [Column(COLUMN_COUNT, "pages.account_id"), Column(COLUMN_COUNT + 1, "pages.environment")];
        let code = read_code(row, owner(row, columns)?)?;
        Ok(StoredCode { code, page_opened_at: timestamp(row, Column(COLUMN_COUNT + 2, "pages.opened_ms"))? })
    })
}

pub(super) fn sequence_of_alias(
    connection: &Connection,
    alias: &Alias,
) -> Result<Option<Sequence>, ReadError> {
    first(connection, ALIAS, [alias.as_str()], |row| read_sequence(row, Column(0, "aliases.sequence")))
}

pub(super) fn sequences_of_external_id(
    connection: &Connection,
    wanted: &Owner,
    external_id: &ExternalId,
    before: Option<Sequence>,
    limit: usize,
) -> Result<Vec<Sequence>, ReadError> {
    let before = before.map_or(BEYOND, |before| integer(before.get()));
    let account = wanted.account.as_uuid();
    let parameters =
        params![account.as_bytes(), wanted.environment.as_str(), external_id.as_str(), before, bound(limit),];
    all(connection, SEQUENCES, parameters, |row| {
        read_sequence(row, Column(0, "codes_by_external_id.sequence"))
    })
}

pub(super) fn pages_before(
    connection: &Connection,
    wanted: &Owner,
    tag: Option<&Tag>,
    before: Option<PagePosition>,
    limit: usize,
) -> Result<Vec<PagePosition>, ReadError> {
    let account = wanted.account.as_uuid();
    let environment = wanted.environment.as_str();
    let (opened, page) =
        before.map_or((BEYOND, BEYOND), |before| (before.opened_at.as_millis(), integer(before.page.get())));
    let limit = bound(limit);
    match tag {
        None => all(
            connection,
            PAGES,
            params![account.as_bytes(), environment, opened, page, limit],
            page_position,
        ),
        Some(tag) => {
            let parameters = params![account.as_bytes(), environment, tag.as_str(), opened, page, limit];
            all(connection, PAGES_BY_TAG, parameters, page_position)
        }
    }
}

pub(super) fn codes_of_page(
    connection: &Connection,
    page: Page,
    before: Option<Sequence>,
) -> Result<Vec<Code>, ReadError> {
    let columns = [Column(0, "pages.account_id"), Column(1, "pages.environment")];
    let found = first(connection, OWNER, [integer(page.get())], |row| owner(row, columns))?;
    let Some(found) = found else { return Ok(Vec::new()) };
    let begin = integer(page.get().saturating_mul(PAGE_CODES));
    let end = begin.saturating_add(integer(PAGE_CODES));
    let end = before.map_or(end, |before| end.min(integer(before.get())));
    all_readable(connection, &CODES, [begin, end], page.get(), |row| read_code(row, found.clone()))
}

fn page_position(row: &Row<'_>) -> Result<PagePosition, ReadError> {
    Ok(PagePosition {
        opened_at: timestamp(row, Column(0, "pages.opened_ms"))?,
        page: number(row, Column(1, "pages.page"), Page::new)?,
    })
}

fn bound(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
