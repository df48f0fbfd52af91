//! The cache of links.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::time::Duration;

use ezqr_schema::{Alias, Sequence};

use super::freshness::WAITED_FOR;
use super::link::Link;
use super::slots::{Keyed, Set, Slots};

/// Shards of the cache: how many fills and changes can go on side by side.
const SHARDS: usize = 64;

/// What an allocator adds to what is asked for, about.
pub(super) const ALLOCATION: usize = 16;

/// Links by number, and the numbers of aliases.
///
/// Readers take no lock. Two kinds of writers meet in a shard: [`Codes`](super::Codes) publishes what it
/// committed, workers fill in what they missed. A fill notes the shard's change counter before it reads the
/// store and inserts only if no change came in between; where a change is under way it gives up, because
/// the next miss will do as well.
///
/// It is bounded in links and in bytes. What would make a shard hold more than its part of the bytes has others go
/// first, whichever its hand comes to next. A static code has no link, and its content may be long: it is not kept.
pub struct LinkCache {
    links: Slots<Cached>,
    shards: [Shard; SHARDS],
    /// What the links of a shard may take.
    shard_bytes: usize,
    /// An alias is immutable, so what is cached here is never wrong and needs no counter.
    aliases: Slots<KnownAlias>,
    alias_turn: AtomicU64,
}

#[derive(Default)]
struct Shard {
    changes: AtomicU64,
    writing: Mutex<Kept>,
}

/// What a shard holds.
#[derive(Default)]
struct Kept {
    /// Bytes of its links.
    bytes: usize,
    /// Which of its sets is emptied next when there is no room.
    hand: usize,
}

impl Kept {
    fn add(&mut self, link: &Cached) {
        self.bytes = self.bytes.saturating_add(link.bytes());
    }

    fn sub(&mut self, link: &Cached) {
        self.bytes = self.bytes.saturating_sub(link.bytes());
    }
}

/// A fill under way: the state of the shard before the store is read.
#[derive(Clone, Copy, Debug)]
pub struct Fill {
    sequence: Sequence,
    changes: u64,
    as_of: Duration,
}

impl Fill {
    /// When it began, on the monotonic clock.
    pub(super) const fn as_of(&self) -> Duration {
        self.as_of
    }
}

/// A link as it was in the store at some instant from `as_of` on, which is on the monotonic clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cached {
    /// The link.
    pub link: Arc<Link>,
    /// When the read that brought it, or the write that made it, began.
    pub as_of: Duration,
}

impl Cached {
    /// Bytes of memory it takes, about: itself, its link, and what the allocator adds to each.
    fn bytes(&self) -> usize {
        const COUNTS: usize = 2 * size_of::<usize>();
        size_of::<Self>() + self.link.bytes() + 2 * (COUNTS + ALLOCATION)
    }

    fn outdated(self) -> Self {
        Self { as_of: self.as_of.saturating_sub(WAITED_FOR), ..self }
    }
}

impl Keyed for Cached {
    type Key = Sequence;

    fn key(&self) -> &Sequence {
        &self.link.sequence
    }
}

struct KnownAlias {
    alias: Alias,
    sequence: Sequence,
}

impl Keyed for KnownAlias {
    type Key = Alias;

    fn key(&self) -> &Alias {
        &self.alias
    }
}

impl LinkCache {
    /// A cache of about `capacity` links, of together at most `bytes` bytes, and of as many aliases.
    pub fn new(capacity: usize, bytes: usize) -> Self {
        let links = Slots::new(capacity);
        let shard_bytes = bytes / links.set_count().min(SHARDS);
        Self {
            links,
            shard_bytes,
            shards: std::array::from_fn(|_| Shard::default()),
            aliases: Slots::new(capacity),
            alias_turn: AtomicU64::new(0),
        }
    }

    /// The link of `sequence`, when cached.
    pub fn get(&self, sequence: Sequence) -> Option<Cached> {
        self.links.find(&sequence, Cached::clone)
    }

    /// Begins a fill `now`; the store is read after this.
    pub fn begin_fill(&self, sequence: Sequence, now: Duration) -> Fill {
        let changes = self.shard(self.links.set_of(&sequence)).changes.load(Ordering::Acquire);
        Fill { sequence, changes, as_of: now }
    }

    /// Whether nothing was changed since the fill began.
    pub(super) fn is_current(&self, fill: &Fill) -> bool {
        self.shard(self.links.set_of(&fill.sequence)).changes.load(Ordering::Acquire) == fill.changes
    }

