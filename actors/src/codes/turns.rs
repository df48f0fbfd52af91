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
    pages: HashMap<Page, Line>,
    /// Whose turn has not come after this does not wait any more.
    patience: Duration,
}

/// Who waits behind whoever has the turn.
#[derive(Debug, Default)]
struct Line {
    waiting: VecDeque<Waiting>,
    /// Nobody knows what became of the last change: nobody waits for the end of that.
    is_in_doubt: bool,
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
    /// It does not come before it is known what became of the change before.
    InDoubt,
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
    /// Nobody knows yet what became of an earlier change of the page.
    InDoubt,
}

impl Turns {
    pub(super) fn new(patience: Duration) -> Self {
        Self { pages: HashMap::new(), patience }
    }

    /// Lines up.
    pub(super) fn enter(&mut self, page: Page, now: Duration) -> Place {
        let Some(line) = self.pages.get_mut(&page) else {
            self.pages.insert(page, Line::default());
            return Place::First;
        };
        if line.is_in_doubt {
            return Place::InDoubt;
        }
        if line.waiting.len() >= WAITING {
            return Place::Refused;
        }
        let (sender, receiver) = oneshot::channel();
        line.waiting.push_back(Waiting { since: now, sender });
        Place::Behind(receiver)
    }

    /// Keeps the turn for a change of which nobody knows what became of it, until [`Turns::leave`]. That may take
    /// hours: who waits is told, and who comes.
    pub(super) fn doubt(&mut self, page: Page) {
        let Some(line) = self.pages.get_mut(&page) else { return };
        line.is_in_doubt = true;
        for Waiting { sender, .. } in line.waiting.drain(..) {
            // Who went away needs no answer.
            let _ = sender.send(Turn::InDoubt);
        }
    }

    /// Hands the turn to the next in line who still waits.
    pub(super) fn leave(&mut self, page: Page, now: Duration) {
        let Some(line) = self.pages.get_mut(&page) else { return };
        while let Some(Waiting { since, sender }) = line.waiting.pop_front() {
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
            place @ (Place::First | Place::Refused | Place::InDoubt) => panic!("{place:?}"),
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
    fn nobody_waits_for_the_end_of_a_doubt() {
        let mut turns = taken();
        let mut second = line_up(&mut turns, 0);
        turns.doubt(page());
        assert_eq!(second.try_recv(), Ok(Turn::InDoubt));
        assert!(matches!(turns.enter(page(), Duration::ZERO), Place::InDoubt));
        assert!(matches!(turns.enter(Page::new(8).unwrap(), Duration::ZERO), Place::First));
        turns.leave(page(), Duration::ZERO);
        assert!(matches!(turns.enter(page(), Duration::ZERO), Place::First), "the turn is kept no longer");
    }

    #[test]
    fn a_bounded_number_waits_at_one_page() {
        let mut turns = taken();
        let _waiting: Vec<_> = (0..WAITING).map(|_| line_up(&mut turns, 0)).collect();
        assert!(matches!(turns.enter(page(), Duration::ZERO), Place::Refused));
        assert!(matches!(turns.enter(Page::new(8).unwrap(), Duration::ZERO), Place::First));
    }
}
