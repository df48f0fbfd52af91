//! Conditional changes.

use ezqr_schema::{Code, ExternalId, Tag, Version};
use scylla::errors::PrepareError;
use scylla::statement::prepared::PreparedStatement;
use uuid::Uuid;

use super::current::{self, Current};
use super::encode::ChangeRow;
use super::look_ups::{LookUp, note};
use super::marks::{self, KEPT_MARKS};
use super::refusal::Refusal;
use crate::scylla::Core;
use crate::scylla::driver::{Class, Driver};
use crate::{Change, ChangeError, Sent, WriteError};

/// In the order [`ChangeRow`] binds it.
const UPDATE: &str = "UPDATE codes SET target_url = ?, name = ?, tags = ?, metadata = ?, external_id = ?, status = ?, \
     expires_at = ?, updated_at = ?, version = ?, last_ops = ? WHERE page = ? AND sequence = ? \
     IF version = ? AND last_ops = ?";

/// Its statement.
pub(super) struct Statements {
    update: PreparedStatement,
}

impl Statements {
    pub(super) async fn prepare(driver: &Driver) -> Result<Self, PrepareError> {
        Ok(Self { update: driver.prepare(Class::Conditional, UPDATE).await? })
    }
}

/// Writes a code anew if it is still at the expected version, and nobody confirmed that it stays there.
pub(super) async fn change(core: &Core, change: Change) -> Result<(), ChangeError> {
    let current = current::read(core, change.code.sequence).await?;
    let sent = match &change.sent {
        Some(sent) => sent.clone(),
        None => Sent { mark: marks::of_a_change()?, base: current.marks.clone() },
    };
    if current.version != change.expected || current.marks != sent.base {
        return if current.marks.contains(&sent.mark) { Ok(()) } else { Err(mismatch(current.version)) };
    }
    let (owner, look_ups) = (&change.code.owner, new_look_ups(&change.code, &current));
    note(core, owner, change.page, look_ups).await.map_err(WriteError::Unavailable)?;
    let marks = marks::with(sent.mark, &sent.base);
    let row = ChangeRow::of(&change, &marks, marks::compared(&sent.base));
    let outcome = match core.driver.conditional(&core.statements.codes.change.update, row).await {
        Ok(answer) if answer.is_applied => Ok(()),
        Ok(answer) => {
            let refusal = Refusal::of(&answer)?;
            let is_repeated = answer.is_repeated || change.sent.is_some();
            outcome(change.expected, sent.mark, &refusal, is_repeated)
        }
        Err(error) => Err(error.into()),
    };
    outcome.map_err(|error| match error {
        ChangeError::Write(WriteError::OutcomeUnknown(reason)) => {
            ChangeError::InDoubt { change: Box::new(Change { sent: Some(sent), ..change }), reason }
        }
        error @ (ChangeError::VersionMismatch { .. }
        | ChangeError::Missing
        | ChangeError::InDoubt { .. }
        | ChangeError::Write(WriteError::Unavailable(_))) => error,
    })
}

/// What a refusal says of the change of version `expected` marked `mark`, which may have been sent before.
pub(super) fn outcome(
    expected: Version,
    mark: Uuid,
    found: &Refusal,
    is_repeated: bool,
) -> Result<(), ChangeError> {
    if found.marks.contains(&mark) {
        return Ok(());
    }
    let others = found.version.get().saturating_sub(expected.get());
    if is_repeated && usize::try_from(others).is_ok_and(|others| others > KEPT_MARKS) {
        return Err(WriteError::OutcomeUnknown("too many changes came after it".to_owned()).into());
    }
    Err(mismatch(found.version))
}

pub(super) const fn mismatch(found: Version) -> ChangeError {
    ChangeError::VersionMismatch { found }
}

/// What leads to the code by what it did not have before.
fn new_look_ups<'change>(code: &'change Code, current: &Current) -> Vec<LookUp<'change>> {
    let is_new = |tag: &&Tag| !current.tags.iter().any(|known| known == tag.as_str());
    let tags = code.tags.iter().filter(is_new).map(LookUp::Tag);
    let is_new = |id: &&ExternalId| current.external_id.as_deref() != Some(id.as_str());
    let external_id = code.external_id.as_ref().filter(is_new);
    tags.chain(external_id.map(|id| LookUp::ExternalId(id, vec![code.sequence]))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_tells_what_a_change_came_to_as_long_as_it_is_kept() {
        let [own, other] = [1, 2].map(Uuid::from_u128);
        let expected = Version::new(4);
        let told = |found: u64, marks: Vec<Uuid>, is_repeated| {
            outcome(expected, own, &Refusal { version: Version::new(found), marks }, is_repeated)
        };
        assert_eq!(told(5, vec![own], true), Ok(()));
        assert_eq!(told(36, [[other; 31].as_slice(), &[own]].concat(), true), Ok(()));
        assert_eq!(told(5, vec![other], true), Err(mismatch(Version::new(5))));
        assert_eq!(told(36, vec![other; 32], true), Err(mismatch(Version::new(36))));
        let beyond = told(37, vec![other; 32], true);
        assert!(matches!(beyond, Err(ChangeError::Write(WriteError::OutcomeUnknown(_)))));
        // What was sent once and refused was not carried out, whatever came before.
        assert_eq!(told(37, vec![other; 32], false), Err(mismatch(Version::new(37))));
        // Somebody confirmed the version meanwhile.
        assert_eq!(told(4, vec![other], true), Err(mismatch(expected)));
    }
}
