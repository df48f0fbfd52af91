//! What is asked of a list, and what it answers.

use std::time::Duration;

use ezqr_schema::{Code, Owner, Page, Sequence, Timestamp};

use super::Filter;
use crate::PagePosition;

/// What is asked of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRequest {
    /// Whose codes.
    pub owner: Owner,
    /// Which of them.
    pub filter: Filter,
    /// Where the answer before this one ended; `None` for the newest.
    pub after: Option<Position>,
    /// How many at most.
    pub limit: ListLimit,
    /// How much work at most.
    pub budget: ListBudget,
}

/// How many codes an answer may hold: 1 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListLimit(usize);

impl ListLimit {
    /// The most.
    pub const MAX: Self = Self(100);
    /// What a caller gets who asks for none: 50.
    pub const DEFAULT: Self = Self(50);

    /// The limit `value`, when 1 to 100.
    pub const fn new(value: usize) -> Option<Self> {
        if value == 0 || value > Self::MAX.0 { None } else { Some(Self(value)) }
    }

    /// The bare number.
    pub const fn get(self) -> usize {
        self.0
    }
}

impl Default for ListLimit {
    fn default() -> Self {
        Self::DEFAULT
    }
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

/// A place in a list: behind the code `sequence`, whose page was opened at `opened_at`.
///
/// No code need be there. In a list by external id, which goes by number alone, `opened_at` says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// When the page was opened.
    pub opened_at: Timestamp,
    /// The last number that was looked at.
    pub sequence: Sequence,
}

impl Position {
    /// The page it lies in.
    pub const fn page(&self) -> Page {
        self.sequence.page()
    }

    pub(super) const fn page_position(&self) -> PagePosition {
        PagePosition { opened_at: self.opened_at, page: self.page() }
    }

    /// Behind all of a page: its lowest number, so that whoever goes on need not read the page again.
    pub(super) fn behind(page: PagePosition) -> Option<Self> {
        Some(Self { opened_at: page.opened_at, sequence: page.page.sequence(0)? })
    }

    /// Whether nothing of its page follows.
    pub(super) fn is_behind_page(&self) -> bool {
        self.page().sequence(0) == Some(self.sequence)
    }
}

/// What a list answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The codes, newest first.
    pub codes: Vec<Code>,
    /// Where to go on; `None` when nothing more follows.
    pub next: Option<Position>,
}
