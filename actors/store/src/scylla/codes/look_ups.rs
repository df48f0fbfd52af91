//! Look-up rows: hints that only ever appear. A later write of one is the same write, so each is written
//! until it is acknowledged, and by this process once, as far as it remembers.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ezqr_schema::{ExternalId, Owner, Page, Sequence, Tag, Timestamp};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use scylla::errors::PrepareError;
use scylla::serialize::row::SerializeRow;
use scylla::statement::prepared::PreparedStatement;

use crate::scylla::Core;
use crate::scylla::columns::{microseconds, stored_instant};
use crate::scylla::driver::{Class, Driver};
use crate::scylla::failure::unavailable;
use crate::stored::integer;
use crate::{PagePosition, Unavailable, WriteError};

/// How long the pages of one partition were opened: 6 hours.
const BUCKET_MS: i64 = 6 * 3_600 * 1_000;
/// Rows of one request that are written at once: those of other requests come in between.
const AT_ONCE: usize = 32;
/// Rows remembered. With more, all are forgotten: to write one again costs that write.
const REMEMBERED: usize = 10_000;

/// Their statements.
pub(super) struct Statements {
    page: PreparedStatement,
    page_bucket: PreparedStatement,
    tag: PreparedStatement,
    tag_bucket: PreparedStatement,
    external_id: PreparedStatement,
}

impl Statements {
    pub(super) async fn prepare(driver: &Driver) -> Result<Self, PrepareError> {
        let page = "INSERT INTO pages (account_id, environment, bucket, opened_at, page) \
             VALUES (?, ?, ?, ?, ?) USING TIMESTAMP ?";
        let page_bucket = "INSERT INTO page_buckets (account_id, environment, bucket) \
             VALUES (?, ?, ?) USING TIMESTAMP ?";
        let tag = "INSERT INTO pages_by_tag (account_id, environment, tag, bucket, opened_at, page) \
             VALUES (?, ?, ?, ?, ?, ?) USING TIMESTAMP ?";
        let tag_bucket = "INSERT INTO tag_buckets (account_id, environment, tag, bucket) \
             VALUES (?, ?, ?, ?) USING TIMESTAMP ?";
        let external_id = "INSERT INTO codes_by_external_id (account_id, environment, external_id, sequence) \
             VALUES (?, ?, ?, ?) USING TIMESTAMP ?";
        Ok(Self {
            page: driver.prepare(Class::Write, page).await?,
            page_bucket: driver.prepare(Class::Write, page_bucket).await?,
            tag: driver.prepare(Class::Write, tag).await?,
            tag_bucket: driver.prepare(Class::Write, tag_bucket).await?,
            external_id: driver.prepare(Class::Write, external_id).await?,
        })
    }
}

/// The bucket of pages opened at this time, counted from 1970.
pub(super) fn bucket_of(opened_at: Timestamp) -> i32 {
    // 11.7 million in the year 9999.
    i32::try_from(opened_at.as_millis() / BUCKET_MS).unwrap_or(i32::MAX)
}

/// A look-up row that is written once for many codes.
#[derive(PartialEq, Eq, Hash)]
enum Row {
    PageBucket(Owner, i32),
    TagBucket(Owner, Tag, i32),
    /// A page has one owner.
    Tag(Tag, Page),
}

/// The look-up rows this process has written.
#[derive(Default)]
pub(in crate::scylla) struct Noted(Mutex<HashSet<Row>>);

impl Noted {
    fn has(&self, row: &Row) -> bool {
        self.rows().contains(row)
    }

    fn add(&self, row: Row) {
        let mut rows = self.rows();
        if rows.len() >= REMEMBERED {
            rows.clear();
        }
        rows.insert(row);
    }

