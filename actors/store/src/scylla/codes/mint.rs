//! Minting, in an order that lets every step be done again: record, alias, look-up rows, codes.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use ezqr_schema::{Code, PAGE_CODES, Tag};
use futures_util::future::{try_join, try_join_all};
use scylla::errors::PrepareError;
use scylla::statement::batch::Batch;
use scylla::statement::prepared::PreparedStatement;

use super::encode::MintRow;
use super::look_ups::{note_external_id, note_page, note_tag};
use super::{alias, record};
use crate::scylla::Core;
use crate::scylla::driver::{Class, Driver};
use crate::scylla::failure::unavailable;
use crate::{Mint, MintError, MintRecord, Unavailable, WriteError};

/// In the order [`MintRow`] binds it. Rows are never written otherwise but by conditional updates.
const INSERT: &str = "INSERT INTO codes (page, sequence, account_id, environment, opened_at, id, content_type, content, \
     target_url, alias, link_base, name, tags, metadata, external_id, error_correction, status, expires_at, \
     updated_at, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ?";

/// The statement that writes codes.
pub(super) struct Statements {
    insert: PreparedStatement,
    /// The same, as often as a request has codes: made when first needed.
    inserts: Box<[OnceLock<Batch>]>,
}

impl Statements {
    pub(super) async fn prepare(driver: &Driver) -> Result<Self, PrepareError> {
        let insert = driver.prepare(Class::Write, INSERT).await?;
        Ok(Self { insert, inserts: (0..PAGE_CODES).map(|_| OnceLock::new()).collect() })
    }

    /// The batch that inserts `count` codes; `None` for none, and for more than a page holds.
    fn insert(&self, driver: &Driver, count: usize) -> Option<&Batch> {
        let batch = self.inserts.get(count.checked_sub(1)?)?;
        Some(batch.get_or_init(|| {
            let mut batch = driver.batch(Class::Write);
            for _ in 0..count {
                batch.append_statement(self.insert.clone());
            }
            batch
        }))
    }
}

/// Writes new codes.
pub(super) async fn mint(core: &Core, mint: &Mint) -> Result<(), MintError> {
    core.clock_rule.allow_minting(&mint.codes).map_err(WriteError::Unavailable)?;
    let request = match &mint.record {
        MintRecord::Unnamed => return write(core, mint).await,
        MintRecord::Made(request) => {
            record::make(core, mint, request).await?;
            request
        }
        MintRecord::Resumed(request) => request,
    };
    match write(core, mint).await {
        Err(MintError::AliasTaken) => {
            record::take_back(core, mint, request).await.map_err(recorded)?;
            Err(MintError::AliasTaken)
        }
        Err(MintError::Write(error)) => Err(recorded(error).into()),
        done @ (Ok(()) | Err(MintError::Recorded(_))) => done,
    }
}

/// Behind a record nothing was not written: who asks again finishes the request.
fn recorded(error: WriteError) -> WriteError {
    match error {
        WriteError::Unavailable(error) => WriteError::OutcomeUnknown(error.to_string()),
        unknown @ WriteError::OutcomeUnknown(_) => unknown,
    }
}

async fn write(core: &Core, mint: &Mint) -> Result<(), MintError> {
    let began = core.driver.clock.monotonic();
    claim_alias(core, mint).await?;
    note(core, mint).await.map_err(WriteError::Unavailable)?;
    let passed = core.driver.clock.monotonic().saturating_sub(began);
    if i64::try_from(passed.as_millis()).is_ok_and(|passed| passed > alias::FRESH_MS) {
        claim_alias(core, mint).await?;
    }
    let batch = core.statements.codes.mint.insert(&core.driver, mint.codes.len());
    let batch = batch.ok_or_else(|| unavailable("the request has no codes, or more than a page holds"));
    core.driver.write_batch(batch.map_err(WriteError::Unavailable)?, MintRow::all(mint)).await?;
    Ok(())
}

async fn claim_alias(core: &Core, mint: &Mint) -> Result<(), MintError> {
    match &*mint.codes {
        [minted @ Code { alias: Some(alias), .. }] => alias::claim(core, alias, minted).await,
        _ => Ok(()),
    }
}

/// Writes what leads to the codes: all of it is there before they are.
async fn note(core: &Core, mint: &Mint) -> Result<(), Unavailable> {
    let Mint { page, owner, .. } = mint;
    let tags: BTreeSet<&Tag> = mint.codes.iter().flat_map(|code| code.tags.iter()).collect();
    let tags = tags.into_iter().map(|tag| note_tag(core, owner, tag, *page));
    let references = mint.codes.iter().filter_map(|code| {
        let external_id = code.external_id.as_ref()?;
        Some(note_external_id(core, owner, external_id, code.sequence, *page))
    });
    let look_ups = try_join(try_join_all(tags), try_join_all(references));
    if mint.records_page {
        try_join(note_page(core, owner, *page), look_ups).await?;
    } else {
        look_ups.await?;
    }
    Ok(())
}
