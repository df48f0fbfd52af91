//! A list in memory, simple enough to be right: what every store's lists are compared with.

use std::time::Duration;

use ezqr_schema::wire::{ListFilter, ListLimit, parse_list_query};
use ezqr_schema::{
    Clock, Code, CodeStatus, ContentType, ListPosition, ManualClock, Name, Owner, ShownStatus, Tags,
    TargetUrl, Timestamp,
};
use proptest::collection::vec;
use proptest::prelude::*;

use super::Minter;
use super::minter::{external_id, tag};
use crate::{Change, CodeStore, ListBudget, ListRequest, PageOrder, list};

/// What happens in one run, made up by proptest.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Minted before the lists are walked.
    before: Vec<Step>,
    /// Minted while they are, one after each answer.
    during: Vec<Step>,
    /// Limits of the answers, in turn.
    limits: Vec<usize>,
    /// Rows an answer may read.
    rows: usize,
}

/// One request, some time after the one before.
#[derive(Clone, Debug)]
struct Step {
    /// Which of two processes mints, where several can.
    minter: usize,
    milliseconds: i64,
    turns_page: bool,
    /// The looks of its codes, as bits.
    looks: Vec<u8>,
}

/// Above the number of steps of a plan.
const MOST_STEPS: i64 = 32;
/// Above the time a step takes.
const MOST_MILLISECONDS: i64 = 400_000;

pub(crate) fn plans() -> impl Strategy<Value = Plan> {
    let step =
        (0..2_usize, prop_oneof![0..3_i64, 0..MOST_MILLISECONDS], any::<bool>(), vec(any::<u8>(), 1..5))
            .prop_map(|(minter, milliseconds, turns_page, looks)| Step {
                minter,
                milliseconds,
                turns_page,
                looks,
            });
    (vec(step.clone(), 1..12), vec(step, 0..20), vec(1..8_usize, 1..4), prop_oneof![1..20_usize, Just(2_000)])
        .prop_map(|(before, during, limits, rows)| Plan { before, during, limits, rows })
}

/// One owner's codes, in the store and beside it.
struct Model<'store, S> {
    store: &'store S,
    owner: Owner,
    minters: Vec<Minter>,
    codes: Vec<(ListPosition, Code)>,
    clock: Clock,
}

/// Whether lists of `store` are what they should be.
pub(crate) async fn check(store: &impl CodeStore, plan: &Plan) {
    let mut model = Model::new(store).await;
    for step in &plan.before {
        model.mint(step).await;
    }
    let mut during = plan.during.iter();
    for filter in filters(&model.codes) {
        model.walk(&filter, plan, &mut during).await;
    }
    for position in model.codes.iter().map(|(position, _)| *position).collect::<Vec<_>>() {
        model.cut(position).await;
    }
}

/// Every combination of what can be asked for.
fn filters(codes: &[(ListPosition, Code)]) -> impl Iterator<Item = ListFilter> + use<> {
    let middle = codes[codes.len() / 2].1.created_at;
    (0_u32..320).map(move |bits| {
        let is_set = |bit: u32| bits & (1 << bit) != 0;
        let instant = |bit, milliseconds| is_set(bit).then(|| middle.saturating_add_millis(milliseconds));
        ListFilter {
            tag: is_set(0).then(|| tag("a")),
            external_id: is_set(1).then(|| external_id("x")),
            content_type: is_set(2).then_some(ContentType::Url),
            name_prefix: is_set(3).then(|| Name::parse("alpha").unwrap()),
            created_after: instant(4, -2),
            created_before: instant(5, 2),
            status: [None]
                .into_iter()
                .chain(ShownStatus::ALL.map(Some))
                .nth(usize::try_from(bits >> 6).unwrap())
                .unwrap(),
        }
    })
}

