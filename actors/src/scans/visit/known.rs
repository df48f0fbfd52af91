//! The agents that a worker saw last.

use std::hash::Hasher as _;

use siphasher::sip::SipHasher13;

use super::Profile;

/// Agents of one set.
const WAYS: usize = 4;
/// Sets of 64 bytes.
const SETS: usize = 2_048;

/// What the last 8,192 agents were taken for; 128 KiB.
///
/// An agent has four places, by its hash, and of those that share them the one not seen for longest goes.
/// Agents are compared by 64 bits of SipHash-1-3 under a random key: two of 8,192 are taken for one another with
/// a chance below 2^-38, and nobody without the key can make two that are, or that share places.
pub(super) struct Known {
    key: [u8; 16],
    sets: Box<[Set]>,
}

/// The last agents of one set by their hashes, the last one first.
type Set = [Option<(u64, Profile)>; WAYS];

impl Known {
    /// None yet.
    pub(super) fn new(key: [u8; 16]) -> Self {
        Self { key, sets: vec![[None; WAYS]; SETS].into_boxed_slice() }
    }

    /// What `agent` was taken for; by `judge`, when it is new.
    pub(super) fn profile(&mut self, agent: &[u8], judge: impl FnOnce() -> Profile) -> Profile {
        let mut hasher = SipHasher13::new_with_key(&self.key);
        hasher.write(agent);
        let hash = hasher.finish();
        let position = usize::try_from(hash % SETS as u64).unwrap_or(0);
        let Some(set) = self.sets.get_mut(position) else { return judge() };
        let known = set.iter().position(|place| place.is_some_and(|(other, _)| other == hash));
        // The one seen now comes first.
        if let Some(used) = set.get_mut(..=known.unwrap_or(WAYS - 1)) {
            used.rotate_right(1);
        }
        let [first, ..] = set;
        if let (Some(_), Some((_, profile))) = (known, *first) {
            return profile;
        }
        let profile = judge();
        *first = Some((hash, profile));
        profile
    }
}

impl std::fmt::Debug for Known {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Known(..)")
    }
}

#[cfg(test)]
mod tests {
    use ezqr_schema::scan::{Browser, Reason};

    use super::*;

    fn taken_for(browser: Browser) -> Profile {
        Profile { browser, ..Profile::unknown(Reason::Browser) }
    }

    #[test]
    fn an_agent_is_judged_once_while_it_is_remembered() {
        let mut known = Known::new([1; 16]);
        assert_eq!(known.profile(b"one", || taken_for(Browser::Safari)), taken_for(Browser::Safari));
        assert_eq!(known.profile(b"two", || taken_for(Browser::Opera)), taken_for(Browser::Opera));
        assert_eq!(known.profile(b"one", || unreachable!()), taken_for(Browser::Safari));
        assert_eq!(known.profile(b"two", || unreachable!()), taken_for(Browser::Opera));
    }

    #[test]
    fn of_more_agents_than_there_are_places_each_is_still_taken_for_itself() {
        let mut known = Known::new([2; 16]);
        let profile = |number: usize| taken_for(Browser::ALL[number % Browser::ALL.len()]);
        let mut judged = 0;
        for round in 0..3 {
            for number in 0..20_000_usize {
                let number = (number * 7 + round) % 20_000;
                let told = known.profile(&number.to_le_bytes(), || {
                    judged += 1;
                    profile(number)
                });
                assert_eq!(told, profile(number));
            }
        }
        assert!(judged > 40_000, "{judged}");
    }

    #[test]
    fn an_agent_that_comes_often_outlasts_many_that_come_once() {
        let mut known = Known::new([3; 16]);
        let mut judged = 0;
        for number in 0..100_000_u32 {
            known.profile(&number.to_le_bytes(), || taken_for(Browser::Other));
            if number % 100 == 0 {
                known.profile(b"often", || {
                    judged += 1;
                    taken_for(Browser::Chrome)
                });
            }
        }
        assert_eq!(judged, 1);
    }
}
