//! One row of modules of two candidate symbols side by side: what the compiler turns into vector
//! instructions.

#![expect(clippy::inline_always, reason = "out of line, each operator would pass its rows through memory")]

use std::ops::{BitAnd, BitOr, BitXor, Not, Shl, Shr};

/// Symbols worked on at once.
pub(super) const LANES: usize = 2;

/// A row of `WORDS` words for each of [`LANES`] symbols. Column `x` is bit `x % 64` of word `x / 64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row<const WORDS: usize>(pub(super) [[u64; LANES]; WORDS]);

impl<const WORDS: usize> Row<WORDS> {
    pub(super) const LIGHT: Self = Self([[0; LANES]; WORDS]);

    /// The same row for all symbols.
    #[inline(always)]
    pub(super) fn same(words: [u64; WORDS]) -> Self {
        Self(words.map(|word| [word; LANES]))
    }

    /// One row of each symbol.
    pub(super) fn side_by_side(rows: [[u64; WORDS]; LANES]) -> Self {
        let mut result = Self::LIGHT;
        for (lane, row) in rows.iter().enumerate() {
            for (words, word) in result.0.iter_mut().zip(row) {
                if let Some(to) = words.get_mut(lane) {
                    *to = *word;
                }
            }
        }
        result
    }

    /// The first `columns` columns, for all symbols.
    pub(super) fn columns(columns: usize) -> Self {
        let mut words = [0; WORDS];
        for (word, first) in words.iter_mut().zip((0..).step_by(64)) {
            *word = match columns.saturating_sub(first) {
                0 => 0,
                inside @ 1..=63 => (1 << inside) - 1,
                _ => u64::MAX,
            };
        }
        Self::same(words)
    }

    /// Dark columns of each symbol.
    #[inline(always)]
    pub(super) fn count(self) -> [u32; LANES] {
        self.0.iter().fold([0; LANES], |sum, word| {
            let mut sum = sum;
            for (sum, word) in sum.iter_mut().zip(word) {
                *sum += word.count_ones();
            }
            sum
        })
    }

    #[inline(always)]
    fn zip(self, other: Self, with: impl Fn(u64, u64) -> u64) -> Self {
        let mut result = self;
        for (words, others) in result.0.iter_mut().zip(other.0) {
            for (word, other) in words.iter_mut().zip(others) {
                *word = with(*word, other);
            }
        }
        result
    }
}

impl<const WORDS: usize> BitAnd for Row<WORDS> {
    type Output = Self;

    #[inline(always)]
    fn bitand(self, other: Self) -> Self {
        self.zip(other, |left, right| left & right)
    }
}

impl<const WORDS: usize> BitOr for Row<WORDS> {
    type Output = Self;

    #[inline(always)]
    fn bitor(self, other: Self) -> Self {
        self.zip(other, |left, right| left | right)
    }
}

impl<const WORDS: usize> BitXor for Row<WORDS> {
    type Output = Self;

    #[inline(always)]
    fn bitxor(self, other: Self) -> Self {
        self.zip(other, |left, right| left ^ right)
    }
}

impl<const WORDS: usize> Not for Row<WORDS> {
    type Output = Self;

    #[inline(always)]
    fn not(self) -> Self {
        self.zip(self, |word, _| !word)
    }
}

/// Every column takes the module that stands `columns` (1 to 63) to its right; light comes in at the edge.
impl<const WORDS: usize> Shr<u32> for Row<WORDS> {
    type Output = Self;

    #[inline(always)]
    fn shr(self, columns: u32) -> Self {
        let mut next = [0; LANES];
        let mut result = self;
        for words in result.0.iter_mut().rev() {
            let here = *words;
            for (word, next) in words.iter_mut().zip(next) {
                *word = *word >> columns | if WORDS > 1 { next << (64 - columns) } else { 0 };
            }
            next = here;
        }
        result
    }
}

/// Every column takes the module that stands `columns` (1 to 63) to its left; light comes in at the edge.
impl<const WORDS: usize> Shl<u32> for Row<WORDS> {
    type Output = Self;

    #[inline(always)]
    fn shl(self, columns: u32) -> Self {
        let mut previous = [0; LANES];
        let mut result = self;
        for words in &mut result.0 {
            let here = *words;
            for (word, previous) in words.iter_mut().zip(previous) {
                *word = *word << columns | if WORDS > 1 { previous >> (64 - columns) } else { 0 };
            }
            previous = here;
        }
        result
    }
}
