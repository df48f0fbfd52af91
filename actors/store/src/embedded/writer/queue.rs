//! The writer's queue: bounded, and shared among accounts by turns.

use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use ezqr_schema::AccountId;
use tokio::sync::oneshot;

/// How much of the places that others leave one account may take: with this it may fill three quarters of an empty
/// queue, of two accounts each three sevenths, and there is always room for one that comes later.
const SHARE: usize = 3;

/// Whose write it is; those of the installation itself have none.
pub(super) type Lane = Option<AccountId>;

/// Why a write was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotQueued {
    /// The queue is full, or the account has its share of it.
    Full,
    /// The writer has ended.
    Closed,
}

/// Writes of type `W` that wait for the writer.
///
/// Those of an account stay in order; accounts take turns, so that hundreds of one hold up no other. At most `limit` wait.
pub(super) struct Queue<W> {
    state: Mutex<State<W>>,
    arrived: Condvar,
    limit: usize,
}

struct State<W> {
    lanes: HashMap<Lane, VecDeque<Waiting<W>>>,
    /// Lanes that are not empty, in the order of their turns.
    turns: VecDeque<Lane>,
    waiting: usize,
    stage: Stage,
    /// Whether the writer is at writes that it took.
    is_busy: bool,
    arrivals: u64,
    /// Who is told when all that arrived before this number has ended.
    settling: Vec<(u64, oneshot::Sender<()>)>,
}

struct Waiting<W> {
    arrival: u64,
    write: W,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Open,
    /// Nothing is taken in any more; what waits is written.
    Finishing,
    /// The writer has ended.
    Closed,
}

impl<W> Queue<W> {
    /// An empty queue for at most `limit` writes.
    pub(super) fn new(limit: usize) -> Self {
        let state = State {
            lanes: HashMap::new(),
            turns: VecDeque::new(),
            waiting: 0,
            stage: Stage::Open,
            is_busy: false,
            arrivals: 0,
            settling: Vec::new(),
        };
        Self { state: Mutex::new(state), arrived: Condvar::new(), limit }
    }

    /// Takes a write in, or refuses it; never waits.
    pub(super) fn push(&self, lane: Lane, write: W) -> Result<(), NotQueued> {
        let mut state = self.locked();
        if state.stage != Stage::Open {
            return Err(NotQueued::Closed);
        }
        let own = state.lanes.get(&lane).map_or(0, VecDeque::len);
        let free = self.limit.saturating_sub(state.waiting);
        if free == 0 || (lane.is_some() && own >= SHARE * free) {
            return Err(NotQueued::Full);
        }
        let arrival = state.arrivals;
        state.arrivals += 1;
        state.waiting += 1;
        state.lanes.entry(lane).or_default().push_back(Waiting { arrival, write });
        if own == 0 {
            state.turns.push_back(lane);
        }
        drop(state);
        self.arrived.notify_one();
        Ok(())
    }

