//! Days that are to be computed from their windows.

use ezqr_schema::scan::Day;
use ezqr_schema::{Page, Timestamp};
use futures_util::TryStreamExt as _;
use futures_util::future::try_join_all;
use futures_util::stream::FuturesUnordered;
use scylla::errors::PrepareError;
use scylla::statement::prepared::PreparedStatement;

use crate::scylla::Core;
use crate::scylla::columns::{microseconds, needed};
use crate::scylla::driver::{Class, Driver};
use crate::stored::integer;
use crate::{DUE_PARTITIONS, ReadError, WriteError};

/// Partitions the pages of a day lie in, by page modulo this.
const SHARDS: i8 = 16;
const _: () = assert!(SHARDS.unsigned_abs() as usize == DUE_PARTITIONS);
/// Pages noted by one batch: about 50 bytes each.
const BATCH_PAGES: usize = 1_024;

/// Their statements.
pub(super) struct Statements {
    mark: PreparedStatement,
    select: PreparedStatement,
    settle: PreparedStatement,
}

impl Statements {
    pub(super) async fn prepare(driver: &Driver) -> Result<Self, PrepareError> {
        let mark = "INSERT INTO scan_days_due (day, shard, page) VALUES (?, ?, ?) USING TIMESTAMP ?";
        let select = "SELECT page FROM scan_days_due WHERE day = ? AND shard = ?";
        let settle = "DELETE FROM scan_days_due USING TIMESTAMP ? WHERE day = ? AND shard = ? AND page = ?";
        Ok(Self {
            mark: driver.prepare(Class::Write, mark).await?,
            select: driver.prepare(Class::Read, select).await?,
            settle: driver.prepare(Class::Write, settle).await?,
        })
    }
}

/// The key of a note.
fn key(day: Day, page: Page) -> (i32, i8, i64) {
    let page = integer(page.get());
    let shard = i8::try_from(page % i64::from(SHARDS)).unwrap_or(0);
    (day.number().cast_signed(), shard, page)
}

/// Notes pages at `now`.
pub(super) async fn mark(core: &Core, due: &[(Day, Page)], now: Timestamp) -> Result<(), WriteError> {
    let now = microseconds(now);
    let mut keys: Vec<_> = due.iter().map(|(day, page)| key(*day, *page)).collect();
    keys.sort_unstable();
    keys.dedup();
    let partitions = keys.chunk_by(|(day, shard, _), (other, another, _)| (day, shard) == (other, another));
    let batches = partitions.flat_map(|partition| partition.chunks(BATCH_PAGES));
    let under_way: FuturesUnordered<_> = batches.map(|pages| mark_pages(core, pages, now)).collect();
    under_way.try_collect().await
}

async fn mark_pages(core: &Core, pages: &[(i32, i8, i64)], now: i64) -> Result<(), WriteError> {
    let mut batch = core.driver.batch(Class::Write);
    for _ in pages {
        batch.append_statement(core.statements.scans.due.mark.clone());
    }
    let values: Vec<_> = pages.iter().map(|(day, shard, page)| (*day, *shard, *page, now)).collect();
    core.driver.write_batch(&batch, values).await
}

/// The pages noted of `day`.
pub(super) async fn due(core: &Core, day: Day) -> Result<Vec<Page>, ReadError> {
    let select = &core.statements.scans.due.select;
    let day = day.number().cast_signed();
    let shards = (0..SHARDS).map(|shard| core.driver.read_all::<(Option<i64>,)>(select, (day, shard)));
    let pages = try_join_all(shards).await?;
    let page = |(page,)| needed("scan_days_due.page", page, |page: i64| Page::new(page.cast_unsigned()));
    pages.into_iter().flatten().map(page).collect()
}

/// Takes back what was noted of a page before or at `noted_until`: a deletion with the time of an insertion wins.
pub(super) async fn settle(
    core: &Core,
    day: Day,
    page: Page,
    noted_until: Timestamp,
) -> Result<(), WriteError> {
    let (day, shard, page) = key(day, page);
    let values = (microseconds(noted_until), day, shard, page);
    core.driver.write(&core.statements.scans.due.settle, values).await
}
