//! All buckets.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::time::Duration;

use ezqr_schema::KeyId;

use super::bucket::{Bucket, Standing};
use super::network::Network;

/// Whose bucket a token is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Caller {
    /// An API key.
    Key(KeyId),
    /// Somebody without a valid one.
    Network(Network),
}

/// Buckets by caller.
///
/// A bucket that is full again is as good as none and goes at the next sweep. Keys need no bound of their own: only
/// valid ones have a bucket, so there are never more than were made. Anybody can come from any number of networks:
/// of these so many have a bucket each, and further ones share one. A flood from very many networks thus limits
/// newcomers without a key, never the known and never a key.
#[derive(Debug)]
pub(super) struct Table {
    keys: HashMap<KeyId, Bucket>,
    networks: HashMap<Network, Bucket>,
    /// Of the networks that have none of their own.
    newcomers: Bucket,
    /// Networks with a bucket of their own, at most.
    capacity: usize,
}

impl Table {
    /// An empty table with room for `capacity` networks.
    pub(super) fn new(capacity: usize) -> Self {
        Self { keys: HashMap::new(), networks: HashMap::new(), newcomers: Bucket::default(), capacity }
    }

    /// Asks for a token of `caller` at `now`.
    pub(super) fn take(&mut self, caller: Caller, limit: NonZeroU32, now: Duration) -> Standing {
        self.bucket(caller).take(limit, now)
    }

    fn bucket(&mut self, caller: Caller) -> &mut Bucket {
        match caller {
            Caller::Key(key) => self.keys.entry(key).or_default(),
            Caller::Network(network) => {
                if self.networks.len() >= self.capacity && !self.networks.contains_key(&network) {
                    return &mut self.newcomers;
                }
                self.networks.entry(network).or_default()
            }
        }
    }

    /// Lets go of the buckets that are full.
    pub(super) fn sweep(&mut self, now: Duration) {
        self.keys.retain(|_, bucket| !bucket.is_full(now));
        self.networks.retain(|_, bucket| !bucket.is_full(now));
    }

    /// How many buckets are held.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.keys.len() + self.networks.len()
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;

    fn caller(number: u32) -> Caller {
        Caller::Network(Network::of(IpAddr::V4(Ipv4Addr::from(number << 8))))
    }

    fn key(number: u8) -> Caller {
        Caller::Key(KeyId::from_random([number; 16]))
    }

    fn is_admitted(table: &mut Table, caller: Caller, limit: u32, now: Duration) -> bool {
        table.take(caller, NonZeroU32::new(limit).unwrap(), now).retry_after.is_none()
    }

    #[test]
    fn a_flood_of_networks_takes_no_token_of_a_key() {
        let mut table = Table::new(10);
        for number in 0..1_000 {
            is_admitted(&mut table, caller(number), 100, Duration::ZERO);
        }
        assert!(!is_admitted(&mut table, caller(1_000), 100, Duration::ZERO), "newcomers share one bucket");
        for number in 0..50 {
            let standing = table.take(key(number), NonZeroU32::new(100).unwrap(), Duration::ZERO);
            assert_eq!((standing.remaining, standing.retry_after), (99, None), "{number}");
        }
    }

    #[test]
    fn keys_take_no_room_and_no_token_of_networks_nor_of_one_another() {
        let mut table = Table::new(3);
        for number in 0..100 {
            assert!(is_admitted(&mut table, key(number), 1, Duration::ZERO), "{number}");
            assert!(!is_admitted(&mut table, key(number), 1, Duration::ZERO), "{number}");
        }
        for number in 0..4 {
            assert!(is_admitted(&mut table, caller(number), 1, Duration::ZERO), "{number}");
        }
        assert!(
            !is_admitted(&mut table, caller(4), 1, Duration::ZERO),
            "the fourth emptied the bucket of newcomers"
        );
    }

    #[test]
    fn the_table_is_bounded_and_newcomers_share_a_bucket_until_there_is_room() {
        let limit = NonZeroU32::new(2).unwrap();
        let mut table = Table::new(3);
        let admitted =
            |table: &mut Table, number, now| table.take(caller(number), limit, now).retry_after.is_none();
        for number in 0..3 {
            assert!(admitted(&mut table, number, Duration::ZERO));
        }
        // Two newcomers take the shared bucket's two tokens; a third gets none; the known are served.
        assert!(admitted(&mut table, 10, Duration::ZERO) && admitted(&mut table, 11, Duration::ZERO));
        assert!(!admitted(&mut table, 12, Duration::ZERO));
        assert!(admitted(&mut table, 0, Duration::ZERO));
        assert_eq!(table.len(), 3);
        let later = Duration::from_secs(61);
        table.sweep(later);
        assert!(table.len() == 0 && admitted(&mut table, 12, later));
    }
}