    /// For the writer: what it took before has ended; the next writes, at most `most`, one of each account at a time.
    /// Waits for one; `None` when nothing is to come any more.
    pub(super) fn next(&self, most: usize) -> Option<Vec<W>> {
        let mut state = self.locked();
        state.is_busy = false;
        state.tell_settled();
        loop {
            let group = state.take(most);
            if !group.is_empty() {
                state.is_busy = true;
                return Some(group);
            }
            if state.stage != Stage::Open {
                return None;
            }
            state = self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits until every write that was queued before has ended, whatever became of it.
    pub(super) async fn settle(&self) {
        let settled = {
            let mut state = self.locked();
            if state.stage == Stage::Closed || (state.waiting == 0 && !state.is_busy) {
                return;
            }
            let (sender, settled) = oneshot::channel();
            let arrivals = state.arrivals;
            state.settling.push((arrivals, sender));
            settled
        };
        // Dropped untold with the queue, when nothing of it is written any more.
        let _ = settled.await;
    }

    /// Takes nothing in any more; the writer ends when it has written what waits.
    pub(super) fn finish(&self) {
        let mut state = self.locked();
        if state.stage == Stage::Open {
            state.stage = Stage::Finishing;
        }
        drop(state);
        self.arrived.notify_all();
    }

    /// The writer has ended: what still waits is dropped.
    pub(super) fn close(&self) {
        let mut state = self.locked();
        state.stage = Stage::Closed;
        state.waiting = 0;
        state.turns.clear();
        let dropped = (std::mem::take(&mut state.lanes), std::mem::take(&mut state.settling));
        drop(state);
        drop(dropped);
    }

    fn locked(&self) -> MutexGuard<'_, State<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W> State<W> {
    fn take(&mut self, most: usize) -> Vec<W> {
        let mut group = Vec::new();
        while group.len() < most {
            let Some(lane) = self.turns.pop_front() else { break };
            let Some(writes) = self.lanes.get_mut(&lane) else { continue };
            group.extend(writes.pop_front().map(|waiting| waiting.write));
            if writes.is_empty() {
                self.lanes.remove(&lane);
            } else {
                self.turns.push_back(lane);
            }
        }
        self.waiting = self.waiting.saturating_sub(group.len());
        group
    }

    /// Tells those before whose arrival nothing waits any more.
    fn tell_settled(&mut self) {
        let oldest = self.lanes.values().filter_map(VecDeque::front).map(|waiting| waiting.arrival).min();
        let oldest = oldest.unwrap_or(u64::MAX);
        for (_, sender) in self.settling.extract_if(.., |(before, _)| *before <= oldest) {
            // Who went away need not know.
            let _ = sender.send(());
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn account(number: u8) -> AccountId {
        AccountId::from_random([number; 16])
    }

    #[test]
    fn accounts_take_turns_and_each_keeps_its_order() {
        let queue = Queue::new(100);
        for write in 0..10 {
            queue.push(Some(account(1)), (1, write)).unwrap();
        }
        queue.push(Some(account(2)), (2, 0)).unwrap();
        queue.push(None, (0, 0)).unwrap();
        queue.push(Some(account(2)), (2, 1)).unwrap();
        let group = queue.next(6).unwrap();
        assert_eq!(group, [(1, 0), (2, 0), (0, 0), (1, 1), (2, 1), (1, 2)]);
        // One that comes later waits for one write of the other.
        queue.push(Some(account(3)), (3, 0)).unwrap();
        assert_eq!(queue.next(3).unwrap(), [(1, 3), (3, 0), (1, 4)]);
        assert_eq!(queue.next(100).unwrap().len(), 5);
    }

    #[test]
    fn no_account_fills_the_queue_and_whatever_is_free_may_be_used() {
        let fill =
            |queue: &Queue<()>, lane: Lane| (0..1_000).take_while(|_| queue.push(lane, ()) == Ok(())).count();
        let queue = Queue::new(256);
        assert_eq!(fill(&queue, Some(account(1))), 192);
        assert_eq!(fill(&queue, Some(account(2))), 48);
        assert_eq!(fill(&queue, Some(account(3))), 12);
        assert_eq!(fill(&queue, None), 4, "the installation's own take what there is");
        assert_eq!(queue.push(Some(account(4)), ()), Err(NotQueued::Full));
        assert_eq!(queue.next(256).unwrap().len(), 256);
        assert_eq!(fill(&queue, Some(account(1))), 192);
        assert_eq!(fill(&Queue::new(1), Some(account(1))), 1);
    }

    #[test]
    fn settled_is_told_after_all_that_was_queued_before_has_ended() {
        let queue = Queue::new(100);
        assert!(queue.settle().now_or_never().is_some(), "nothing waits");
        for write in 0..3 {
            queue.push(Some(account(1)), write).unwrap();
        }
        let mut settling = Box::pin(queue.settle());
        let mut is_settled = || settling.as_mut().now_or_never().is_some();
        assert!(!is_settled());
        // What comes later overtakes it in another lane, and does not count.
        queue.push(Some(account(2)), 3).unwrap();
        queue.push(Some(account(1)), 4).unwrap();
        assert_eq!(queue.next(4).unwrap(), [0, 3, 1, 2]);
        assert!(!is_settled(), "the last is under way");
        assert_eq!(queue.next(4).unwrap(), [4]);
        assert!(is_settled());
        // One that is taken and not ended is waited for, too.
        let mut settling = Box::pin(queue.settle());
        assert!(settling.as_mut().now_or_never().is_none());
        queue.close();
        assert!(settling.now_or_never().is_some(), "nothing is written any more");
        assert!(queue.settle().now_or_never().is_some());
        assert_eq!(queue.push(None, 5), Err(NotQueued::Closed));
    }

    #[test]
    fn what_waits_is_written_before_the_end() {
        let queue = Queue::new(100);
        queue.push(None, 1).unwrap();
        queue.finish();
        assert_eq!(queue.push(None, 2), Err(NotQueued::Closed));
        assert_eq!(queue.next(4), Some(vec![1]));
        assert_eq!(queue.next(4), None);
    }
}