    /// Ends a fill with what the store gave; takes it over unless something changed since it began, or what is
    /// cached is of a fill that began later.
    pub fn end_fill(&self, fill: Fill, found: Option<Arc<Link>>) {
        let set = self.links.set_of(&fill.sequence);
        let mut kept = match self.shard(set).writing.try_lock() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        let is_outrun = self.links.find(&fill.sequence, |cached| cached.as_of > fill.as_of).unwrap_or(false);
        if is_outrun || !self.is_current(&fill) {
            return;
        }
        let found = found.filter(|link| link.sequence == fill.sequence && link.target_url().is_some());
        let cached = found.map(|link| Arc::new(Cached { link, as_of: fill.as_of }));
        if let Some(cached) = cached.filter(|cached| cached.bytes() <= self.shard_bytes) {
            self.make_room(&mut kept, set, cached.bytes());
            kept.add(&cached);
            if let Some(displaced) = self.links.put(cached, fill.sequence.get()) {
                kept.sub(&displaced);
            }
        } else if let Some(removed) = self.links.remove(&fill.sequence) {
            kept.sub(&removed);
        }
    }

    /// Empties sets of the shard of `set` until `bytes` more fit.
    fn make_room(&self, kept: &mut Kept, set: Set, bytes: usize) {
        let sets = self.links.set_count();
        let first = set.index() % SHARDS;
        for _ in (first..sets).step_by(SHARDS) {
            if kept.bytes.saturating_add(bytes) <= self.shard_bytes {
                return;
            }
            let next = first + kept.hand;
            kept.hand = if next + SHARDS < sets { kept.hand + SHARDS } else { 0 };
            self.links.clear_set(Set::at(next)).for_each(|removed| kept.sub(&removed));
        }
    }

    /// Publishes a change whose commit began at `as_of`: from here on no reader sees, and no fill brings back,
    /// what was before.
    pub(super) fn publish(&self, link: Arc<Link>, as_of: Duration) {
        let set = self.links.set_of(&link.sequence);
        self.change(set, |kept| {
            let (sequence, cached) = (link.sequence, Arc::new(Cached { link, as_of }));
            let Some(old) = self.links.find(&sequence, Cached::bytes) else { return };
            let without = kept.bytes.saturating_sub(old);
            let with = without.saturating_add(cached.bytes());
            // Where there is no room for the new one, the next visitor makes it.
            (kept.bytes, _) = if with <= self.shard_bytes {
                (with, self.links.replace(cached))
            } else {
                (without, self.links.remove(&sequence))
            };
        });
    }

    /// Forgets one link, whose state in the store is uncertain.
    pub(super) fn forget(&self, sequence: Sequence) {
        self.change(self.links.set_of(&sequence), |kept| {
            if let Some(removed) = self.links.remove(&sequence) {
                kept.sub(&removed);
            }
        });
    }

    /// Makes one link, whose state in the store is uncertain, old enough to be read again before it is served;
    /// kept, because the store may be away. For a store on which links age.
    pub(super) fn outdate(&self, sequence: Sequence) {
        self.change(self.links.set_of(&sequence), |_| {
            if let Some(cached) = self.get(sequence) {
                // The same link, so as many bytes.
                drop(self.links.replace(Arc::new(cached.outdated())));
            }
        });
    }

    /// Does so with all links.
    pub(super) fn outdate_all(&self) {
        for set in self.links.sets() {
            self.change(set, |_| self.links.update_set(set, |cached| cached.clone().outdated()));
        }
    }

    /// Forgets all links, because another process wrote.
    pub(super) fn forget_all(&self) {
        for set in self.links.sets() {
            self.change(set, |kept| self.links.clear_set(set).for_each(|removed| kept.sub(&removed)));
        }
    }

    /// The number of an alias, when cached.
    pub fn alias(&self, alias: &Alias) -> Option<Sequence> {
        self.aliases.find(alias, |known| known.sequence)
    }

    /// Remembers the number of an alias that exists.
    pub fn learn_alias(&self, alias: Alias, sequence: Sequence) {
        let turn = self.alias_turn.fetch_add(1, Ordering::Relaxed);
        drop(self.aliases.put(Arc::new(KnownAlias { alias, sequence }), turn));
    }

    fn change(&self, set: Set, write: impl FnOnce(&mut Kept)) {
        let shard = self.shard(set);
        let mut kept = shard.writing.lock().unwrap_or_else(PoisonError::into_inner);
        shard.changes.fetch_add(1, Ordering::AcqRel);
        write(&mut kept);
    }

    fn shard(&self, set: Set) -> &Shard {
        let [first, ..] = &self.shards;
        self.shards.get(set.index() % SHARDS).unwrap_or(first)
    }
}

#[cfg(test)]
mod tests;
