//! The numbers codes are minted under.

/// Numbers in one page.
pub const PAGE_CODES: u64 = 128;
/// Pages in one leased block.
pub const BLOCK_PAGES: u64 = 512;

/// The number a code was minted under: unique in the installation, below 2^40, never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sequence(u64);

/// A page: 128 consecutive sequence numbers of one account and environment. Below 2^33.
///
/// It is what the stores write and list together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Page(u64);

/// A block: 512 consecutive pages, leased to one process at a time. Below 2^24.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Block(u64);

/// A number lies beyond the last one this installation can give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is beyond the last number this installation can give")]
pub struct OutOfNumbers(u64);

impl Sequence {
    /// Bits of a sequence number: what eight symbols of base 32 print.
    pub const BITS: u32 = 40;

    /// The number `value`, when below 2^40.
    pub const fn new(value: u64) -> Result<Self, OutOfNumbers> {
        if value >> Self::BITS != 0 { Err(OutOfNumbers(value)) } else { Ok(Self(value)) }
    }

    /// The low 40 bits of `value`, for permutations that cannot leave the range.
    pub(crate) const fn from_masked(value: u64) -> Self {
        Self(value & ((1 << Self::BITS) - 1))
    }

    /// The bare number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The page it belongs to.
    pub const fn page(self) -> Page {
        Page(self.0 / PAGE_CODES)
    }
}

impl Page {
    const BITS: u32 = Sequence::BITS - PAGE_CODES.ilog2();

    /// The page `value`, when below 2^33.
    pub const fn new(value: u64) -> Result<Self, OutOfNumbers> {
        if value >> Self::BITS != 0 { Err(OutOfNumbers(value)) } else { Ok(Self(value)) }
    }

    /// The bare number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The sequence number at `slot`, counted from 0; `None` from 128 on.
    pub const fn sequence(self, slot: u64) -> Option<Sequence> {
        if slot < PAGE_CODES { Some(Sequence(self.0 * PAGE_CODES + slot)) } else { None }
    }

    /// The block it belongs to.
    pub const fn block(self) -> Block {
        Block(self.0 / BLOCK_PAGES)
    }
}

impl Block {
    const BITS: u32 = Page::BITS - BLOCK_PAGES.ilog2();

    /// How many there are.
    pub const COUNT: u64 = 1 << Self::BITS;

    /// The block `value`, when below 2^24.
    pub const fn new(value: u64) -> Result<Self, OutOfNumbers> {
        if value >> Self::BITS != 0 { Err(OutOfNumbers(value)) } else { Ok(Self(value)) }
    }

    /// The bare number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Its pages, lowest first.
    pub fn pages(self) -> impl Iterator<Item = Page> {
        (self.0 * BLOCK_PAGES..(self.0 + 1) * BLOCK_PAGES).map(Page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_sequence_lies_in_the_last_page_of_the_last_block() {
        let last = Sequence::new((1 << 40) - 1).unwrap();
        assert_eq!(last.page().get(), (1 << 33) - 1);
        assert_eq!(last.page().block().get(), (1 << 24) - 1);
        assert_eq!(last.page().sequence(PAGE_CODES - 1), Some(last));
        assert_eq!(last.page().block().pages().last(), Some(last.page()));
        assert!(
            Sequence::new(1 << 40).is_err() && Page::new(1 << 33).is_err() && Block::new(1 << 24).is_err()
        );
    }
}
