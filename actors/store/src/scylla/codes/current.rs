//! What decides about a conditional write of a code, as it is stored.

use ezqr_schema::{Sequence, Version};
use scylla::DeserializeRow;
use scylla::errors::PrepareError;
use scylla::statement::prepared::PreparedStatement;
use uuid::Uuid;

use super::decode::version;
use crate::scylla::Core;
use crate::scylla::driver::{Class, Driver};
use crate::scylla::failure::{corrupt, unread};
use crate::stored::integer;
use crate::{ChangeError, ReadError, WriteError};

/// Its statement.
pub(super) struct Statements {
    select: PreparedStatement,
}

impl Statements {
    pub(super) async fn prepare(driver: &Driver) -> Result<Self, PrepareError> {
        let select = "SELECT version, last_ops, tags, external_id FROM codes WHERE page = ? AND sequence = ?";
        Ok(Self { select: driver.prepare(Class::PointRead, select).await? })
    }
}

#[derive(DeserializeRow)]
#[scylla(flavor = "enforce_order", skip_name_checks)]
struct Row {
    version: Option<i64>,
    last_ops: Option<Vec<Uuid>>,
    tags: Option<Vec<String>>,
    external_id: Option<String>,
}

/// What decides about a conditional write of a code, as it is stored.
pub(super) struct Current {
    pub(super) version: Version,
    /// See [`marks`](super::marks).
    pub(super) marks: Vec<Uuid>,
    pub(super) tags: Vec<String>,
    pub(super) external_id: Option<String>,
}

/// Reads it. Nothing was written when it cannot be read, or is not there.
pub(super) async fn read(core: &Core, sequence: Sequence) -> Result<Current, ChangeError> {
    found(core, sequence).await.map_err(unreadable)?.ok_or(ChangeError::Missing)
}

async fn found(core: &Core, sequence: Sequence) -> Result<Option<Current>, ReadError> {
    let place = (integer(sequence.page().get()), integer(sequence.get()));
    let rows = core.driver.read(&core.statements.codes.current.select, place).await?;
    let Some(row) = rows.maybe_first_row::<Row>().map_err(corrupt)? else { return Ok(None) };
    Ok(Some(Current {
        version: version("codes.version", row.version)?,
        marks: row.last_ops.unwrap_or_default(),
        tags: row.tags.unwrap_or_default(),
        external_id: row.external_id,
    }))
}

/// Nothing was written, because what decides cannot be read.
pub(super) fn unreadable(error: ReadError) -> ChangeError {
    WriteError::Unavailable(unread(error)).into()
}
