//! Reads of codes.

use ezqr_schema::{Code, ExternalId, Owner, Page, Sequence};
use scylla::errors::PrepareError;
use scylla::statement::prepared::PreparedStatement;

use super::decode::CodeRow;
use super::pages::bound;
use crate::scylla::Core;
use crate::scylla::columns::{of_column, sequence};
use crate::scylla::driver::{Class, Driver};
use crate::scylla::failure::corrupt;
use crate::stored::integer;
use crate::unreadable::PassedOver;
use crate::{ReadError, StoredCode};

/// Above every number there is.
const BEYOND: i64 = i64::MAX;

/// The columns of a code, in the order [`CodeRow`] reads them.
const COLUMNS: &str = "account_id, environment, opened_at, sequence, id, content_type, content, target_url, alias, \
     link_base, name, tags, metadata, external_id, error_correction, status, expires_at, updated_at, version";

/// Their statements.
pub(super) struct Statements {
    code: PreparedStatement,
    codes_of_page: PreparedStatement,
    external_id: PreparedStatement,
}

impl Statements {
    pub(super) async fn prepare(driver: &Driver) -> Result<Self, PrepareError> {
        let code = format!("SELECT {COLUMNS} FROM codes WHERE page = ? AND sequence = ?");
        let codes_of_page = format!("SELECT {COLUMNS} FROM codes WHERE page = ? AND sequence < ?");
        let external_id = "SELECT sequence FROM codes_by_external_id WHERE account_id = ? AND environment = ? \
             AND external_id = ? AND sequence < ? LIMIT ?";
        Ok(Self {
            code: driver.prepare(Class::PointRead, &code).await?,
            codes_of_page: driver.prepare(Class::Read, &codes_of_page).await?,
            external_id: driver.prepare(Class::Read, external_id).await?,
        })
    }
}

/// The code minted under `sequence`.
pub(super) async fn code(core: &Core, sequence: Sequence) -> Result<Option<StoredCode>, ReadError> {
    let place = (integer(sequence.page().get()), integer(sequence.get()));
    let rows = core.driver.read(&core.statements.codes.reads.code, place).await?;
    let row = rows.maybe_first_row::<CodeRow<'_>>().map_err(corrupt)?;
    row.map_or(Ok(None), |row| row.stored())
}

/// The codes of a page before `before`, highest number first.
pub(super) async fn codes_of_page(
    core: &Core,
    page: Page,
    before: Option<Sequence>,
) -> Result<Vec<Code>, ReadError> {
    let before = before.map_or(BEYOND, |before| integer(before.get()));
    let rows =
        core.driver.read(&core.statements.codes.reads.codes_of_page, (integer(page.get()), before)).await?;
    let mut found = Vec::with_capacity(rows.rows_num());
    let mut owner: Option<Owner> = None;
    let mut passed_over = PassedOver::default();
    for row in rows.rows::<CodeRow<'_>>().map_err(corrupt)? {
        let row = row.map_err(|error| of_column("codes", error)).and_then(|row| read_row(&row, &mut owner));
        found.extend(passed_over.pass(row)?.flatten());
    }
    passed_over.tell(page.get());
    Ok(found)
}

/// The code in `row`, of the page's `owner` once that is known: all of a page have one.
fn read_row(row: &CodeRow<'_>, owner: &mut Option<Owner>) -> Result<Option<Code>, ReadError> {
    let owner = match owner {
        Some(owner) => owner.clone(),
        None => owner.insert(row.owner()?).clone(),
    };
    row.code(owner)
}

/// Codes that have, or once had, an external id: highest number first.
pub(super) async fn sequences_of_external_id(
    core: &Core,
    owner: &Owner,
    external_id: &ExternalId,
    before: Option<Sequence>,
    limit: usize,
) -> Result<Vec<Sequence>, ReadError> {
    let before = before.map_or(BEYOND, |before| integer(before.get()));
    let (account, environment) = (owner.account.as_uuid(), owner.environment.as_str());
    let values = (account, environment, external_id.as_str(), before, bound(limit));
    let rows = core.driver.read(&core.statements.codes.reads.external_id, values).await?;
    let numbers = rows.rows::<(Option<i64>,)>().map_err(corrupt)?;
    numbers.map(|row| sequence("codes_by_external_id.sequence", row.map_err(corrupt)?.0)).collect()
}
