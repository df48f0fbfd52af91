//! Changes that a shared store has not answered: sent again until it does.

use std::sync::Arc;
use std::time::Duration;

use ezqr_store::{Change, ChangeError, CodeStore as _};
use futures_util::stream::{FuturesUnordered, StreamExt as _};

use crate::kernel::{Message, Reply, Respond};

use super::actor::Codes;
use super::link::Link;

/// Between two sendings of what is in doubt.
pub(super) const INTERVAL: Duration = Duration::from_secs(1);
/// Changes kept, each of up to 20 KB. More than that come up only where most of a cluster is away.
const MOST: usize = 512;
/// Sent at once: a cluster that did not answer is not asked for everything together.
const AT_ONCE: usize = 16;

/// The changes in doubt, the one that waits longest first. Each has the turn of its page.
#[derive(Debug, Default)]
pub(super) struct Doubts(Vec<Change>);

impl Doubts {
    /// Keeps one; false where there is no room for it.
    pub(super) fn keep(&mut self, change: Change) -> bool {
        let has_room = self.0.len() < MOST;
        if has_room {
            self.0.push(change);
        }
        has_room
    }
}

/// Asks to send again what is in doubt.
#[derive(Clone)]
pub(super) struct Settle;

impl Message for Settle {
    type Reply = ();
}

impl Respond<Settle> for Codes {
    fn respond(&mut self, _: Settle) -> Reply<Self, ()> {
        let due: Vec<_> = self.doubts.0.iter().take(AT_ONCE).cloned().collect();
        let began = self.seed.clock.monotonic();
        let sent = due.into_iter().map(|change| {
            let store = self.seed.store.clone();
            async move {
                let answer = store.change(change.clone()).await;
                Sent { change, answer, began }
            }
        });
        settle(sent.collect())
    }
}

/// One sending, and what came back.
struct Sent {
    change: Change,
    answer: Result<(), ChangeError>,
    began: Duration,
}

/// Settles what is answered, one after the other as the answers come.
fn settle<F: Future<Output = Sent> + 'static>(mut sent: FuturesUnordered<F>) -> Reply<Codes, ()> {
    if sent.is_empty() {
        return Reply::now(());
    }
    let next = async move { (sent.next().await, sent) };
    Reply::then(next, |codes: &mut Codes, (next, rest)| {
        if let Some(sent) = next {
            codes.settle_one(sent);
        }
        settle(rest)
    })
}

impl Codes {
    fn settle_one(&mut self, Sent { change, answer, began }: Sent) {
        let sequence = change.code.sequence;
        let Some(place) = self.doubts.0.iter().position(|kept| kept.code.sequence == sequence) else {
            return;
        };
        let kept = self.doubts.0.remove(place);
        let cache = &self.seed.published.cache;
        match answer {
            Ok(()) => {
                cache.publish(Arc::new(Link::from(change.code)), began);
                // It may have been written long before it was answered, and others have changed the code since.
                cache.outdate(sequence);
            }
            Err(ChangeError::VersionMismatch { .. } | ChangeError::Missing) => cache.outdate(sequence),
            Err(ChangeError::InDoubt { .. } | ChangeError::Write(_)) => {
                // Others have their turn before it.
                self.doubts.0.push(kept);
                return;
            }
        }
        self.turns.leave(sequence.page(), self.seed.clock.monotonic());
    }
}
