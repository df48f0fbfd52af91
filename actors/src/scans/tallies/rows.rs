//! Rows that are handed out until a store has acknowledged what they say.

use std::collections::HashMap;
use std::hash::Hash;

use foldhash::fast::RandomState;

/// What a row says. It only ever says more.
pub(super) trait Grows: Default {
    /// How much it says: greater after every change.
    fn extent(&self) -> u64;
}

/// Rows by key, and which of them a store does not have as they are.
///
/// A row is dirty until its extent is acknowledged. Handing out goes by rounds: one gives each row that was
/// dirty when it began once, in order of keys. So a row that no store takes holds up no other, and a round
/// ends however fast rows change. All but [`Rows::rewrite_all`] costs by the rows that changed.
#[derive(Debug)]
pub(super) struct Rows<Key, Counts> {
    by_key: HashMap<Key, Row<Counts>, RandomState>,
    dirty: usize,
    /// Dirty rows of the next round.
    changed: Vec<Key>,
    /// Rows this round has yet to give, the next one last.
    round: Vec<Key>,
    /// Rows this round gave: some are acknowledged since, some have changed again.
    given: Vec<Key>,
}

#[derive(Debug, Default)]
struct Row<Counts> {
    counts: Counts,
    /// The greatest extent that a store acknowledged.
    acknowledged: u64,
    /// Whether it is in one of the three lists.
    is_listed: bool,
}

impl<Key, Counts> Default for Rows<Key, Counts> {
    fn default() -> Self {
        Self {
            by_key: HashMap::default(),
            dirty: 0,
            changed: Vec::new(),
            round: Vec::new(),
            given: Vec::new(),
        }
    }
}

impl<Counts: Grows> Row<Counts> {
    fn is_dirty(&self) -> bool {
        self.counts.extent() > self.acknowledged
    }
}

impl<Key: Copy + Eq + Hash + Ord, Counts: Grows> Rows<Key, Counts> {
    /// Changes the row of `key`, new if there is none.
    pub(super) fn change<T>(&mut self, key: Key, change: impl FnOnce(&mut Counts) -> T) -> T {
        let row = self.by_key.entry(key).or_default();
        let was_dirty = row.is_dirty();
        let answer = change(&mut row.counts);
        if row.is_dirty() && !was_dirty {
            self.dirty += 1;
            if !row.is_listed {
                row.is_listed = true;
                self.changed.push(key);
            }
        }
        answer
    }

    /// The next rows of this round, one to `most`, in order of keys. When all were given: none, and the next
    /// call begins another round.
    pub(super) fn next_of_round(&mut self, most: usize) -> Vec<(Key, &Counts)> {
        if self.round.is_empty() && self.given.is_empty() {
            self.round.append(&mut self.changed);
            self.round.sort_unstable_by(|one, other| other.cmp(one));
        }
        let rest = self.round.len().saturating_sub(most.max(1));
        let keys: Vec<Key> = self.round.drain(rest..).rev().collect();
        if keys.is_empty() {
            self.end_round();
        }
        self.given.extend_from_slice(&keys);
        keys.into_iter().filter_map(|key| Some((key, self.get(key)?))).collect()
    }

    /// Gives this round up: what it gave and what it has yet to give is part of the next, as far as it is dirty.
    pub(super) fn cut_round(&mut self) {
        self.given.append(&mut self.round);
        self.end_round();
    }

    /// What a round gave is dirty still, or to be listed again when it changes.
    fn end_round(&mut self) {
        for key in self.given.drain(..) {
            let Some(row) = self.by_key.get_mut(&key) else { continue };
            row.is_listed = row.is_dirty();
            if row.is_listed {
                self.changed.push(key);
            }
        }
    }

    /// A store has the row of `key` as it was when its extent was `extent`.
    pub(super) fn acknowledge(&mut self, key: Key, extent: u64) {
        let Some(row) = self.by_key.get_mut(&key) else { return };
        let was_dirty = row.is_dirty();
        row.acknowledged = row.acknowledged.max(extent);
        if was_dirty && !row.is_dirty() {
            self.dirty -= 1;
        }
    }

    /// Whether all rows are acknowledged as they are.
    pub(super) const fn is_clean(&self) -> bool {
        self.dirty == 0
    }

    /// Forgets what was acknowledged: every row is dirty, and a new round begins.
    pub(super) fn rewrite_all(&mut self) {
        self.round.clear();
        self.given.clear();
        self.changed.clear();
        for (key, row) in &mut self.by_key {
            (row.acknowledged, row.is_listed) = (0, true);
            self.changed.push(*key);
        }
        self.dirty = self.by_key.len();
    }

    /// Lets go of all rows that are clean; the others are as new.
    pub(super) fn keep_dirty(&mut self) {
        self.by_key.retain(|_, row| row.is_dirty());
        self.by_key.shrink_to_fit();
        self.rewrite_all();
    }

    /// The counts of the row of `key`.
    pub(super) fn get(&self, key: Key) -> Option<&Counts> {
        self.by_key.get(&key).map(|row| &row.counts)
    }

    /// All rows, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Key, &Counts)> {
        self.by_key.iter().map(|(key, row)| (*key, &row.counts))
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.by_key.len()
    }
}
