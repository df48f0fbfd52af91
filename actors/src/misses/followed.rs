//! Which links a network followed within the hour.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ezqr_schema::ShortPath;

use crate::limiter::Network;

/// Cells a pair may lie in.
const WAYS: usize = 8;

/// Sets at most, so that the bits that choose one are not those of the tag.
const MOST_SETS: usize = 1 << 24;

/// A cell is the tag of its pair above the minute it was last followed in: 31 years.
const MINUTE_BITS: u32 = 24;
const MINUTE: u64 = (1 << MINUTE_BITS) - 1;

/// Minutes that a pair is remembered.
const KEPT: u64 = 60;

/// Pairs of a network and a link that it followed, each a 40-bit tag: two pairs are taken for one once in 10^11
/// looks. Where there is no room, the pair that was followed longest ago is forgotten.
#[derive(Debug)]
pub(super) struct Followed {
    sets: Box<[[AtomicU64; WAYS]]>,
    hasher: RandomState,
}

impl Followed {
    /// Room for at least `capacity` pairs, 8 bytes each.
    pub(super) fn new(capacity: usize) -> Self {
        let sets = capacity.div_ceil(WAYS).next_power_of_two().min(MOST_SETS);
        let sets = std::iter::repeat_with(<[AtomicU64; WAYS]>::default).take(sets).collect();
        Self { sets, hasher: RandomState::new() }
    }

    /// Remembers that `network` followed `path`.
    pub(super) fn note(&self, network: Network, path: &ShortPath, now: Duration) {
        let Some((set, tag)) = self.place(network, path) else { return };
        let word = (tag << MINUTE_BITS) | minute(now);
        let mut oldest: Option<(&AtomicU64, u64)> = None;
        for cell in set {
            let known = cell.load(Ordering::Relaxed);
            if known == word {
                // What many follow at once is written once a minute.
                return;
            }
            if known >> MINUTE_BITS == tag {
                cell.store(word, Ordering::Relaxed);
                return;
            }
            if oldest.is_none_or(|(_, oldest)| known & MINUTE < oldest & MINUTE) {
                oldest = Some((cell, known));
            }
        }
        // Two that note at once may take the same cell: one of them is forgotten.
        if let Some((cell, _)) = oldest {
            cell.store(word, Ordering::Relaxed);
        }
    }

    /// Whether `network` followed `path` within the hour.
    pub(super) fn holds(&self, network: Network, path: &ShortPath, now: Duration) -> bool {
        let Some((set, tag)) = self.place(network, path) else { return false };
        let oldest = minute(now).saturating_sub(KEPT);
        set.iter().any(|cell| {
            let known = cell.load(Ordering::Relaxed);
            known >> MINUTE_BITS == tag && known & MINUTE >= oldest
        })
    }

    fn place(&self, network: Network, path: &ShortPath) -> Option<(&[AtomicU64; WAYS], u64)> {
        let hash = self.hasher.hash_one((network, path));
        let set = usize::try_from(hash).unwrap_or_default() & (self.sets.len() - 1);
        // Never 0, so that an empty cell is nobody's.
        Some((self.sets.get(set)?, (hash >> MINUTE_BITS) | 1))
    }
}

/// Never 0.
fn minute(instant: Duration) -> u64 {
    (instant.as_secs() / 60 + 1).min(MINUTE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(number: u64) -> ShortPath {
        ShortPath::parse(&format!("alias-{number}")).unwrap()
    }

    const NETWORK: Network = Network::V6([0x2001, 0xdb8, 1]);

    #[test]
    fn it_is_bounded_and_what_is_followed_now_and_again_stays() {
        let followed = Followed::new(1_024);
        assert_eq!(followed.sets.len() * WAYS, 1_024);
        for round in 0..100 {
            let now = Duration::from_secs(60 * round);
            followed.note(NETWORK, &path(0), now);
            for number in 0..50 {
                followed.note(NETWORK, &path(1 + 50 * round + number), now);
            }
            assert!(followed.holds(NETWORK, &path(0), now), "{round}");
        }
    }

    #[test]
    fn a_pair_is_of_this_network_and_this_link() {
        let followed = Followed::new(1_024);
        followed.note(NETWORK, &path(1), Duration::ZERO);
        assert!(followed.holds(NETWORK, &path(1), Duration::ZERO));
        assert!(!followed.holds(NETWORK, &path(2), Duration::ZERO));
        assert!(!followed.holds(Network::V6([0x2001, 0xdb8, 2]), &path(1), Duration::ZERO));
        let upper = ShortPath::parse("ALIAS-1").unwrap();
        assert!(followed.holds(NETWORK, &upper, Duration::ZERO), "case does not matter");
    }
}
