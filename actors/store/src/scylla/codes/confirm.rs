//! Confirming that a code is as it was read, although nothing of it changes.

use ezqr_schema::{Sequence, Version};
use scylla::errors::PrepareError;
use scylla::statement::prepared::PreparedStatement;

use super::marks;
use super::refusal::Refusal;
use super::{current, current::Current};
use crate::scylla::Core;
use crate::scylla::driver::{Class, Driver};
use crate::stored::integer;
use crate::{ChangeError, WriteError};

/// Its statement.
pub(super) struct Statements {
    confirm: PreparedStatement,
}

impl Statements {
    pub(super) async fn prepare(driver: &Driver) -> Result<Self, PrepareError> {
        let confirm = "UPDATE codes SET last_ops = ? WHERE page = ? AND sequence = ? \
             IF version = ? AND last_ops = ?";
        Ok(Self { confirm: driver.prepare(Class::Conditional, confirm).await? })
    }
}

/// Leaves a mark with a code of version `read`. A change that was sent earlier is conditioned on the marks before
/// it, and is refused from now on, however late it arrives.
pub(super) async fn confirm(core: &Core, sequence: Sequence, read: Version) -> Result<(), ChangeError> {
    let Current { version, marks: found, .. } = current::read(core, sequence).await?;
    if version != read {
        return Err(ChangeError::VersionMismatch { found: version });
    }
    let mark = marks::of_a_confirmation()?;
    let marks = marks::with(mark, &found);
    let place = (integer(sequence.page().get()), integer(sequence.get()));
    let row = (&marks, place.0, place.1, integer(read.get()), marks::compared(&found));
    let answer = core.driver.conditional(&core.statements.codes.confirm.confirm, row).await?;
    if answer.is_applied {
        return Ok(());
    }
    let Refusal { version, marks } = Refusal::of(&answer)?;
    if marks.contains(&mark) {
        return Ok(());
    }
    if answer.is_repeated && version != read {
        // It may have been carried out, and a change after it.
        return Err(WriteError::OutcomeUnknown("others came after it".to_owned()).into());
    }
    Err(ChangeError::VersionMismatch { found: version })
}
