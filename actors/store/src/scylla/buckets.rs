//! Token buckets that several nodes take from.
//!
//! What is kept of a bucket is when it will be full. A node takes tokens by moving that instant on, on the
//! condition that nobody else did; how far is for who owns the limits to say.

use ezqr_schema::KeyId;
use scylla::errors::PrepareError;
use scylla::statement::prepared::PreparedStatement;
use scylla::value::CqlValue;

use super::ScyllaStore;
use super::driver::{Class, Driver};
use crate::WriteError;

/// When a bucket is full, in microseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FullAt(pub i64);

/// What became of moving a bucket on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advance {
    /// It was moved: its tokens are the caller's.
    Done,
    /// It was elsewhere, and is; `None` when nobody took from it for an hour, so that it is full.
    Found(Option<FullAt>),
}

/// The token buckets of a store that several nodes share. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SharedBuckets(pub(super) ScyllaStore);

impl SharedBuckets {
    /// Moves the bucket of `key` from `from` to `to`, which lies later.
    ///
    /// Answers within two seconds. After an outcome that is not known the caller has no tokens, though they may
    /// be gone: fewer are admitted then, never more. So, too, where an answer got lost and the bucket is found
    /// at `to`: another node may have moved it there.
    pub async fn advance(&self, key: KeyId, from: Option<FullAt>, to: FullAt) -> Result<Advance, WriteError> {
        let shared = &self.0.0;
        let values = (to.0, key.as_uuid(), from.map(|from| from.0));
        let answer = shared.driver.conditional_soon(&shared.statements.buckets.advance, values).await?;
        if answer.is_applied {
            return Ok(Advance::Done);
        }
        let found = answer.row().and_then(|row| row.get("full_at")).and_then(CqlValue::as_bigint);
        Ok(Advance::Found(found.map(FullAt)))
    }
}

/// The statements of token buckets.
#[derive(Debug)]
pub(super) struct Statements {
    advance: PreparedStatement,
}

impl Statements {
    pub(super) async fn prepare(driver: &Driver) -> Result<Self, PrepareError> {
        let advance = "UPDATE key_limits SET full_at = ? WHERE key_id = ? IF full_at = ?";
        Ok(Self { advance: driver.prepare(Class::Lease, advance).await? })
    }
}
