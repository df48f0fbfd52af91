//! A bounded table that is read without a lock.

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::Arc;

use arc_swap::ArcSwapOption;

/// Slots a key may lie in.
const WAYS: usize = 4;

/// A value that knows the key it is found by.
pub(super) trait Keyed {
    type Key: Hash + Eq + ?Sized;

    fn key(&self) -> &Self::Key;
}

/// A set-associative table: a key may lie in any of the four slots of its set, so that it is found by four
/// comparisons and displaces at most one other.
///
/// Reads take no lock. Writers of one set must take turns; who calls sees to it.
pub(super) struct Slots<V> {
    sets: Box<[[ArcSwapOption<V>; WAYS]]>,
    hasher: RandomState,
}

/// The place of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Set(usize);

impl Set {
    /// The set at this position, which must be one of the table.
    pub(super) const fn at(index: usize) -> Self {
        Self(index)
    }

    pub(super) const fn index(self) -> usize {
        self.0
    }
}

impl<V: Keyed> Slots<V> {
    /// A table of at least `capacity` slots.
    pub(super) fn new(capacity: usize) -> Self {
        let sets = capacity.div_ceil(WAYS).next_power_of_two();
        let sets = std::iter::repeat_with(<[ArcSwapOption<V>; WAYS]>::default).take(sets).collect();
        Self { sets, hasher: RandomState::new() }
    }

    pub(super) fn set_of(&self, key: &V::Key) -> Set {
        let hash = usize::try_from(self.hasher.hash_one(key) >> 32).unwrap_or_default();
        Set(hash & (self.sets.len() - 1))
    }

    /// What `read` takes of the value with this key.
    pub(super) fn find<T>(&self, key: &V::Key, read: impl Fn(&V) -> T) -> Option<T> {
        self.slots(self.set_of(key)).iter().find_map(|slot| {
            let found = slot.load();
            found.as_deref().filter(|value| value.key() == key).map(&read)
        })
    }

    /// Puts `value` in the place of the one with its key, into an empty slot, or in the place of another:
    /// which one, `turn` decides. Gives what was there.
    pub(super) fn put(&self, value: Arc<V>, turn: u64) -> Option<Arc<V>> {
        let slots = self.slots(self.set_of(value.key()));
        let same =
            |slot: &&ArcSwapOption<V>| slot.load().as_ref().is_some_and(|old| old.key() == value.key());
        let empty = |slot: &&ArcSwapOption<V>| slot.load().is_none();
        let victim = usize::try_from(turn % WAYS as u64).unwrap_or_default();
        let slot = slots.iter().find(same).or_else(|| slots.iter().find(empty)).or_else(|| slots.get(victim));
        slot.and_then(|slot| slot.swap(Some(value)))
    }

    /// Puts `value` in the place of the one with its key, and gives that; where there is none, nothing happens.
    pub(super) fn replace(&self, value: Arc<V>) -> Option<Arc<V>> {
        let slot = self.slot_of(value.key())?;
        slot.swap(Some(value))
    }

    /// Takes the value with this key out.
    pub(super) fn remove(&self, key: &V::Key) -> Option<Arc<V>> {
        self.slot_of(key)?.swap(None)
    }

    /// Takes all values of a set out.
    pub(super) fn clear_set(&self, set: Set) -> impl Iterator<Item = Arc<V>> {
        self.slots(set).iter().filter_map(|slot| slot.swap(None))
    }

    /// Puts what `update` makes of each value of a set in its place; the key must stay.
    pub(super) fn update_set(&self, set: Set, update: impl Fn(&V) -> V) {
        for slot in self.slots(set) {
            let updated = slot.load().as_deref().map(|value| Arc::new(update(value)));
            if updated.is_some() {
                slot.store(updated);
            }
        }
    }

    fn slot_of(&self, key: &V::Key) -> Option<&ArcSwapOption<V>> {
        let mut slots = self.slots(self.set_of(key)).iter();
        slots.find(|slot| slot.load().as_ref().is_some_and(|value| value.key() == key))
    }

    /// How many sets there are: a power of two.
    pub(super) fn set_count(&self) -> usize {
        self.sets.len()
    }

    pub(super) fn sets(&self) -> impl Iterator<Item = Set> + use<V> {
        (0..self.sets.len()).map(Set)
    }

    fn slots(&self, set: Set) -> &[ArcSwapOption<V>] {
        self.sets.get(set.0).map_or(&[], |slots| slots.as_slice())
    }
}
