//! Minting, in an order that lets every step be done again: record, alias, look-up rows, codes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use ezqr_schema::{Code, ExternalId, PAGE_CODES, Sequence, Tag};
use scylla::errors::PrepareError;
use scylla::statement::batch::Batch;
use scylla::statement::prepared::PreparedStatement;

use super::encode::MintRow;
use super::look_ups::{LookUp, note};
use super::{alias, alias::Claim, record};
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
    let mut claim = claim_alias(core, mint).await?;
    match write_claimed(core, mint, &mut claim).await {
        Err(MintError::Write(WriteError::Unavailable(error))) => {
            Err(give_up(core, mint, claim, error).await.into())
        }
        done @ (Ok(()) | Err(_)) => done,
    }
}

/// Writes what a claim was made for, and renews that when it takes long.
async fn write_claimed<'mint>(
    core: &Core,
    mint: &'mint Mint,
    claim: &mut Option<Claim<'mint>>,
) -> Result<(), MintError> {
    let began = core.driver.clock.monotonic();
    note(core, &mint.owner, mint.page, look_ups(mint)).await.map_err(WriteError::Unavailable)?;
    let passed = core.driver.clock.monotonic().saturating_sub(began);
    if i64::try_from(passed.as_millis()).is_ok_and(|passed| passed > alias::FRESH_MS) {
        *claim = claim_alias(core, mint).await?;
    }
    let batch = core.statements.codes.mint.insert(&core.driver, mint.codes.len());
    let batch = batch.ok_or_else(|| unavailable("the request has no codes, or more than a page holds"));
    core.driver.write_batch(batch.map_err(WriteError::Unavailable)?, MintRow::all(mint)).await?;
    Ok(())
}

/// What a request is told whose codes were certainly not written, because of `error`. Its claim ends: the alias
/// is free for the next request. Where it may be there still, something was written.
async fn give_up(core: &Core, mint: &Mint, claim: Option<Claim<'_>>, error: Unavailable) -> WriteError {
    match (claim, &mint.record) {
        (Some(claim), MintRecord::Unnamed) => match alias::release(core, claim).await {
            Ok(()) => error.into(),
            Err(kept) => WriteError::OutcomeUnknown(format!("{error}; the alias is kept: {kept}")),
        },
        // Others may be finishing the request, by the same claim.
        (Some(_), MintRecord::Made(_) | MintRecord::Resumed(_)) | (None, _) => error.into(),
    }
}

async fn claim_alias<'mint>(core: &Core, mint: &'mint Mint) -> Result<Option<Claim<'mint>>, MintError> {
    match &*mint.codes {
        [minted @ Code { alias: Some(alias), .. }] => alias::claim(core, alias, minted).await.map(Some),
        _ => Ok(None),
    }
}

/// What leads to the codes: all of it is there before they are.
fn look_ups(mint: &Mint) -> Vec<LookUp<'_>> {
    let tags: BTreeSet<&Tag> = mint.codes.iter().flat_map(|code| code.tags.iter()).collect();
    let mut references: BTreeMap<&ExternalId, Vec<Sequence>> = BTreeMap::new();
    for code in &*mint.codes {
        if let Some(external_id) = &code.external_id {
            references.entry(external_id).or_default().push(code.sequence);
        }
    }
    let page = mint.records_page.then_some(LookUp::Page);
    let references = references.into_iter().map(|(id, sequences)| LookUp::ExternalId(id, sequences));
    page.into_iter().chain(tags.into_iter().map(LookUp::Tag)).chain(references).collect()
}
