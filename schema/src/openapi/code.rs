//! The schemas of codes: as they are asked for, changed, shown, listed and minted in batches.

mod fields;
mod record;
mod requests;

use super::references::Named;

/// All of them by name.
pub(super) fn schemas() -> Named {
    let subjects = [fields::schemas(), requests::schemas(), record::schemas()];
    subjects.into_iter().flatten().collect()
}
