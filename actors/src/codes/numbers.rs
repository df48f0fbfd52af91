//! The numbers still to be given out.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ezqr_schema::{Block, Owner, PAGE_CODES, Page, Sequence, Timestamp};
use ezqr_store::PagePosition;

/// The first block that was never leased: a short code from there on was never printed, so that a look-up
/// of it needs no read. Published by [`Codes`](super::Codes); only grows.
#[derive(Clone, Debug, Default)]
pub struct HighWater(Arc<AtomicU64>);

impl HighWater {
    /// Whether `sequence` may have been given out.
    pub fn covers(&self, sequence: Sequence) -> bool {
        sequence.page().block().get() < self.0.load(Ordering::Acquire)
    }

    pub(super) fn rise_to(&self, next_block: u64) {
        self.0.fetch_max(next_block, Ordering::AcqRel);
    }
}

/// Leased pages, and the open page of each owner. Pure: what it lacks, it asks for.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    /// Pages of leased blocks that are not opened yet, lowest first.
    unopened: VecDeque<Page>,
    open: HashMap<Owner, OpenPage>,
    newest_block: Option<Block>,
}

#[derive(Clone, Copy, Debug)]
struct OpenPage {
    position: PagePosition,
    next_slot: u64,
    is_recorded: bool,
}

/// Numbers given to one request: consecutive, of one page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Allotment {
    pub(super) page: PagePosition,
    /// Whether the page's own row may still be missing in the store.
    pub(super) records_page: bool,
    pub(super) sequences: Vec<Sequence>,
}

impl Numbers {
    /// Takes in a leased block. A block taken in before is not taken again.
    pub(super) fn adopt(&mut self, block: Block) {
        if self.newest_block.is_none_or(|newest| newest < block) {
            self.newest_block = Some(block);
            self.unopened.extend(block.pages());
        }
    }

    /// `count` consecutive numbers (1 to 100) for `owner` at `now`; `None` when another block is needed.
    ///
    /// A request that does not fit the open page closes it: no request straddles two.
    pub(super) fn allot(&mut self, owner: &Owner, count: usize, now: Timestamp) -> Option<Allotment> {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        debug_assert!((1..=PAGE_CODES).contains(&count));
        if let Some(open) = self.open.get_mut(owner)
            && open.next_slot + count <= PAGE_CODES
        {
            return Some(open.allot(count));
        }
        let page = self.unopened.pop_front()?;
        let position = PagePosition { opened_at: now, page };
        let mut open = OpenPage { position, next_slot: 0, is_recorded: false };
        let allotment = open.allot(count);
        self.open.insert(owner.clone(), open);
        Some(allotment)
    }

    /// Learns that the row of the owner's page is in the store: written with the codes of a request. Until
    /// then every request brings it along, because any of them may fail.
    pub(super) fn page_recorded(&mut self, owner: &Owner, page: Page) {
        if let Some(open) = self.open.get_mut(owner).filter(|open| open.position.page == page) {
            open.is_recorded = true;
        }
    }
}

impl OpenPage {
    fn allot(&mut self, count: u64) -> Allotment {
        let from = self.next_slot;
        self.next_slot += count;
        let sequences = (from..self.next_slot).filter_map(|slot| self.position.page.sequence(slot)).collect();
        Allotment { page: self.position, records_page: !self.is_recorded, sequences }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use ezqr_schema::{AccountId, BLOCK_PAGES, Environment};
    use proptest::prelude::*;

    use super::*;

    fn owner(number: u8) -> Owner {
        Owner {
            account: AccountId::from_random([number; 16]),
            environment: Environment::parse("production").unwrap(),
        }
    }

    #[test]
    fn a_request_that_does_not_fit_opens_another_page() {
        let mut numbers = Numbers::default();
        assert_eq!(numbers.allot(&owner(1), 1, Timestamp::EPOCH), None);
        numbers.adopt(Block::new(3).unwrap());
        let first = numbers.allot(&owner(1), 100, Timestamp::EPOCH).unwrap();
        let second = numbers.allot(&owner(1), 28, Timestamp::MAX).unwrap();
        assert_eq!(second.page, first.page);
        assert_eq!(second.sequences[0].get(), first.sequences[99].get() + 1);
        let third = numbers.allot(&owner(1), 1, Timestamp::MAX).unwrap();
        assert!(third.page.page > first.page.page && third.page.opened_at == Timestamp::MAX);
    }

    #[test]
    fn every_request_brings_the_row_of_its_page_until_one_has_written_it() {
        let mut numbers = Numbers::default();
        numbers.adopt(Block::new(0).unwrap());
        let first = numbers.allot(&owner(1), 1, Timestamp::EPOCH).unwrap();
        assert!(first.records_page);
        assert!(numbers.allot(&owner(1), 1, Timestamp::EPOCH).unwrap().records_page);
        numbers.page_recorded(&owner(2), first.page.page);
        assert!(numbers.allot(&owner(1), 1, Timestamp::EPOCH).unwrap().records_page);
        numbers.page_recorded(&owner(1), first.page.page);
        assert!(!numbers.allot(&owner(1), 1, Timestamp::EPOCH).unwrap().records_page);
        assert!(numbers.allot(&owner(1), 100, Timestamp::EPOCH).is_some());
        let next = numbers.allot(&owner(1), 100, Timestamp::EPOCH).unwrap();
        assert!(next.records_page, "another page has another row");
    }

    #[test]
    fn a_block_taken_in_twice_gives_its_pages_once() {
        let mut numbers = Numbers::default();
        let block = Block::new(0).unwrap();
        numbers.adopt(block);
        numbers.adopt(block);
        let pages = u64::try_from(numbers.unopened.len()).unwrap();
        assert_eq!(pages, BLOCK_PAGES);
    }

    proptest! {
        #[test]
        fn no_number_is_given_twice_and_no_page_to_two_owners(
            requests in prop::collection::vec((0_u8..5, 1_usize..=100), 1..400),
        ) {
            let mut numbers = Numbers::default();
            let mut next_block = 0;
            let (mut given, mut owners) = (HashSet::new(), HashMap::new());
            for (name, count) in requests {
                let allotment = loop {
                    if let Some(allotment) = numbers.allot(&owner(name), count, Timestamp::EPOCH) {
                        break allotment;
                    }
                    numbers.adopt(Block::new(next_block).unwrap());
                    next_block += 1;
                };
                prop_assert_eq!(allotment.sequences.len(), count);
                prop_assert_eq!(*owners.entry(allotment.page.page).or_insert(name), name);
                for sequence in allotment.sequences {
                    prop_assert_eq!(sequence.page(), allotment.page.page);
                    prop_assert!(given.insert(sequence));
                }
            }
        }
    }
}
