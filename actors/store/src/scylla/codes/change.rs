//! Conditional changes.

use ezqr_schema::{ExternalId, Version, random_bytes};
use futures_util::future::{try_join, try_join_all};
use scylla::DeserializeRow;
use scylla::errors::PrepareError;
use scylla::statement::prepared::PreparedStatement;
use scylla::value::CqlValue;
use uuid::Uuid;

use super::decode::version;
use super::encode::ChangeRow;
use super::look_ups::{note_external_id, note_tag};
use crate::scylla::Core;
use crate::scylla::driver::{Class, Driver};
use crate::scylla::failure::{corrupt, unavailable, unread};
use crate::stored::integer;
use crate::{Change, ChangeError, ReadError, Unavailable, WriteError};

/// Marks of changes kept with a code: 16 bytes each. A change whose answer never came is told from the others by
/// its mark, as long as no more than these came after it: what nodes that contend for one code do in seconds.
pub(super) const KEPT_MARKS: usize = 32;

/// In the order [`ChangeRow`] binds it.
const UPDATE: &str = "UPDATE codes SET target_url = ?, name = ?, tags = ?, metadata = ?, external_id = ?, status = ?, \
     expires_at = ?, updated_at = ?, version = ?, last_ops = ? WHERE page = ? AND sequence = ? IF version = ?";
const CURRENT: &str =
    "SELECT version, last_ops, tags, external_id FROM codes WHERE page = ? AND sequence = ?";

/// Their statements.
pub(super) struct Statements {
    update: PreparedStatement,
    current: PreparedStatement,
    current_serial: PreparedStatement,
}

impl Statements {
    pub(super) async fn prepare(driver: &Driver) -> Result<Self, PrepareError> {
        Ok(Self {
            update: driver.prepare(Class::Conditional, UPDATE).await?,
            current: driver.prepare(Class::PointRead, CURRENT).await?,
            current_serial: driver.prepare(Class::SerialRead, CURRENT).await?,
        })
    }
}

#[derive(DeserializeRow)]
#[scylla(flavor = "enforce_order", skip_name_checks)]
struct CurrentRow {
    version: Option<i64>,
    last_ops: Option<Vec<Uuid>>,
    tags: Option<Vec<String>>,
    external_id: Option<String>,
}

/// What decides about a change, as it is stored.
struct Current {
    version: Version,
    /// The marks of the last changes, newest first.
    marks: Vec<Uuid>,
    tags: Vec<String>,
    external_id: Option<String>,
}

/// Writes a code anew if it is still at the expected version.
pub(super) async fn change(core: &Core, change: &Change) -> Result<(), ChangeError> {
    let current = read(core, &core.statements.codes.change.current, change).await.map_err(unreadable)?;
    let current = current.ok_or(ChangeError::Missing)?;
    if current.version != change.expected {
        return Err(ChangeError::VersionMismatch { found: current.version });
    }
    note(core, change, &current).await.map_err(WriteError::Unavailable)?;
    let mark = mark()?;
    let mut marks = vec![mark];
    marks.extend(current.marks.into_iter().take(KEPT_MARKS - 1));
    let answer =
        core.driver.conditional(&core.statements.codes.change.update, ChangeRow::of(change, &marks)).await?;
    if answer.is_applied {
        return Ok(());
    }
    if answer.is_repeated {
        return resolve(core, change, mark).await;
    }
    let found = answer.row().and_then(|row| row.get("version")).and_then(CqlValue::as_bigint);
    let Some(found) = found else { return Err(ChangeError::Missing) };
    Err(mismatch(version("codes.version", Some(found)).map_err(unreadable)?))
}

/// Decides what a change came to that was refused when it was sent again.
async fn resolve(core: &Core, change: &Change, mark: Uuid) -> Result<(), ChangeError> {
    let unknown = |error: ReadError| WriteError::OutcomeUnknown(error.to_string());
    let current = read(core, &core.statements.codes.change.current_serial, change).await.map_err(unknown)?;
    let Some(current) = current else { return Err(ChangeError::Missing) };
    outcome(change.expected, mark, current.version, &current.marks)
}

/// What the marks found with a code say of the change of version `expected` marked `mark`.
pub(super) fn outcome(
    expected: Version,
    mark: Uuid,
    found: Version,
    marks: &[Uuid],
) -> Result<(), ChangeError> {
    if marks.contains(&mark) {
        return Ok(());
    }
    let others = found.get().saturating_sub(expected.get());
    if usize::try_from(others).is_ok_and(|others| others > KEPT_MARKS) {
        return Err(WriteError::OutcomeUnknown("too many changes came after it".to_owned()).into());
    }
    Err(mismatch(found))
}

pub(super) const fn mismatch(found: Version) -> ChangeError {
    ChangeError::VersionMismatch { found }
}

/// Writes what leads to the code by what it did not have before.
async fn note(core: &Core, change: &Change, current: &Current) -> Result<(), Unavailable> {
    let Change { code, page, .. } = change;
    let is_new = |text: &str| !current.tags.iter().any(|tag| tag == text);
    let tags = code.tags.iter().filter(|tag| is_new(tag.as_str()));
    let tags = tags.map(|tag| note_tag(core, &code.owner, tag, *page));
    let is_new = |id: &&ExternalId| current.external_id.as_deref() != Some(id.as_str());
    let references = code.external_id.as_ref().filter(is_new).into_iter();
    let references = references.map(|id| note_external_id(core, &code.owner, id, code.sequence, *page));
    try_join(try_join_all(tags), try_join_all(references)).await?;
    Ok(())
}

async fn read(
    core: &Core,
    statement: &PreparedStatement,
    change: &Change,
) -> Result<Option<Current>, ReadError> {
    let sequence = change.code.sequence;
    let place = (integer(sequence.page().get()), integer(sequence.get()));
    let rows = core.driver.read(statement, place).await?;
    let Some(row) = rows.maybe_first_row::<CurrentRow>().map_err(corrupt)? else { return Ok(None) };
    Ok(Some(Current {
        version: version("codes.version", row.version)?,
        marks: row.last_ops.unwrap_or_default(),
        tags: row.tags.unwrap_or_default(),
        external_id: row.external_id,
    }))
}

pub(super) fn mark() -> Result<Uuid, WriteError> {
    let bytes = random_bytes().map_err(unavailable)?;
    Ok(uuid::Builder::from_random_bytes(bytes).into_uuid())
}

pub(super) fn unreadable(error: ReadError) -> ChangeError {
    WriteError::Unavailable(unread(error)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_tells_what_a_change_came_to_as_long_as_it_is_kept() {
        let [own, other] = [1, 2].map(Uuid::from_u128);
        let [expected, next] = [4, 5].map(Version::new);
        assert_eq!(outcome(expected, own, next, &[own]), Ok(()));
        let last = Version::new(36);
        assert_eq!(outcome(expected, own, last, &[[other; 31].as_slice(), &[own]].concat()), Ok(()));
        assert_eq!(outcome(expected, own, next, &[other]), Err(mismatch(next)));
        assert_eq!(outcome(expected, own, last, &[other; 32]), Err(mismatch(last)));
        let beyond = outcome(expected, own, Version::new(37), &[other; 32]);
        assert!(matches!(beyond, Err(ChangeError::Write(WriteError::OutcomeUnknown(_)))));
    }
}
