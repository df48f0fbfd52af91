//! Which requests with an idempotency key are under way in this process, and who waits for their answers.
//!
//! It stands before the owner's queue: who waits here holds no message, no number and no body. A request that has the
//! place of its name keeps its body, and whoever sent the same gets that one back.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use ezqr_schema::{AccountId, Code, IdempotencyKey, IdempotentRequest, ItemOutcome, Owner, RequestHash};
use tokio::sync::oneshot;

/// Requests that wait for the answer of one.
const WAITING_OF_A_NAME: usize = 32;
/// Requests of one account that wait.
const WAITING_OF_AN_ACCOUNT: usize = 256;
/// Requests that wait in all.
const WAITING: usize = 2_048;

/// At most one request of each name at a time; others of the name wait in line.
///
/// Two at once would both find nothing and both write; the store refuses the second, but only after it has spent
/// numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Running(Arc<Mutex<Board>>);

#[derive(Debug, Default)]
struct Board {
    lines: HashMap<Name, Line>,
    crowd: Crowd,
    /// Numbers of those who came.
    came: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Name {
    owner: Owner,
    key: IdempotencyKey,
}

/// Who has the place of a name, and who waits behind.
#[derive(Debug)]
struct Line {
    holder: u64,
    waiting: VecDeque<Waiter>,
}

#[derive(Debug)]
struct Waiter {
    number: u64,
    hash: RequestHash,
    told: oneshot::Sender<Told>,
}

/// How many wait.
#[derive(Debug, Default)]
struct Crowd {
    all: usize,
    of_accounts: HashMap<AccountId, usize>,
}

impl Crowd {
    fn admits(&self, account: AccountId) -> bool {
        let of_account = self.of_accounts.get(&account).copied().unwrap_or_default();
        self.all < WAITING && of_account < WAITING_OF_AN_ACCOUNT
    }

    fn enter(&mut self, account: AccountId) {
        self.all += 1;
        *self.of_accounts.entry(account).or_default() += 1;
    }

    fn leave(&mut self, account: AccountId, count: usize) {
        self.all = self.all.saturating_sub(count);
        if let Some(of_account) = self.of_accounts.get_mut(&account) {
            *of_account = of_account.saturating_sub(count);
            if *of_account == 0 {
                self.of_accounts.remove(&account);
            }
        }
    }
}

/// The right to carry out the request of a name. Clones share it: when the last is dropped and no answer was given, the
/// next of the same request gets it.
#[derive(Clone, Debug)]
pub struct Place(Arc<Held>);

#[derive(Debug)]
struct Held {
    running: Running,
    name: Name,
    number: u64,
    hash: RequestHash,
    body: Bytes,
}

/// The answer that the same request was given meanwhile.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The codes, as they were when they were minted.
    pub codes: Arc<[Code]>,
    /// What became of the items of the request, in their order.
    pub items: Arc<[ItemOutcome]>,
    /// The body of the request.
    pub body: Bytes,
}

/// What becomes of who waits.
#[derive(Debug)]
pub(super) enum Told {
    /// The one before ended without an answer: it is its turn.
    Turn(Place),
    /// The same request was carried out.
    Answered(Answered),
    /// Another request of the name was carried out.
    OtherAnswered,
    /// Another request of the name ended without an answer.
    OtherEnded,
}

/// What a request finds when it comes.
#[derive(Debug)]
pub(super) enum Entry {
    /// None of its name is under way.
    First(Place),
    /// It waits, without its body.
    Behind(Waiting),
    /// Too many wait.
    Refused,
}

/// A request in line. Dropped, it leaves the line.
#[derive(Debug)]
pub(super) struct Waiting {
    running: Running,
    name: Name,
    number: u64,
    told: oneshot::Receiver<Told>,
}

