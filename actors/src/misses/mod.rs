//! Who guesses short links.
//!
//! Asking for a link that does not exist costs a token of the client's network. A network that has none left is
//! refused every link that it did not follow within the last hour, whether it exists or not: it learns nothing
//! more. The links it did follow go on leading somewhere, so that a misprinted batch does not stop a warehouse.
//!
//! No actor owns this: a redirect sends no message and takes no lock. Both tables are cells of one atomic word, read
//! and written without waiting, and of a fixed size. What does not fit pushes out what is oldest. That can only
//! err in two ways: a network has tokens again too early, or a network without tokens is refused a link that
//! it followed long ago.

mod budgets;
mod followed;

use std::sync::Arc;
use std::time::Duration;

use ezqr_schema::ShortPath;

use self::budgets::Budgets;
use self::followed::Followed;
use crate::limiter::Network;

/// What is remembered of the links that networks ask for. Clones share it.
#[derive(Clone, Debug)]
pub struct Misses(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    budgets: Budgets,
    followed: Followed,
}

/// The network has asked for too many links that do not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyMisses {
    /// When it has a token again.
    pub retry_after: Duration,
}

impl Misses {
    /// Grants each network `per_minute` links that do not exist, and remembers `followed` pairs of a network and
    /// a link that it followed, rounded up to a power of two; 8 bytes each. 0 a minute: any number.
    pub fn new(per_minute: u32, followed: usize) -> Self {
        Self(Arc::new(Inner { budgets: Budgets::new(per_minute), followed: Followed::new(followed) }))
    }

    /// Whether `network` may ask for `path` at `now`, on the monotonic clock. Ask before the look-up, so that a
    /// refusal costs no read, and again before a link that was found is shown: others of the network may have used up
    /// its tokens meanwhile.
    pub fn admit(&self, network: Network, path: &ShortPath, now: Duration) -> Result<(), TooManyMisses> {
        let Inner { budgets, followed } = &*self.0;
        match budgets.next_token_in(network, now) {
            Some(retry_after) if !followed.holds(network, path, now) => Err(TooManyMisses { retry_after }),
            Some(_) | None => Ok(()),
        }
    }

    /// Remembers that the link `path` exists and `network` asked for it.
    pub fn found(&self, network: Network, path: &ShortPath, now: Duration) {
        let Inner { budgets, followed } = &*self.0;
        if !budgets.are_unlimited() {
            followed.note(network, path, now);
        }
    }

    /// Takes a token of `network` for a link that does not exist. Without one, not even this may be told.
    pub fn missed(&self, network: Network, now: Duration) -> Result<(), TooManyMisses> {
        self.0.budgets.take(network, now).map_err(|retry_after| TooManyMisses { retry_after })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(number: u8) -> Network {
        Network::V4([192, 0, number])
    }

    fn path(text: &str) -> ShortPath {
        ShortPath::parse(text).unwrap()
    }

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_network_without_tokens_is_told_of_no_link_but_those_it_follows() {
        let misses = Misses::new(600, 1_024);
        let (followed, other) = (path("7K3MX9QA"), path("summer-sale"));
        misses.found(network(1), &followed, at(0));
        misses.found(network(2), &other, at(0));
        for number in 0..600 {
            assert_eq!(misses.admit(network(1), &other, at(60)), Ok(()), "{number}");
            assert_eq!(misses.missed(network(1), at(60)), Ok(()), "{number}");
        }
        let refused = Err(TooManyMisses { retry_after: Duration::from_millis(100) });
        assert_eq!(
            misses.admit(network(1), &other, at(60)),
            refused,
            "it exists, and was followed by others"
        );
        assert_eq!(misses.missed(network(1), at(60)), refused);
        assert_eq!(misses.admit(network(1), &followed, at(60)), Ok(()));
        assert_eq!(misses.admit(network(2), &other, at(60)), Ok(()), "another network has its own tokens");
        // A token each tenth of a second.
        assert_eq!(misses.admit(network(1), &other, Duration::from_millis(60_100)), Ok(()));
    }

    #[test]
    fn a_link_is_remembered_for_an_hour_after_it_was_last_followed() {
        let misses = Misses::new(1, 1_024);
        let path = path("7K3MX9QA");
        let spent = |seconds| {
            let _ = misses.missed(network(1), at(seconds));
            misses.admit(network(1), &path, at(seconds)).is_err()
        };
        assert!(spent(0));
        misses.found(network(1), &path, at(0));
        assert!(!spent(3_600));
        assert!(spent(3_720));
        misses.found(network(1), &path, at(4_000));
        assert!(!spent(7_600));
    }

    #[test]
    fn without_a_limit_nothing_is_refused_and_nothing_remembered() {
        let misses = Misses::new(0, 1_024);
        let path = path("7K3MX9QA");
        misses.found(network(1), &path, at(0));
        for _ in 0..10_000 {
            assert_eq!(misses.missed(network(1), at(0)), Ok(()));
        }
        assert_eq!(misses.admit(network(1), &path, at(0)), Ok(()));
        assert!(!misses.0.followed.holds(network(1), &path, at(0)));
    }
}