    /// Nothing under this lock can leave it half changed.
    fn rows(&self) -> MutexGuard<'_, HashSet<Row>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A way to a code.
pub(super) enum LookUp<'code> {
    /// Its page, among those of the owner.
    Page,
    /// Its page, among those of a tag.
    Tag(&'code Tag),
    /// Codes of one page, among those of an external id: one partition.
    ExternalId(&'code ExternalId, Vec<Sequence>),
}

/// Writes what leads to codes of `page`: all of it is there when this ends well.
pub(super) async fn note(
    core: &Core,
    owner: &Owner,
    page: PagePosition,
    look_ups: Vec<LookUp<'_>>,
) -> Result<(), Unavailable> {
    let notes = look_ups.into_iter().map(|look_up| note_one(core, owner, page, look_up));
    stream::iter(notes).buffer_unordered(AT_ONCE).try_collect().await
}

async fn note_one(
    core: &Core,
    owner: &Owner,
    page: PagePosition,
    look_up: LookUp<'_>,
) -> Result<(), Unavailable> {
    match look_up {
        LookUp::Page => note_page(core, owner, page).await,
        LookUp::Tag(tag) => note_tag(core, owner, tag, page).await,
        LookUp::ExternalId(id, sequences) => note_external_id(core, owner, id, &sequences, page).await,
    }
}

/// Lists `page` among its owner's, its bucket first.
async fn note_page(core: &Core, owner: &Owner, page: PagePosition) -> Result<(), Unavailable> {
    let (account, environment) = (owner.account.as_uuid(), owner.environment.as_str());
    let (bucket, written_at) = (bucket_of(page.opened_at), microseconds(page.opened_at));
    let row = Row::PageBucket(owner.clone(), bucket);
    if !core.noted.has(&row) {
        let values = (account, environment, bucket, written_at);
        write(core, &core.statements.codes.look_ups.page_bucket, values).await?;
        core.noted.add(row);
    }
    let opened_at = stored_instant(page.opened_at);
    let values = (account, environment, bucket, opened_at, integer(page.page.get()), written_at);
    write(core, &core.statements.codes.look_ups.page, values).await
}

/// Lists `page` among those of `tag`, its bucket first.
async fn note_tag(core: &Core, owner: &Owner, tag: &Tag, page: PagePosition) -> Result<(), Unavailable> {
    let in_page = Row::Tag(tag.clone(), page.page);
    if core.noted.has(&in_page) {
        return Ok(());
    }
    let (account, environment) = (owner.account.as_uuid(), owner.environment.as_str());
    let (bucket, written_at) = (bucket_of(page.opened_at), microseconds(page.opened_at));
    let in_bucket = Row::TagBucket(owner.clone(), tag.clone(), bucket);
    if !core.noted.has(&in_bucket) {
        let values = (account, environment, tag.as_str(), bucket, written_at);
        write(core, &core.statements.codes.look_ups.tag_bucket, values).await?;
        core.noted.add(in_bucket);
    }
    let opened_at = stored_instant(page.opened_at);
    let number = integer(page.page.get());
    let values = (account, environment, tag.as_str(), bucket, opened_at, number, written_at);
    write(core, &core.statements.codes.look_ups.tag, values).await?;
    core.noted.add(in_page);
    Ok(())
}

/// Lists codes of `page` among those of an external id.
async fn note_external_id(
    core: &Core,
    owner: &Owner,
    external_id: &ExternalId,
    sequences: &[Sequence],
    page: PagePosition,
) -> Result<(), Unavailable> {
    let (account, environment) = (owner.account.as_uuid(), owner.environment.as_str());
    let written_at = microseconds(page.opened_at);
    let row = |sequence: &Sequence| {
        (account, environment, external_id.as_str(), integer(sequence.get()), written_at)
    };
    let statement = &core.statements.codes.look_ups.external_id;
    if let [sequence] = sequences {
        return write(core, statement, row(sequence)).await;
    }
    let mut batch = core.driver.batch(Class::Write);
    for _ in sequences {
        batch.append_statement(statement.clone());
    }
    let rows: Vec<_> = sequences.iter().map(row).collect();
    core.driver.write_batch(&batch, rows).await.map_err(harmless)
}

async fn write(
    core: &Core,
    statement: &PreparedStatement,
    values: impl SerializeRow,
) -> Result<(), Unavailable> {
    core.driver.write(statement, values).await.map_err(harmless)
}

/// Whether a look-up row was written matters to nobody: the code it leads to was not.
fn harmless(error: WriteError) -> Unavailable {
    match error {
        WriteError::OutcomeUnknown(reason) => unavailable(reason),
        WriteError::Unavailable(error) => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_six_hours() {
        for (milliseconds, bucket) in [(0, 0), (21_599_999, 0), (21_600_000, 1), (1_800_000_000_000, 83_333)]
        {
            assert_eq!(bucket_of(Timestamp::from_millis(milliseconds).unwrap()), bucket);
        }
        assert_eq!(bucket_of(Timestamp::MAX), 11_731_583);
    }

    #[test]
    fn a_row_of_uncertain_outcome_is_one_that_nothing_came_of() {
        let [uncertain, refused] = ["no answer", "no node"].map(unavailable);
        assert_eq!(harmless(WriteError::OutcomeUnknown("no answer".to_owned())), uncertain);
        assert_eq!(harmless(WriteError::Unavailable(refused.clone())), refused);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let noted = Noted::default();
        let row = |page| Row::Tag(Tag::parse("t").unwrap(), Page::new(page).unwrap());
        for page in 0..25_000 {
            noted.add(row(page));
            assert!(noted.has(&row(page)));
            assert!(noted.rows().len() <= REMEMBERED);
        }
        assert!(!noted.has(&row(25_000)));
    }
}
