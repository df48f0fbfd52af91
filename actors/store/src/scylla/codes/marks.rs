//! The marks of the last conditional writes of a code, newest first.
//!
//! Each write brings one of its own and is conditioned on those it found, so that no two writes are conditioned
//! on the same, and a change is told by its mark from all others.

use ezqr_schema::random_bytes;
use scylla::value::CqlValue;
use uuid::{Builder, Uuid, Version};

use crate::WriteError;
use crate::scylla::conditional::Columns;
use crate::scylla::failure::unavailable;

/// Marks of changes kept with a code: 16 bytes each. A change whose answer never came is told from the others by
/// its mark, as long as no more than these came after it: what nodes that contend for one code do in seconds.
pub(super) const KEPT_MARKS: usize = 32;

/// A mark of a change that no other write has.
pub(super) fn of_a_change() -> Result<Uuid, WriteError> {
    let bytes = random_bytes().map_err(unavailable)?;
    Ok(Builder::from_random_bytes(bytes).into_uuid())
}

/// A mark of a confirmation that no other write has.
pub(super) fn of_a_confirmation() -> Result<Uuid, WriteError> {
    let bytes = random_bytes().map_err(unavailable)?;
    Ok(Builder::from_custom_bytes(bytes).into_uuid())
}

/// What is kept when `mark` comes to `found`. Of confirmations only the newest is kept, so that they displace no
/// change.
pub(super) fn with(mark: Uuid, found: &[Uuid]) -> Vec<Uuid> {
    let changes = found.iter().filter(|mark| mark.get_version() != Some(Version::Custom));
    let kept = if mark.get_version() == Some(Version::Custom) { KEPT_MARKS } else { KEPT_MARKS - 1 };
    std::iter::once(mark).chain(changes.take(kept).copied()).collect()
}

/// The marks as a statement compares them: none at all is no empty list.
pub(super) fn compared(marks: &[Uuid]) -> Option<&[Uuid]> {
    (!marks.is_empty()).then_some(marks)
}

/// The marks of a row that a conditional write was refused by.
pub(super) fn of_columns(columns: &Columns) -> Vec<Uuid> {
    let marks = columns.get("last_ops").and_then(CqlValue::as_list);
    marks.into_iter().flatten().filter_map(CqlValue::as_uuid).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confirmations_displace_no_change() {
        let changes: Vec<Uuid> = (0..40).map(|_| of_a_change().unwrap()).collect();
        let mut kept = Vec::new();
        for change in &changes {
            kept = with(*change, &kept);
            for _ in 0..3 {
                let confirmation = of_a_confirmation().unwrap();
                kept = with(confirmation, &kept);
                assert_eq!(kept[0], confirmation);
            }
        }
        let newest: Vec<Uuid> = changes.into_iter().rev().take(KEPT_MARKS).collect();
        assert_eq!(kept[1..], newest);
        let next = of_a_change().unwrap();
        assert_eq!(with(next, &kept), [&[next], &newest[..KEPT_MARKS - 1]].concat());
    }
}
