//! Nodes that share one row, which may refuse, and whose answers may get lost.

use std::cell::Cell;

use ezqr_store::Unavailable;
use futures_util::FutureExt as _;
use proptest::prelude::*;

use super::*;

const START: Duration = Duration::from_secs(1_800_000_000);

fn limit(tokens: u32) -> NonZeroU32 {
    NonZeroU32::new(tokens).unwrap()
}

/// What the store keeps of one bucket.
#[derive(Default)]
struct Row {
    full_at: Cell<Option<FullAt>>,
    writes: Cell<u32>,
    /// Whether a clock is wrong, so that it may move back.
    is_put_right: bool,
}

impl Row {
    /// The conditional write.
    fn advance(&self, lease: Lease) -> Advance {
        self.writes.set(self.writes.get() + 1);
        if self.full_at.get() != lease.from {
            return Advance::Found(self.full_at.get());
        }
        let moves_on = self.full_at.get().is_none_or(|from| from < lease.to);
        assert!(moves_on || self.is_put_right, "it only moves on");
        self.full_at.set(Some(lease.to));
        Advance::Done
    }
}

/// Asks until admitted or refused.
fn ask(node: &mut LeasedBucket, row: &Row, limit: NonZeroU32, now: Duration) -> Standing {
    loop {
        if let Some(standing) = node.take(limit, now) {
            return standing;
        }
        let lease = node.lease(limit, || now, async |lease| Ok(row.advance(lease)));
        lease.now_or_never().unwrap().unwrap();
    }
}

#[test]
fn a_single_node_admits_what_a_bucket_of_its_own_would_by_a_write_per_five_requests() {
    let (row, mut node, mut own) = (Row::default(), LeasedBucket::default(), Bucket::default());
    for request in 0..150_u32 {
        let now = START + Duration::from_millis(u64::from(request) * 10);
        assert_eq!(ask(&mut node, &row, limit(100), now), own.take(limit(100), now), "{request}");
    }
    // 102 admitted. Refusals cost none.
    assert!(row.writes.get() <= 22, "{}", row.writes.get());
}

#[test]
fn what_remains_is_what_the_node_holds_and_what_the_store_showed() {
    let (row, mut here, mut there) = (Row::default(), LeasedBucket::default(), LeasedBucket::default());
    assert_eq!(ask(&mut here, &row, limit(100), START).remaining, 99);
    assert_eq!(ask(&mut there, &row, limit(100), START).remaining, 94, "five are with the other node");
    assert_eq!(ask(&mut here, &row, limit(100), START).remaining, 98, "it has not asked again");
    assert_eq!(ask(&mut here, &row, limit(100), START).full_in, Duration::from_millis(1_800));
}

#[test]
fn a_leased_token_ends_when_the_bucket_has_refilled_it() {
    let after = |wait: u64| {
        let (row, mut node) = (Row::default(), LeasedBucket::default());
        ask(&mut node, &row, limit(100), START);
        node.good(limit(100), START + Duration::from_millis(wait))
    };
    // One is refilled in 600 ms; the first was given out.
    assert_eq!([999, 1_000, 1_200, 1_800, 2_999, 3_000].map(after), [4, 4, 3, 2, 1, 0]);
    // Also where they are refilled later.
    let (row, mut node) = (Row::default(), LeasedBucket::default());
    ask(&mut node, &row, limit(5), START);
    assert_eq!(node.good(limit(5), START + Duration::from_millis(9_999)), 4);
    assert_eq!(node.good(limit(5), START + GOOD_FOR), 0);
}

#[test]
fn an_outcome_that_is_not_known_counts_as_spent_and_a_store_that_is_away_is_told() {
    let mut node = LeasedBucket::default();
    let lease = node.next_lease(limit(100), START).unwrap();
    assert!(!node.learn(lease, &Err(WriteError::OutcomeUnknown("cut off".to_owned())), START));
    assert_eq!((node.held, node.bucket(START).tokens(limit(100), START)), (0, 95));
    let away = Unavailable { reason: "away".to_owned(), retry_after: GOOD_FOR };
    let asked = Cell::new(0);
    let refused = node.lease(
        limit(100),
        || START,
        async |_| {
            asked.set(asked.get() + 1);
            Err(away.clone().into())
        },
    );
    assert_eq!(refused.now_or_never().unwrap(), Err(TakeRefused::Store(away.clone())));
    assert_eq!(asked.get(), 1, "at once");
}

#[test]
fn a_wrong_clock_does_not_empty_the_bucket_for_the_others() {
    let hour_ahead = START + Duration::from_secs(3_600);
    let row = Row { is_put_right: true, ..Row::default() };
    let (mut wrong, mut right) = (LeasedBucket::default(), LeasedBucket::default());
    while ask(&mut wrong, &row, limit(100), hour_ahead).retry_after.is_none() {}
    let admitted = ask(&mut right, &row, limit(100), START);
    assert_eq!((admitted.remaining, admitted.retry_after), (99, None));
    assert_eq!(row.full_at.get(), Some(FullAt(i64::try_from(START.as_micros()).unwrap() + 3_000_000)));
    // The node itself goes on from there when its clock has been set right.
    assert_eq!(ask(&mut wrong, &row, limit(100), START).remaining, 94);
}

