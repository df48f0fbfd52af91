//! Aliases that were asked for and do not exist.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use ezqr_schema::Alias;

/// Aliases remembered at once: about 600 KiB with the longest ones.
const CAPACITY: usize = 4_096;

/// How long each is remembered where other nodes mint: no longer than a known link is shown without a look.
const KEPT_SHARED: Duration = Duration::from_secs(1);

/// And where none does.
const KEPT_OWN: Duration = Duration::from_secs(5);

/// Aliases that no code had a moment ago, so that asking for the same again costs no read of the store.
///
/// A read notes how often aliases were given out before it looks, and is remembered only if none was meanwhile. So
/// whoever mints an alias here can follow it at once. One that another process gives out, or whose write was given
/// up and ends well after all, may stay unknown for the time that is given here.
#[derive(Debug)]
pub(crate) struct UnknownAliases {
    kept_for: Duration,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// When the read that did not find it began, on the monotonic clock.
    since: HashMap<Alias, Duration>,
    given_out: u64,
}

/// A read under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    given_out: u64,
    began: Duration,
}

impl UnknownAliases {
    /// For a store that other processes mint in too, or that is this one's alone.
    pub(super) fn of(is_shared: bool) -> Self {
        Self::new(if is_shared { KEPT_SHARED } else { KEPT_OWN })
    }

    fn new(kept_for: Duration) -> Self {
        Self { kept_for, known: Mutex::default() }
    }

    /// Begins to look for `alias` in the store; `None` when it is known that it is not there.
    pub(super) fn begin(&self, alias: &Alias, now: Duration) -> Option<Look> {
        // Who cannot look because others do reads the store.
        let Some(known) = self.try_lock() else { return Some(Look { given_out: u64::MAX, began: now }) };
        let is_known = known.since.get(alias).is_some_and(|since| now.saturating_sub(*since) < self.kept_for);
        (!is_known).then_some(Look { given_out: known.given_out, began: now })
    }

    /// Remembers that the look did not find `alias`.
    pub(super) fn learn(&self, look: Look, alias: &Alias) {
        let Some(mut known) = self.try_lock() else { return };
        if known.given_out != look.given_out {
            return;
        }
        if known.since.len() >= CAPACITY {
            known.since.retain(|_, since| look.began.saturating_sub(*since) < self.kept_for);
        }
        if known.since.len() < CAPACITY {
            known.since.insert(alias.clone(), look.began);
        }
    }

    /// An alias was given out, or may have been: call it after the commit and before the answer.
    pub(super) fn given_out(&self, alias: &Alias) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.given_out += 1;
        known.since.remove(alias);
    }

    fn try_lock(&self) -> Option<MutexGuard<'_, Known>> {
        match self.known.try_lock() {
            Ok(known) => Some(known),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEPT: Duration = Duration::from_secs(2);

    fn alias(text: &str) -> Alias {
        Alias::parse(text).unwrap()
    }

    fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn what_was_not_there_is_not_looked_for_again_for_a_while() {
        let unknown = UnknownAliases::new(KEPT);
        let look = unknown.begin(&alias("summer-sale"), at(5_000)).unwrap();
        unknown.learn(look, &alias("summer-sale"));
        assert!(unknown.begin(&alias("summer-sale"), at(6_999)).is_none());
        assert!(unknown.begin(&alias("winter-sale"), at(6_999)).is_some());
        assert!(unknown.begin(&alias("summer-sale"), at(7_000)).is_some());
    }

    #[test]
    fn an_alias_that_is_given_out_is_found_whatever_was_being_looked_for() {
        let unknown = UnknownAliases::new(KEPT);
        let alias = alias("summer-sale");
        // Each order in which a look can begin and end round the minting of the alias.
        for (begins_before, ends_before) in [(true, true), (true, false), (false, false)] {
            let mut look = begins_before.then(|| unknown.begin(&alias, at(0)).unwrap());
            if let (Some(look), true) = (look, ends_before) {
                unknown.learn(look, &alias);
            }
            unknown.given_out(&alias);
            if let (Some(look), false) = (look, ends_before) {
                unknown.learn(look, &alias);
            }
            look = unknown.begin(&alias, at(1));
            assert!(look.is_some(), "begins before: {begins_before}, ends before: {ends_before}");
        }
    }

    #[test]
    fn it_is_bounded_and_makes_room_by_age() {
        let unknown = UnknownAliases::new(KEPT);
        let learn = |number: usize, now| {
            let alias = alias(&format!("guess-{number}"));
            if let Some(look) = unknown.begin(&alias, now) {
                unknown.learn(look, &alias);
            }
            unknown.begin(&alias, now).is_none()
        };
        for number in 0..CAPACITY {
            assert!(learn(number, at(0)), "{number}");
        }
        assert!(!learn(CAPACITY, at(1)), "no room");
        assert!(learn(CAPACITY, at(2_000)), "those are too old");
        assert_eq!(unknown.known.lock().unwrap().since.len(), 1);
    }
}
