//! The numbers still to be given out.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use ezqr_schema::{Block, Owner, PAGE_CODES, Page, Sequence, Timestamp};
use ezqr_store::{PageOrder, PagePosition};

/// Leased pages, and the open page of each owner. Pure: what it lacks, it asks for.
#[derive(Debug)]
pub(super) struct Numbers {
    order: PageOrder,
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
    pub(super) fn new(order: PageOrder) -> Self {
        Self { order, unopened: VecDeque::new(), open: HashMap::new(), newest_block: None }
    }

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
            && open.takes_codes_of(now, self.order)
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

    /// Closes every page, because the clock stepped back: how long they have been open cannot be told. Where
    /// nobody else mints, it does not matter.
    pub(super) fn close_pages(&mut self) {
        match self.order {
            PageOrder::Exact => {}
            PageOrder::Within(_) => self.open.clear(),
        }
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
    /// Whether a code minted `now` is not too young for this page's place in the lists.
    fn takes_codes_of(&self, now: Timestamp, order: PageOrder) -> bool {
        let open_for = now.as_millis().saturating_sub(self.position.opened_at.as_millis());
        match order {
            PageOrder::Exact => true,
            PageOrder::Within(time) => Duration::from_millis(open_for.unsigned_abs()) < time,
        }
    }

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
        let mut numbers = Numbers::new(PageOrder::Exact);
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
        let mut numbers = Numbers::new(PageOrder::Exact);
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
        let mut numbers = Numbers::new(PageOrder::Exact);
        let block = Block::new(0).unwrap();
        numbers.adopt(block);
        numbers.adopt(block);
        let pages = u64::try_from(numbers.unopened.len()).unwrap();
        assert_eq!(pages, BLOCK_PAGES);
    }

    const TEN_MINUTES: Duration = Duration::from_secs(600);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000).unwrap()
    }

    #[test]
    fn where_others_mint_too_a_page_takes_no_code_ten_minutes_younger_than_itself() {
        let mut numbers = Numbers::new(PageOrder::Within(TEN_MINUTES));
        numbers.adopt(Block::new(0).unwrap());
        let first = numbers.allot(&owner(1), 1, at(1_000)).unwrap();
        let in_time = numbers.allot(&owner(1), 1, Timestamp::from_millis(1_599_999).unwrap()).unwrap();
        assert_eq!(in_time.page, first.page);
        let next = numbers.allot(&owner(1), 1, at(1_600)).unwrap();
        assert_eq!(next.page.opened_at, at(1_600));
        assert!(next.page.page > first.page.page && next.records_page);
        // The row of the page that was closed is no row of this one.
        numbers.page_recorded(&owner(1), first.page.page);
        assert!(numbers.allot(&owner(1), 1, at(1_600)).unwrap().records_page);
    }

    #[test]
    fn a_clock_that_stepped_back_closes_all_pages_where_others_mint_too() {
        for (order, closes) in [(PageOrder::Exact, false), (PageOrder::Within(TEN_MINUTES), true)] {
            let mut numbers = Numbers::new(order);
            numbers.adopt(Block::new(0).unwrap());
            let before = [1, 2].map(|name| numbers.allot(&owner(name), 1, at(5)).unwrap().page);
            numbers.close_pages();
            let after = [1, 2].map(|name| numbers.allot(&owner(name), 1, at(5)).unwrap().page);
            assert_eq!(before[0] != after[0] && before[1] != after[1], closes, "{order:?}");
        }
    }

    proptest! {
        #[test]
        fn no_number_is_given_twice_no_page_to_two_owners_and_no_code_to_a_page_too_old(
            requests in prop::collection::vec((0_u8..5, 1_usize..=100, 0_i64..300, prop::bool::weighted(0.05)), 1..400),
            is_shared in any::<bool>(),
        ) {
            let order = if is_shared { PageOrder::Within(TEN_MINUTES) } else { PageOrder::Exact };
            let mut numbers = Numbers::new(order);
            let (mut next_block, mut now) = (0, 0);
            let (mut given, mut owners) = (HashSet::new(), HashMap::new());
            for (name, count, pause, clock_stepped_back) in requests {
                now += pause;
                if clock_stepped_back {
                    numbers.close_pages();
                }
                let allotment = loop {
                    if let Some(allotment) = numbers.allot(&owner(name), count, at(now)) {
                        break allotment;
                    }
                    numbers.adopt(Block::new(next_block).unwrap());
                    next_block += 1;
                };
                prop_assert_eq!(allotment.sequences.len(), count);
                prop_assert_eq!(*owners.entry(allotment.page.page).or_insert(name), name);
                let page_age_ms = now * 1_000 - allotment.page.opened_at.as_millis();
                prop_assert!(page_age_ms >= 0 && (page_age_ms < 600_000 || !is_shared));
                for sequence in allotment.sequences {
                    prop_assert_eq!(sequence.page(), allotment.page.page);
                    prop_assert!(given.insert(sequence));
                }
            }
        }
    }
}
