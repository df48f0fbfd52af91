//! Deleting a code whose row need not be readable.

use ezqr_schema::{CodeStatus, Version};
use scylla::DeserializeRow;
use scylla::errors::PrepareError;
use scylla::statement::prepared::PreparedStatement;
use scylla::value::CqlValue;
use uuid::Uuid;

use super::change::{mismatch, outcome};
use super::current::unreadable;
use super::marks;
use super::refusal::Refusal;
use crate::scylla::Core;
use crate::scylla::columns::stored_instant;
use crate::scylla::driver::{Class, Driver};
use crate::scylla::failure::corrupt;
use crate::stored::{integer, status_number};
use crate::{ChangeError, Deletion, ReadError, WriteError};

const STANDING: &str = "SELECT account_id, environment, id, status, version, last_ops FROM codes \
     WHERE page = ? AND sequence = ?";
const DELETE: &str = "UPDATE codes SET status = ?, updated_at = ?, version = ?, last_ops = ? \
     WHERE page = ? AND sequence = ? IF version = ?";

/// Its statements.
pub(super) struct Statements {
    delete: PreparedStatement,
    standing: PreparedStatement,
    standing_serial: PreparedStatement,
}

impl Statements {
    pub(super) async fn prepare(driver: &Driver) -> Result<Self, PrepareError> {
        Ok(Self {
            delete: driver.prepare(Class::Conditional, DELETE).await?,
            standing: driver.prepare(Class::PointRead, STANDING).await?,
            standing_serial: driver.prepare(Class::SerialRead, STANDING).await?,
        })
    }
}

/// What decides about a deletion, as it is stored.
#[derive(DeserializeRow)]
#[scylla(flavor = "enforce_order", skip_name_checks)]
struct Standing {
    account_id: Option<Uuid>,
    environment: Option<String>,
    id: Option<Uuid>,
    status: Option<i8>,
    version: Option<i64>,
    last_ops: Option<Vec<Uuid>>,
}

impl Standing {
    /// One that is none counts as 0.
    fn version(&self) -> Version {
        Version::new(u64::try_from(self.version.unwrap_or_default()).unwrap_or_default())
    }

    fn is_of(&self, deletion: &Deletion) -> bool {
        self.id == Some(deletion.id.as_uuid())
            && self.account_id == Some(deletion.owner.account.as_uuid())
            && self.environment.as_deref() == Some(deletion.owner.environment.as_str())
    }
}

/// Deletes the code unless it is deleted.
pub(super) async fn delete(core: &Core, deletion: &Deletion) -> Result<(), ChangeError> {
    let standing = read(core, &core.statements.codes.delete.standing, deletion).await.map_err(unreadable)?;
    let standing = standing.filter(|standing| standing.is_of(deletion)).ok_or(ChangeError::Missing)?;
    let found = standing.version();
    if deletion.expected.is_some_and(|expected| expected != found) {
        return Err(mismatch(found));
    }
    let deleted = status_number(CodeStatus::Deleted).cast_signed();
    if standing.status == Some(deleted) {
        return Ok(());
    }
    let mark = marks::of_a_change()?;
    let marks = marks::with(mark, &standing.last_ops.unwrap_or_default());
    let (page, sequence) = (integer(deletion.sequence.page().get()), integer(deletion.sequence.get()));
    let (at, next) = (stored_instant(deletion.at), integer(found.next().get()));
    let values = (deleted, at, next, &marks, page, sequence, standing.version);
    let answer = core.driver.conditional(&core.statements.codes.delete.delete, values).await?;
    if answer.is_applied {
        return Ok(());
    }
    if answer.is_repeated {
        return resolve(core, deletion, found, mark).await;
    }
    let other = answer.row().and_then(|row| row.get("version")).and_then(CqlValue::as_bigint);
    let other = other.and_then(|version| u64::try_from(version).ok()).ok_or(ChangeError::Missing)?;
    Err(mismatch(Version::new(other)))
}

/// Decides what a deletion came to that was refused when it was sent again.
async fn resolve(core: &Core, deletion: &Deletion, expected: Version, mark: Uuid) -> Result<(), ChangeError> {
    let unknown = |error: ReadError| WriteError::OutcomeUnknown(error.to_string());
    let standing = read(core, &core.statements.codes.delete.standing_serial, deletion).await;
    let Some(standing) = standing.map_err(unknown)? else { return Err(ChangeError::Missing) };
    let version = standing.version();
    let found = Refusal { version, marks: standing.last_ops.unwrap_or_default() };
    outcome(expected, mark, &found, true)
}

async fn read(
    core: &Core,
    statement: &PreparedStatement,
    deletion: &Deletion,
) -> Result<Option<Standing>, ReadError> {
    let place = (integer(deletion.sequence.page().get()), integer(deletion.sequence.get()));
    let rows = core.driver.read(statement, place).await?;
    rows.maybe_first_row::<Standing>().map_err(corrupt)
}
