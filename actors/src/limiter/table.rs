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

/// Buckets by caller, bounded.
///
/// A bucket that is full again is as good as none and goes when room is needed. If all are in use, further
/// callers share one bucket: a flood from very many networks limits newcomers, never the known.
#[derive(Debug)]
pub(super) struct Table {
    buckets: HashMap<Caller, Bucket>,
    shared: Bucket,
    capacity: usize,
}

impl Table {
    pub(super) fn new(capacity: usize) -> Self {
        Self { buckets: HashMap::new(), shared: Bucket::default(), capacity }
    }

    pub(super) fn take(&mut self, caller: Caller, limit: NonZeroU32, now: Duration) -> Standing {
        if let Some(bucket) = self.buckets.get_mut(&caller) {
            return bucket.take(limit, now);
        }
        if self.buckets.len() >= self.capacity {
            return self.shared.take(limit, now);
        }
        self.buckets.entry(caller).or_default().take(limit, now)
    }

    /// Lets go of the buckets that are full.
    pub(super) fn sweep(&mut self, now: Duration) {
        self.buckets.retain(|_, bucket| !bucket.is_full(now));
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;

    fn caller(number: u32) -> Caller {
        Caller::Network(Network::of(IpAddr::V4(Ipv4Addr::from(number << 8))))
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
        assert_eq!(table.buckets.len(), 3);
        let later = Duration::from_secs(61);
        table.sweep(later);
        assert!(table.buckets.is_empty() && admitted(&mut table, 12, later));
    }
}