/// The rules of a filter, written down a second time.
fn is_asked_for(filter: &ListFilter, code: &Code) -> bool {
    let is_deleted = code.status == CodeStatus::Deleted;
    // Those that end at all end at the instant the model's clock stands at.
    let is_expired = code.target_url.is_some() && code.expires_at.is_some() && !is_deleted;
    let mut asked = match filter.status {
        None => !is_deleted,
        Some(ShownStatus::Deleted) => is_deleted,
        Some(ShownStatus::Expired) => is_expired,
        Some(ShownStatus::Paused) => code.status == CodeStatus::Paused && !is_expired,
        Some(ShownStatus::Active) => code.status == CodeStatus::Active && !is_expired,
    };
    if let Some(tag) = &filter.tag {
        asked &= code.tags.iter().any(|other| other == tag);
    }
    if filter.external_id.is_some() {
        asked &= code.external_id == filter.external_id;
    }
    if let Some(content_type) = filter.content_type {
        asked &= code.content_type == content_type;
    }
    if let Some(prefix) = &filter.name_prefix {
        asked &= code.name.as_ref().is_some_and(|name| name.as_str().starts_with(prefix.as_str()));
    }
    asked
        && filter.created_after.is_none_or(|after| after < code.created_at)
        && filter.created_before.is_none_or(|before| code.created_at < before)
}

impl<'store, S: CodeStore> Model<'store, S> {
    async fn new(store: &'store S) -> Self {
        let mut minters = vec![Minter::new(store).await];
        // The plan then ends before the machine's time.
        minters[0].tick(-MOST_STEPS * MOST_MILLISECONDS);
        minters[0].turn_page();
        if store.page_order() != PageOrder::Exact {
            let owner = minters[0].owner.clone();
            let mut second = Minter::new(store).await;
            second.owner = owner;
            second.now = minters[0].now;
            second.turn_page();
            minters.push(second);
        }
        let clock = ManualClock::starting_at(Timestamp::EPOCH).clock();
        Self { store, owner: minters[0].owner.clone(), minters, codes: Vec::new(), clock }
    }

    async fn mint(&mut self, step: &Step) {
        let now = self.minters[0].now.saturating_add_millis(step.milliseconds);
        for minter in &mut self.minters {
            minter.now = now;
        }
        let index = step.minter % self.minters.len();
        let minter = &mut self.minters[index];
        let is_open_too_long = match self.store.page_order() {
            PageOrder::Exact => false,
            PageOrder::Within(open) => {
                let open = i64::try_from(open.as_millis()).unwrap();
                minter.page().opened_at.saturating_add_millis(open) < now
            }
        };
        if step.turns_page || is_open_too_long {
            minter.turn_page();
        }
        let page = minter.page();
        let codes: Vec<Code> = step.looks.iter().map(|look| looking(*look, minter.plain())).collect();
        if codes.iter().any(|code| code.sequence.page() != page.page) {
            // The page was full in the middle of the request, which the service does not let happen.
            return;
        }
        self.store.mint(minter.mint(codes.clone())).await.unwrap();
        for (code, look) in codes.into_iter().zip(&step.looks) {
            let position = ListPosition::new(page.opened_at, code.sequence);
            let code = match settled(*look, &code) {
                None => code,
                Some(settled) => {
                    let change = Change { code: settled.clone(), expected: code.version, page, sent: None };
                    self.store.change(change).await.unwrap();
                    settled
                }
            };
            self.codes.push((position, code));
        }
    }

    /// Walks a list from its newest code to its end, while `during` goes on.
    async fn walk(&mut self, filter: &ListFilter, plan: &Plan, during: &mut impl Iterator<Item = &Step>) {
        let at_first = self.codes.clone();
        let expected = self.expected(&at_first, filter, None);
        let mut walked: Vec<Code> = Vec::new();
        let mut after = None;
        let mut limits = plan.limits.iter().cycle();
        loop {
            let limit = *limits.next().unwrap();
            let answer = self.list(filter, after, limit, plan.rows).await;
            assert!(answer.codes.len() <= limit);
            walked.extend(answer.codes);
            let Some(next) = answer.next else { break };
            assert!(after.is_none_or(|after| next < after) || self.goes_by_number(filter), "it gets further");
            after = Some(next);
            if let Some(step) = during.next() {
                self.mint(step).await;
            }
        }
        let is_old = |code: &Code| at_first.iter().any(|(_, old)| old.sequence == code.sequence);
        walked.retain(is_old);
        assert_eq!(walked, expected, "{filter:?} in {plan:?}");
    }

