//! The algorithm alone: what a model says, and what it costs.

mod memory;

use std::time::Duration;

use ezqr_schema::wire::ListFilter;
use ezqr_schema::{Clock, Code, ExternalId, ManualClock, Timestamp};
use proptest::prelude::*;

use self::memory::Memory;
use super::{ListBudget, ListRequest, list};
use crate::contract::model::{check, list_limit, plans};
use crate::contract::{Minter, run};
use crate::{CodeStore as _, PageOrder};

const TEN_MINUTES: PageOrder = PageOrder::Within(Duration::from_secs(600));

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_walk_finds_what_a_model_says_while_others_mint(plan in plans(), is_exact in any::<bool>()) {
        let memory = Memory::new(if is_exact { PageOrder::Exact } else { TEN_MINUTES });
        run(check(&memory, &plan));
    }
}

/// `pages` pages of `codes` codes each, a millisecond apart.
async fn minted(memory: &Memory, pages: usize, codes: usize) -> Minter {
    let mut minter = Minter::new(memory).await;
    for _ in 0..pages {
        minter.tick(1);
        minter.turn_page();
        let codes: Vec<Code> = (0..codes).map(|_| minter.plain()).collect();
        memory.mint(minter.mint(codes)).await.unwrap();
    }
    minter
}

fn request(minter: &Minter, filter: ListFilter, limit: usize) -> ListRequest {
    let budget = ListBudget::default();
    ListRequest { owner: minter.owner.clone(), filter, after: None, limit: list_limit(limit), budget }
}

fn standing_clock() -> Clock {
    ManualClock::starting_at(Timestamp::EPOCH).clock()
}

#[test]
fn ten_thousand_codes_are_walked_with_few_reads() {
    let memory = Memory::new(TEN_MINUTES);
    run(async {
        let minter = minted(&memory, 100, 100).await;
        let mut request = request(&minter, ListFilter::default(), 100);
        let (mut answers, mut codes) = (0, 0);
        loop {
            let answer = list(&memory, &request, &standing_clock()).await.unwrap();
            answers += 1;
            codes += answer.codes.len();
            let Some(next) = answer.next else { break };
            request.after = Some(next);
        }
        assert_eq!((answers, codes), (100, 10_000));
        assert!(memory.reads_of_codes.get() <= 105, "{}", memory.reads_of_codes.get());
        assert!(memory.reads_of_pages.get() <= 110, "{}", memory.reads_of_pages.get());
    });
}

fn external_id(text: &str) -> ExternalId {
    ExternalId::parse(text).unwrap()
}

/// The codes of one external id, minted by two processes whose numbers and times disagree, one a page.
async fn minted_by_two(memory: &Memory, each: usize) -> (Minter, Vec<Code>) {
    let mut early = Minter::new(memory).await;
    let mut late = Minter::new(memory).await;
    late.owner = early.owner.clone();
    // Of each pair the lower number is the newer.
    let mut newest_first = Vec::new();
    let mut now = late.now;
    for _ in 0..each {
        for minter in [&mut late, &mut early] {
            minter.now = now;
            minter.tick(1);
            now = minter.now;
            minter.turn_page();
            let code = minter.mint_one(memory, |code| code.external_id = Some(external_id("e"))).await;
            newest_first.insert(0, code.unwrap());
        }
    }
    (early, newest_first)
}

#[test]
fn codes_of_an_external_id_are_newest_first_whatever_their_numbers() {
    // Few are put in order; of many the pages are walked, and the same positions lead on.
    for (each, limit) in [(1, 1), (4, 3), (4, 100), (251, 100)] {
        let memory = Memory::new(TEN_MINUTES);
        run(async {
            let (minter, expected) = minted_by_two(&memory, each).await;
            let filter = ListFilter { external_id: Some(external_id("e")), ..ListFilter::default() };
            let mut request = request(&minter, filter, limit);
            let mut listed = Vec::new();
            loop {
                let answer = list(&memory, &request, &standing_clock()).await.unwrap();
                listed.extend(answer.codes);
                let Some(next) = answer.next else { break };
                request.after = Some(next);
            }
            assert_eq!(listed, expected, "{each} each, {limit} at a time");
        });
    }
}

#[test]
fn an_answer_says_that_more_follows_exactly_when_it_does() {
    for (pages, codes, limit) in [(1, 1, 1), (1, 3, 3), (1, 3, 2), (2, 3, 3), (10, 5, 50), (11, 5, 50)] {
        let memory = Memory::new(PageOrder::Exact);
        run(async {
            let minter = minted(&memory, pages, codes).await;
            let request = request(&minter, ListFilter::default(), limit);
            let answer = list(&memory, &request, &standing_clock()).await.unwrap();
            let follows = pages * codes > limit;
            assert_eq!(answer.next.is_some(), follows, "{limit} of {pages} pages of {codes}");
        });
    }
}

#[test]
fn an_answer_without_a_match_ends_with_its_budget_of_rows() {
    let memory = Memory::new(PageOrder::Exact);
    run(async {
        let minter = minted(&memory, 40, 100).await;
        let nothing = ListFilter { status: Some(ezqr_schema::ShownStatus::Paused), ..ListFilter::default() };
        let mut request = request(&minter, nothing, 10);
        let mut reads = Vec::new();
        loop {
            let before = memory.reads_of_codes.get();
            let answer = list(&memory, &request, &standing_clock()).await.unwrap();
            assert_eq!(answer.codes, []);
            reads.push(memory.reads_of_codes.get() - before);
            let Some(next) = answer.next else { break };
            request.after = Some(next);
        }
        assert_eq!(reads, [20, 20], "2,000 rows are 20 pages of 100, less what the look-ups take");
    });
}

#[test]
fn an_answer_ends_with_its_budget_of_time_and_always_gets_further() {
    for (slowness, expected) in [(40, 4), (150, 1), (10_000, 1)] {
        let clock = ManualClock::starting_at(Timestamp::EPOCH);
        let mut memory = Memory::new(PageOrder::Exact);
        memory.slowness = Some((clock.clone(), Duration::from_millis(slowness)));
        run(async {
            let minter = minted(&memory, 9, 1).await;
            let request = request(&minter, ListFilter::default(), 100);
            let answer = list(&memory, &request, &clock.clock()).await.unwrap();
            assert_eq!(answer.codes.len(), expected);
            assert!(answer.next.is_some());
        });
    }
}

#[test]
fn a_list_of_new_codes_does_not_walk_the_old_pages() {
    for order in [PageOrder::Exact, TEN_MINUTES] {
        let memory = Memory::new(order);
        run(async {
            let mut minter = minted(&memory, 50, 1).await;
            minter.tick(3_600_000);
            let before = minter.now;
            minter.tick(1);
            minter.turn_page();
            minter.mint_one(&memory, |_| {}).await.unwrap();
            let filter = ListFilter { created_after: Some(before), ..ListFilter::default() };
            let answer = list(&memory, &request(&minter, filter, 100), &standing_clock()).await.unwrap();
            assert_eq!((answer.codes.len(), answer.next), (1, None));
            assert!(memory.reads_of_codes.get() <= 2, "{order:?}: {}", memory.reads_of_codes.get());
        });
    }
}