impl Running {
    /// Takes the place of this name, or a place behind who has it.
    pub(super) fn enter(&self, owner: &Owner, key: IdempotencyKey, hash: RequestHash, body: Bytes) -> Entry {
        let name = Name { owner: owner.clone(), key };
        let mut board = self.locked();
        let Board { lines, crowd, came } = &mut *board;
        *came += 1;
        let number = *came;
        let Some(line) = lines.get_mut(&name) else {
            lines.insert(name.clone(), Line { holder: number, waiting: VecDeque::new() });
            return Entry::First(Place(Arc::new(Held { running: self.clone(), name, number, hash, body })));
        };
        if line.waiting.len() >= WAITING_OF_A_NAME || !crowd.admits(owner.account) {
            return Entry::Refused;
        }
        crowd.enter(owner.account);
        let (sender, told) = oneshot::channel();
        line.waiting.push_back(Waiter { number, hash, told: sender });
        Entry::Behind(Waiting { running: self.clone(), name, number, told })
    }

    /// Takes a line off the board, if `holder` still has its place.
    fn take_line(&self, holder: &Held) -> Option<Line> {
        let mut board = self.locked();
        let is_its = board.lines.get(&holder.name).is_some_and(|line| line.holder == holder.number);
        let line = if is_its { board.lines.remove(&holder.name) } else { None }?;
        board.crowd.leave(holder.name.owner.account, line.waiting.len());
        Some(line)
    }

    /// Gives the place of `holder` to the next of the same request; those who asked for something else are told.
    fn hand_on(&self, holder: &Held) {
        let mut board = self.locked();
        let Board { lines, crowd, .. } = &mut *board;
        let Some(line) = lines.get_mut(&holder.name).filter(|line| line.holder == holder.number) else {
            return;
        };
        let before = line.waiting.len();
        let (mut same, others): (VecDeque<_>, VecDeque<_>) =
            std::mem::take(&mut line.waiting).into_iter().partition(|waiter| waiter.hash == holder.hash);
        let next = same.pop_front();
        crowd.leave(holder.name.owner.account, before - same.len());
        let turn = if let Some(Waiter { number, hash, told }) = next {
            (line.holder, line.waiting) = (number, same);
            let (running, name) = (self.clone(), holder.name.clone());
            let place = Place(Arc::new(Held { running, name, number, hash, body: holder.body.clone() }));
            Some((told, place))
        } else {
            lines.remove(&holder.name);
            None
        };
        drop(board);
        // Not under the lock: a place that its waiter does not take any more is handed on from here.
        for waiter in others {
            drop(waiter.told.send(Told::OtherEnded));
        }
        if let Some((told, place)) = turn {
            drop(told.send(Told::Turn(place)));
        }
    }

    fn locked(&self) -> MutexGuard<'_, Board> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// The request as it is remembered.
    pub(super) fn request(&self, items: Arc<[ItemOutcome]>) -> IdempotentRequest {
        IdempotentRequest { key: self.0.name.key.clone(), hash: self.0.hash, items }
    }

    /// The caller's name for the request.
    pub fn key(&self) -> &IdempotencyKey {
        &self.0.name.key
    }

    /// Tells the request from others of the name.
    pub fn hash(&self) -> &RequestHash {
        &self.0.hash
    }

    /// The body of the request.
    pub fn body(&self) -> &Bytes {
        &self.0.body
    }

    /// Gives the answer to all who wait for it, and the name free.
    pub(super) fn answer(&self, codes: &Arc<[Code]>, items: &Arc<[ItemOutcome]>) {
        let Held { running, hash, body, .. } = &*self.0;
        let Some(line) = running.take_line(&self.0) else { return };
        for waiter in line.waiting {
            let told = if waiter.hash == *hash {
                let (codes, items) = (Arc::clone(codes), Arc::clone(items));
                Told::Answered(Answered { codes, items, body: body.clone() })
            } else {
                Told::OtherAnswered
            };
            // Who went away needs no answer.
            drop(waiter.told.send(told));
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.running.hand_on(self);
    }
}

impl Waiting {
    /// Waits; whoever calls sees to a bound.
    pub(super) async fn told(mut self) -> Told {
        // Who has the place always tells; a sender that is dropped would be one who ended.
        (&mut self.told).await.unwrap_or(Told::OtherEnded)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut board = self.running.locked();
        let Board { lines, crowd, .. } = &mut *board;
        let Some(line) = lines.get_mut(&self.name) else { return };
        let before = line.waiting.len();
        line.waiting.retain(|waiter| waiter.number != self.number);
        crowd.leave(self.name.owner.account, before - line.waiting.len());
    }
}
