//! Whose turn it is to change a code of a page.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use ezqr_schema::Page;
use tokio::sync::oneshot;

/// Changes that wait for their turn at one page; more are refused, so that one page leaves room for others in
/// the actor's queue.
const WAITING: usize = 256;

/// At most one conditional write in flight per page.
///
/// Concurrent ones would refuse each other, and in a store that decides them by consensus among replicas
/// they time out. Instants are on the monotonic clock.
#[derive(Debug)]
pub(super) struct Turns {
    pages: HashMap<Page, VecDeque<Waiting>>,
    /// Whose turn has not come after this does not wait any more.
    patience: Duration,
}

#[derive(Debug)]
struct Waiting {
    since: Duration,
    sender: oneshot::Sender<Turn>,
}

/// What becomes of who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It is its turn.
    Come,
    /// It waited too long; the turn is somebody else's.
    Missed,
}

/// Where a change stands in line.
#[derive(Debug)]
pub(super) enum Place {
    /// It is its turn.
    First,
    /// It is told.
    Behind(oneshot::Receiver<Turn>),
    /// Too many wait.
    Refused,
}

impl Turns {
    pub(super) fn new(patience: Duration) -> Self {
        Self { pages: HashMap::new(), patience }
    }

    /// Lines up.
    pub(super) fn enter(&mut self, page: Page, now: Duration) -> Place {
        let Some(waiting) = self.pages.get_mut(&page) else {
            self.pages.insert(page, VecDeque::new());
            return Place::First;
        };
        if waiting.len() >= WAITING {
            return Place::Refused;
        }
        let (sender, receiver) = oneshot::channel();
        waiting.push_back(Waiting { since: now, sender });
        Place::Behind(receiver)
    }

    /// Hands the turn to the next in line who still waits.
    pub(super) fn leave(&mut self, page: Page, now: Duration) {
        let Some(waiting) = self.pages.get_mut(&page) else { return };
        while let Some(Waiting { since, sender }) = waiting.pop_front() {
            if now.saturating_sub(since) >= self.patience {
                // Who went away needs no answer.
                let _ = sender.send(Turn::Missed);
            } else if sender.send(Turn::Come).is_ok() {
                return;
            }
        }
        self.pages.remove(&page);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(10);

    fn page() -> Page {
        Page::new(7).unwrap()
    }

    /// Turns of which the first of the page is taken.
    fn taken() -> Turns {
        let mut turns = Turns::new(PATIENCE);
        assert!(matches!(turns.enter(page(), Duration::ZERO), Place::First));
        turns
    }

    fn line_up(turns: &mut Turns, second: u64) -> oneshot::Receiver<Turn> {
        match turns.enter(page(), Duration::from_secs(second)) {
            Place::Behind(receiver) => receiver,
            place @ (Place::First | Place::Refused) => panic!("{place:?}"),
        }
    }

    #[test]
    fn turns_go_in_order_and_past_those_who_left() {
        let mut turns = taken();
        let (second, mut third) = (line_up(&mut turns, 0), line_up(&mut turns, 0));
        drop(second);
        assert!(third.try_recv().is_err());
        turns.leave(page(), Duration::ZERO);
        assert_eq!(third.try_recv(), Ok(Turn::Come));
        turns.leave(page(), Duration::ZERO);
        assert!(turns.pages.is_empty() && matches!(turns.enter(page(), Duration::ZERO), Place::First));
    }

    #[test]
    fn who_waited_too_long_misses_the_turn() {
        let mut turns = taken();
        let [mut second, mut third] = [0, 1].map(|since| line_up(&mut turns, since));
        turns.leave(page(), PATIENCE);
        assert_eq!([second.try_recv(), third.try_recv()], [Ok(Turn::Missed), Ok(Turn::Come)]);
        let mut fourth = line_up(&mut turns, 10);
        turns.leave(page(), PATIENCE * 2);
        assert_eq!(fourth.try_recv(), Ok(Turn::Missed));
        assert!(turns.pages.is_empty(), "nobody has it");
    }

    #[test]
    fn a_bounded_number_waits_at_one_page() {
        let mut turns = taken();
        let _waiting: Vec<_> = (0..WAITING).map(|_| line_up(&mut turns, 0)).collect();
        assert!(matches!(turns.enter(page(), Duration::ZERO), Place::Refused));
        assert!(matches!(turns.enter(Page::new(8).unwrap(), Duration::ZERO), Place::First));
    }
}
