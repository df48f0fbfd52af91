//! Whose turn it is to change a code of a page.

use std::collections::{HashMap, VecDeque};

use ezqr_schema::Page;
use tokio::sync::oneshot;

/// At most one conditional write in flight per page.
///
/// Concurrent ones would refuse each other, and in a store that decides them by consensus among replicas
/// they time out. Who waits is bounded by the actor's queue.
#[derive(Debug, Default)]
pub(super) struct Turns(HashMap<Page, VecDeque<oneshot::Sender<()>>>);

impl Turns {
    /// Lines up. `None`: it is the caller's turn. Else its turn comes when the receiver ends.
    pub(super) fn enter(&mut self, page: Page) -> Option<oneshot::Receiver<()>> {
        if let Some(waiting) = self.0.get_mut(&page) {
            let (sender, receiver) = oneshot::channel();
            waiting.push_back(sender);
            return Some(receiver);
        }
        self.0.insert(page, VecDeque::new());
        None
    }

    /// Hands the turn to the next in line.
    pub(super) fn leave(&mut self, page: Page) {
        let Some(waiting) = self.0.get_mut(&page) else { return };
        while let Some(next) = waiting.pop_front() {
            if next.send(()).is_ok() {
                return;
            }
        }
        self.0.remove(&page);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_go_in_order_and_past_those_who_left() {
        let page = Page::new(7).unwrap();
        let mut turns = Turns::default();
        assert!(turns.enter(page).is_none());
        let (second, mut third) = (turns.enter(page).unwrap(), turns.enter(page).unwrap());
        drop(second);
        assert!(third.try_recv().is_err());
        turns.leave(page);
        assert_eq!(third.try_recv(), Ok(()));
        turns.leave(page);
        assert!(turns.0.is_empty() && turns.enter(page).is_none());
    }
}