#[test]
fn what_a_clock_within_the_allowed_skew_wrote_is_believed() {
    let full_at =
        |seconds| FullAt(i64::try_from((START + Duration::from_secs(seconds)).as_micros()).unwrap());
    let shown = |seconds| LeasedBucket { shown: Some(full_at(seconds)), ..LeasedBucket::default() };
    let retry_after = |seconds| shown(seconds).take(limit(100), START).map(|standing| standing.retry_after);
    assert_eq!(retry_after(100), Some(Some(Duration::from_millis(40_600))));
    assert_eq!(retry_after(101), None, "only the store can tell");
    // The row may have been put right meanwhile: what is replaced is what was shown.
    let lease = shown(101).next_lease(limit(100), START).unwrap();
    assert_eq!((lease.from, lease.to), (Some(full_at(101)), full_at(3)));
}

#[test]
fn a_lease_whose_outcome_is_not_known_is_not_tried_again_at_once() {
    let (mut node, asked) = (LeasedBucket::default(), Cell::new(0));
    let cut_off = node.lease(
        limit(100),
        || START,
        async |_| {
            asked.set(asked.get() + 1);
            Err(WriteError::OutcomeUnknown("cut off".to_owned()))
        },
    );
    assert_eq!((cut_off.now_or_never().unwrap(), asked.get()), (Err(TakeRefused::Contended), 1));
}

#[test]
fn who_always_loses_the_race_gives_up_after_a_few_attempts() {
    let (mut node, asked) = (LeasedBucket::default(), Cell::new(0));
    let lost = node.lease(
        limit(1_000),
        || START,
        async |lease| {
            asked.set(asked.get() + 1);
            Ok(Advance::Found(Some(lease.to)))
        },
    );
    assert_eq!((lost.now_or_never().unwrap(), asked.get()), (Err(TakeRefused::Contended), ATTEMPTS));
}

/// One step of one node.
#[derive(Clone, Debug)]
struct Step {
    node: usize,
    pause: Duration,
    /// Whether the answer of a write that ends now gets lost.
    loses_answer: bool,
}

fn steps(longest_pause_ms: u64) -> impl Strategy<Value = Vec<Step>> {
    let step = (0..3_usize, 0..=longest_pause_ms, prop::bool::weighted(0.1)).prop_map(
        |(node, pause, loses_answer)| Step { node, pause: Duration::from_millis(pause), loses_answer },
    );
    prop::collection::vec(step, 1..600)
}

/// A node, and the write it has sent.
#[derive(Default)]
struct Node {
    bucket: LeasedBucket,
    sent: Option<(Lease, Duration)>,
}

proptest! {
    #[test]
    fn nodes_together_admit_no_more_than_one_bucket_holds(
        tokens in 1_u32..2_000,
        steps in (0_u64..2_000).prop_flat_map(steps),
    ) {
        let (limit, row) = (limit(tokens), Row::default());
        let mut nodes: [Node; 3] = Default::default();
        let (mut now, mut admitted, mut longest_write) = (START, Vec::new(), Duration::ZERO);
        for Step { node, pause, loses_answer } in steps {
            now += pause;
            let node = &mut nodes[node];
            if let Some((lease, sent)) = node.sent.take() {
                let advance = row.advance(lease);
                let known = if loses_answer { Err(WriteError::OutcomeUnknown(String::new())) } else { Ok(advance) };
                node.bucket.learn(lease, &known, now);
                longest_write = longest_write.max(now.saturating_sub(sent));
            }
            match node.bucket.take(limit, now) {
                Some(standing) if standing.retry_after.is_none() => admitted.push(now),
                Some(_) => {}
                None => node.sent = node.bucket.next_lease(limit, now).map(|lease| (lease, now)),
            }
        }
        let refilled = |time: Duration| time.as_nanos() / interval(limit).as_nanos();
        // From the full bucket on: exactly.
        prop_assert!(admitted.len() as u128 <= u128::from(tokens) + refilled(now.saturating_sub(START)));
        // Within any window: what is refilled until a token is given out at the latest comes on top.
        let late = longest_write + GOOD_FOR_AT_LEAST;
        for (index, from) in admitted.iter().enumerate() {
            let within = (admitted.len() - index) as u128;
            prop_assert!(within <= u128::from(tokens) + refilled(now.saturating_sub(*from) + late) + 1);
        }
    }

    #[test]
    fn nodes_that_fall_silent_cost_the_others_at_most_a_lease_each(
        tokens in 1_u32..500,
        first in prop::collection::vec(0..3_usize, 0..40),
    ) {
        let (limit, row) = (limit(tokens), Row::default());
        let mut nodes: [LeasedBucket; 3] = Default::default();
        let mut admitted = 0;
        for node in first {
            admitted += u32::from(ask(&mut nodes[node], &row, limit, START).retry_after.is_none());
        }
        while ask(&mut nodes[0], &row, limit, START).retry_after.is_none() {
            admitted += 1;
        }
        prop_assert!(admitted <= tokens && admitted + 2 * CHUNK >= tokens, "{admitted}");
        // And nothing is lost when all go on.
        for node in &mut nodes {
            while ask(node, &row, limit, START).retry_after.is_none() {
                admitted += 1;
            }
        }
        prop_assert_eq!(admitted, tokens);
    }
}