    /// Goes on behind `position`, in one list without and in one with a look-up.
    async fn cut(&self, position: ListPosition) {
        let tagged = ListFilter { tag: Some(tag("a")), ..ListFilter::default() };
        for filter in [ListFilter::default(), tagged] {
            let expected = self.expected(&self.codes, &filter, Some(position));
            let answer = self.list(&filter, Some(position), 100, 100_000).await;
            let first = expected.iter().take(100).cloned().collect::<Vec<_>>();
            assert_eq!(answer.codes, first, "{filter:?} behind {position:?}");
            if answer.next.is_none() {
                assert_eq!(answer.codes.len(), expected.len());
            }
        }
    }

    /// Whether the number alone decides the order: where it follows time exactly, and an external id leads on.
    fn goes_by_number(&self, filter: &ListFilter) -> bool {
        filter.external_id.is_some() && self.store.page_order() == PageOrder::Exact
    }

    /// The codes of a list, newest first.
    fn expected(
        &self,
        codes: &[(ListPosition, Code)],
        filter: &ListFilter,
        after: Option<ListPosition>,
    ) -> Vec<Code> {
        let is_behind = |position: ListPosition| after.is_none_or(|after| position < after);
        let mut found: Vec<_> = codes
            .iter()
            .filter(|(position, code)| is_behind(*position) && is_asked_for(filter, code))
            .collect();
        let by_number = |position: &ListPosition| ListPosition::new(Timestamp::EPOCH, position.sequence);
        let goes_by_number = self.goes_by_number(filter);
        found.sort_by_key(|(position, _)| if goes_by_number { by_number(position) } else { *position });
        found.into_iter().rev().map(|(_, code)| code.clone()).collect()
    }

    async fn list(
        &self,
        filter: &ListFilter,
        after: Option<ListPosition>,
        limit: usize,
        rows: usize,
    ) -> crate::Listing {
        let request = ListRequest {
            owner: self.owner.clone(),
            filter: filter.clone(),
            after,
            limit: list_limit(limit),
            budget: ListBudget { rows, time: Duration::MAX },
        };
        list(self.store, &request, &self.clock).await.unwrap()
    }
}

/// The limit of `value` codes.
pub(crate) fn list_limit(value: usize) -> ListLimit {
    parse_list_query(&format!("limit={value}")).unwrap().limit
}

fn looking(look: u8, code: Code) -> Code {
    let tags = [(1, "a"), (2, "b")].into_iter().filter(|(bit, _)| look & bit != 0).map(|(_, text)| tag(text));
    Code {
        tags: Tags::new(tags).unwrap(),
        external_id: (look & 4 != 0).then(|| external_id("x")),
        content_type: if look & 8 == 0 { ContentType::Text } else { ContentType::Url },
        target_url: (look & 8 != 0).then(|| TargetUrl::parse("https://example.com/").unwrap()),
        expires_at: (look & 9 == 9 || look & 16 != 0).then_some(Timestamp::EPOCH),
        name: match look >> 4 & 3 {
            0 => None,
            1 => Some(Name::parse("alpha").unwrap()),
            2 => Some(Name::parse("alphabet").unwrap()),
            _ => Some(Name::parse("beta alpha").unwrap()),
        },
        ..code
    }
}

/// What becomes of a code after it was minted: its look-up rows may then lead nowhere.
fn settled(look: u8, code: &Code) -> Option<Code> {
    let changed = Code { version: code.version.next(), ..code.clone() };
    match look >> 6 {
        0 => None,
        1 => Some(Code { status: CodeStatus::Paused, ..changed }),
        2 => Some(Code { status: CodeStatus::Deleted, ..changed }),
        _ => Some(Code { tags: Tags::default(), external_id: None, ..changed }),
    }
}
