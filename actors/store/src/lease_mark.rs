//! How far numbers were given out, as a database and the places beside it remember it.

use ezqr_schema::Block;

/// How far blocks of numbers were leased.
///
/// It is kept in the database and, a moment later, in places beside it. So after a crash a place may be behind the
/// database; a database that is behind a place was put back from a copy, and what it would give out next may be
/// printed already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeaseMark {
    /// The first block that was never leased; at most [`Block::COUNT`].
    pub next_block: u64,
    /// How often numbers moved on because a database was put back.
    pub generation: u64,
}

impl LeaseMark {
    /// Blocks passed over after a restore: 2^30 numbers. Each is a restore, and 1,024 of them use all numbers up.
    pub const MOVE_BLOCKS: u64 = 16_384;

    /// Whether this is of a database older than what `other` remembers.
    pub const fn is_behind(self, other: Self) -> bool {
        self.next_block < other.next_block || self.generation < other.generation
    }

    /// As far as either of them.
    #[must_use]
    pub fn highest(self, other: Self) -> Self {
        Self {
            next_block: self.next_block.max(other.next_block),
            generation: self.generation.max(other.generation),
        }
    }

    /// Where to go on after a restore, when this is the highest of all places. At the end of all numbers nothing is
    /// left to be leased.
    #[must_use]
    pub const fn moved_on(self) -> Self {
        let next = self.next_block.saturating_add(Self::MOVE_BLOCKS);
        let next_block = if next < Block::COUNT { next } else { Block::COUNT };
        Self { next_block, generation: self.generation.saturating_add(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_numbers_for_a_thousand_and_twenty_four_moves_and_none_behind_the_last() {
        let mut mark = LeaseMark::default();
        for _ in 0..1_023 {
            mark = mark.moved_on();
            assert!(Block::new(mark.next_block).is_ok());
        }
        let last = mark.moved_on();
        assert_eq!(last, LeaseMark { next_block: Block::COUNT, generation: 1_024 });
        assert_eq!(last.moved_on().next_block, Block::COUNT);
        assert!(Block::new(last.next_block).is_err());
    }

    #[test]
    fn a_mark_is_behind_by_blocks_or_by_generations() {
        let mark = |next_block, generation| LeaseMark { next_block, generation };
        assert!(!mark(5, 1).is_behind(mark(5, 1)) && !mark(5, 1).is_behind(mark(4, 0)));
        assert!(mark(4, 1).is_behind(mark(5, 1)) && mark(9, 0).is_behind(mark(5, 1)));
        assert_eq!(mark(9, 0).highest(mark(5, 1)), mark(9, 1));
        assert!(!mark(5, 1).moved_on().is_behind(mark(5, 1)));
    }
}
