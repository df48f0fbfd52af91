//! Places in the lists.

use crate::{Page, Sequence, Timestamp};

/// The place of a code in the lists of its owner.
///
/// Lists walk from the greatest place to the least: pages by the time they were opened, newest first; of
/// those opened in the same millisecond the higher number first; in a page the higher sequence first. A
/// list goes on at the greatest place below the one it ended with, whether a code still stands there or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListPosition {
    /// When the code's page was opened.
    pub opened_at: Timestamp,
    /// The page: that of `sequence`.
    pub page: Page,
    /// The code's number.
    pub sequence: Sequence,
}

impl ListPosition {
    /// The place of the code numbered `sequence`, whose page was opened at `opened_at`.
    pub const fn new(opened_at: Timestamp, sequence: Sequence) -> Self {
        Self { opened_at, page: sequence.page(), sequence }
    }
}
