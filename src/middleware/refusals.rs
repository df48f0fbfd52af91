//! Which refusals are logged: anybody can cause any number of them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ezqr_schema::ProblemCode;

/// Refusals by their kind, of all workers. Of each kind the first of a second has a line; the others are counted, and their
/// number gets one.
#[derive(Debug)]
pub(crate) struct Refusals([Kind; ProblemCode::ALL.len()]);

#[derive(Debug, Default)]
struct Kind {
    /// In which second the last had a line of its own, counted from 1.
    second: AtomicU64,
    /// Those without a line since.
    untold: AtomicU64,
}

/// How a refusal is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Telling {
    /// By a line of its own.
    Line,
    /// By a number, which is to be told when the second is over.
    FirstOfNumber,
    /// By a number that will be told.
    OneOfNumber,
}

impl Default for Refusals {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Kind::default()))
    }
}

impl Refusals {
    /// A refusal of kind `code` at `now`.
    pub(super) fn note(&self, code: ProblemCode, now: Duration) -> Telling {
        let Some(kind) = self.kind(code) else { return Telling::Line };
        let second = now.as_secs().saturating_add(1);
        if kind.second.swap(second, Ordering::Relaxed) != second {
            return Telling::Line;
        }
        if kind.untold.fetch_add(1, Ordering::Relaxed) == 0 {
            Telling::FirstOfNumber
        } else {
            Telling::OneOfNumber
        }
    }

    /// How many of kind `code` were not told, which are told now.
    fn take(&self, code: ProblemCode) -> u64 {
        self.kind(code).map_or(0, |kind| kind.untold.swap(0, Ordering::Relaxed))
    }

    /// Logs how many of kind `code` have no line of their own.
    pub(super) fn tell(&self, code: ProblemCode) {
        let requests = self.take(code);
        if requests > 0 {
            tracing::info!(code = code.code(), requests, "further requests refused");
        }
    }

    /// The same for all kinds, at the end.
    pub(crate) fn tell_all(&self) {
        for code in ProblemCode::ALL {
            self.tell(*code);
        }
    }

    fn kind(&self, code: ProblemCode) -> Option<&Kind> {
        let index = ProblemCode::ALL.iter().position(|known| *known == code)?;
        self.0.get(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_each_kind_the_first_of_a_second_has_a_line_and_the_others_a_number() {
        let refusals = Refusals::default();
        let at = |code, milliseconds| refusals.note(code, Duration::from_millis(milliseconds));
        assert_eq!(at(ProblemCode::MissingKey, 0), Telling::Line);
        assert_eq!(at(ProblemCode::MissingKey, 500), Telling::FirstOfNumber);
        assert_eq!(at(ProblemCode::MissingKey, 999), Telling::OneOfNumber);
        assert_eq!(at(ProblemCode::InvalidKey, 999), Telling::Line);
        assert_eq!(at(ProblemCode::MissingKey, 1_000), Telling::Line);
        assert_eq!(at(ProblemCode::MissingKey, 1_001), Telling::OneOfNumber);
        assert_eq!((refusals.take(ProblemCode::MissingKey), refusals.take(ProblemCode::InvalidKey)), (3, 0));
        assert_eq!(at(ProblemCode::MissingKey, 1_002), Telling::FirstOfNumber);
    }

    #[test]
    fn every_kind_is_counted_by_itself() {
        let refusals = Refusals::default();
        for code in ProblemCode::ALL {
            assert_eq!(refusals.note(*code, Duration::ZERO), Telling::Line);
        }
        for code in ProblemCode::ALL {
            assert_eq!(refusals.note(*code, Duration::ZERO), Telling::FirstOfNumber);
        }
    }
}
