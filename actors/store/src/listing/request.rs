//! What is asked of a list, and what it answers.

use std::time::Duration;

use ezqr_schema::wire::{ListFilter, ListLimit};
use ezqr_schema::{Code, ListPosition, Owner};

/// What is asked of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRequest {
    /// Whose codes.
    pub owner: Owner,
    /// Which of them.
    pub filter: ListFilter,
    /// Where the answer before this one ended; `None` to begin with the newest code.
    pub after: Option<ListPosition>,
    /// How many at most.
    pub limit: ListLimit,
    /// How much work at most.
    pub budget: ListBudget,
}

/// How much work an answer may take. It is looked at between pages, so an answer overdraws it by one at most
/// and always gets further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListBudget {
    /// Rows to read, of codes and of look-ups.
    pub rows: usize,
    /// Time since the request began.
    pub time: Duration,
}

impl Default for ListBudget {
    /// 2,000 rows, 150 ms.
    fn default() -> Self {
        Self { rows: 2_000, time: Duration::from_millis(150) }
    }
}

/// What a list answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The codes, newest first.
    pub codes: Vec<Code>,
    /// The last place that was looked at, behind which to go on; `None` when nothing more follows. No code
    /// need stand there.
    pub next: Option<ListPosition>,
}
