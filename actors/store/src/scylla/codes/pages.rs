//! The directory of pages: buckets newest first, and in each its pages.

use ezqr_schema::{Owner, Page, Tag};
use futures_util::future::try_join_all;
use scylla::errors::PrepareError;
use scylla::statement::prepared::PreparedStatement;
use scylla::value::CqlTimestamp;

use super::look_ups::bucket_of;
use crate::scylla::Core;
use crate::scylla::columns::{needed, stored_instant, there, timestamp};
use crate::scylla::driver::{Class, Driver};
use crate::scylla::failure::corrupt;
use crate::stored::integer;
use crate::{PagePosition, ReadError};

/// Above every place in a bucket.
const BEYOND: (CqlTimestamp, i64) = (CqlTimestamp(i64::MAX), i64::MAX);

/// Its statements.
pub(super) struct Statements {
    pages: PreparedStatement,
    buckets: PreparedStatement,
    tagged: PreparedStatement,
    tag_buckets: PreparedStatement,
}

impl Statements {
    pub(super) async fn prepare(driver: &Driver) -> Result<Self, PrepareError> {
        let pages = "SELECT opened_at, page FROM pages WHERE account_id = ? AND environment = ? \
             AND bucket = ? AND (opened_at, page) < (?, ?) LIMIT ?";
        let buckets = "SELECT bucket FROM page_buckets WHERE account_id = ? AND environment = ? \
             AND bucket < ? LIMIT ?";
        let tagged = "SELECT opened_at, page FROM pages_by_tag WHERE account_id = ? AND environment = ? \
             AND tag = ? AND bucket = ? AND (opened_at, page) < (?, ?) LIMIT ?";
        let tag_buckets = "SELECT bucket FROM tag_buckets WHERE account_id = ? AND environment = ? \
             AND tag = ? AND bucket < ? LIMIT ?";
        Ok(Self {
            pages: driver.prepare(Class::Read, pages).await?,
            buckets: driver.prepare(Class::Read, buckets).await?,
            tagged: driver.prepare(Class::Read, tagged).await?,
            tag_buckets: driver.prepare(Class::Read, tag_buckets).await?,
        })
    }
}

/// Where pages are sought.
struct Directory<'store> {
    core: &'store Core,
    owner: &'store Owner,
    tag: Option<&'store Tag>,
}

/// The owner's pages before `before`, newest first, at most `limit`; with a tag, those it leads to.
pub(super) async fn before(
    core: &Core,
    owner: &Owner,
    tag: Option<&Tag>,
    before: Option<PagePosition>,
    limit: usize,
) -> Result<Vec<PagePosition>, ReadError> {
    let directory = Directory { core, owner, tag };
    let mut found = Vec::new();
    let mut below = i32::MAX;
    // Most often all that is asked for lies in the bucket the walk is in: then it is not looked for.
    if let Some(before) = before {
        below = bucket_of(before.opened_at);
        let place = (stored_instant(before.opened_at), integer(before.page.get()));
        found = directory.pages(below, place, limit).await?;
    }
    while found.len() < limit {
        let buckets = directory.buckets(below, limit).await?;
        let Some((newest, others)) = buckets.split_first() else { break };
        found.extend(directory.pages(*newest, BEYOND, limit - found.len()).await?);
        // An owner of few pages has them in many buckets: as many are read at once as may be needed.
        let missing = limit.saturating_sub(found.len());
        let others = others.get(..missing).unwrap_or(others);
        let pages = others.iter().map(|bucket| directory.pages(*bucket, BEYOND, missing));
        found.extend(try_join_all(pages).await?.into_iter().flatten().take(missing));
        below = *others.last().unwrap_or(newest);
        let are_all = buckets.len() < limit && buckets.last() == Some(&below);
        if are_all {
            break;
        }
    }
    Ok(found)
}

impl Directory<'_> {
    /// The pages of `bucket` before `place`, newest first, at most `limit`.
    async fn pages(
        &self,
        bucket: i32,
        (opened_at, page): (CqlTimestamp, i64),
        limit: usize,
    ) -> Result<Vec<PagePosition>, ReadError> {
        let limit = bound(limit);
        let (account, environment) = (self.owner.account.as_uuid(), self.owner.environment.as_str());
        let statements = &self.core.statements.codes.pages;
        let rows = match self.tag {
            None => {
                let values = (account, environment, bucket, opened_at, page, limit);
                self.core.driver.read(&statements.pages, values).await?
            }
            Some(tag) => {
                let values = (account, environment, tag.as_str(), bucket, opened_at, page, limit);
                self.core.driver.read(&statements.tagged, values).await?
            }
        };
        let rows = rows.rows::<(Option<CqlTimestamp>, Option<i64>)>().map_err(corrupt)?;
        rows.map(|row| {
            let (opened_at, page) = row.map_err(corrupt)?;
            Ok(PagePosition {
                opened_at: timestamp("pages.opened_at", opened_at)?,
                page: needed("pages.page", page, |page| Page::new(page.cast_unsigned()))?,
            })
        })
        .collect()
    }

    /// The buckets below `below`, newest first, at most `limit`.
    async fn buckets(&self, below: i32, limit: usize) -> Result<Vec<i32>, ReadError> {
        let (account, environment) = (self.owner.account.as_uuid(), self.owner.environment.as_str());
        let (statements, limit) = (&self.core.statements.codes.pages, bound(limit));
        let rows = match self.tag {
            None => self.core.driver.read(&statements.buckets, (account, environment, below, limit)).await?,
            Some(tag) => {
                let values = (account, environment, tag.as_str(), below, limit);
                self.core.driver.read(&statements.tag_buckets, values).await?
            }
        };
        let buckets = rows.rows::<(Option<i32>,)>().map_err(corrupt)?;
        buckets.map(|row| there("page_buckets.bucket", row.map_err(corrupt)?.0)).collect()
    }
}

/// A limit as the servers count.
pub(super) fn bound(limit: usize) -> i32 {
    i32::try_from(limit).unwrap_or(i32::MAX)
}
