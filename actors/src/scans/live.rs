//! What is counted and may not be in the store yet.

use ezqr_store::{UniqueRow, WindowRow};

/// What the owner had in memory of some codes, when it was asked. Read before the store: what leaves the
/// memory in between is in the store then, and a row that is in both is counted once, by its epoch.
#[derive(Clone, Debug, Default)]
pub struct Live {
    /// Windows.
    pub windows: Vec<WindowRow>,
    /// Visitors.
    pub visitors: Vec<UniqueRow>,
}
