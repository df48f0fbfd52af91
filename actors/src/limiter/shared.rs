//! The buckets that nodes share, by key.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::time::Duration;

use ezqr_schema::KeyId;
use tokio::sync::oneshot;

use super::TakeRefused;
use super::bucket::Standing;
use super::leased::LeasedBucket;

/// Requests of one key that wait for a lease; more are refused, so that one key leaves room for others in the
/// limiter's queue.
const WAITING: usize = 256;

/// Buckets by key, bounded. At most one lease of each is under way.
#[derive(Debug)]
pub(super) struct SharedTable {
    buckets: HashMap<KeyId, Entry>,
    capacity: usize,
}

#[derive(Debug, Default)]
struct Entry {
    bucket: LeasedBucket,
    /// Who waits for the lease that is under way.
    leasing: Option<Vec<oneshot::Sender<Result<(), TakeRefused>>>>,
}

/// What a request is to do.
#[derive(Debug)]
pub(super) enum Next {
    /// It is answered.
    Answer(Result<Standing, TakeRefused>),
    /// It leases, then lets [`SharedTable::settle`] know.
    Lease(LeasedBucket),
    /// It waits for whoever leases, then asks again.
    Wait(oneshot::Receiver<Result<(), TakeRefused>>),
}

impl SharedTable {
    pub(super) fn new(capacity: usize) -> Self {
        Self { buckets: HashMap::new(), capacity }
    }

    /// Asks for a token of `key` at `now`, on the wall clock.
    pub(super) fn take(&mut self, key: KeyId, limit: NonZeroU32, now: Duration) -> Next {
        if self.buckets.len() >= self.capacity && !self.buckets.contains_key(&key) {
            // What is forgotten are leased tokens: fewer are admitted, never more.
            self.buckets.retain(|_, entry| entry.leasing.is_some());
        }
        let entry = self.buckets.entry(key).or_default();
        if let Some(standing) = entry.bucket.take(limit, now) {
            return Next::Answer(Ok(standing));
        }
        let Some(waiting) = &mut entry.leasing else {
            entry.leasing = Some(Vec::new());
            return Next::Lease(entry.bucket);
        };
        if waiting.len() >= WAITING {
            return Next::Answer(Err(TakeRefused::Contended));
        }
        let (sender, receiver) = oneshot::channel();
        waiting.push(sender);
        Next::Wait(receiver)
    }

    /// A lease has ended: tells those who wait.
    pub(super) fn settle(&mut self, key: KeyId, bucket: LeasedBucket, outcome: &Result<(), TakeRefused>) {
        let Some(entry) = self.buckets.get_mut(&key) else { return };
        entry.bucket = bucket;
        for waiting in entry.leasing.take().into_iter().flatten() {
            // Whoever does not wait any more needs no answer.
            drop(waiting.send(outcome.clone()));
        }
    }

    /// Lets go of the buckets that are full.
    pub(super) fn sweep(&mut self, now: Duration) {
        self.buckets.retain(|_, entry| entry.leasing.is_some() || !entry.bucket.is_idle(now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u8) -> KeyId {
        KeyId::from_random([number; 16])
    }

    const LIMIT: NonZeroU32 = NonZeroU32::new(100).unwrap();
    const NOW: Duration = Duration::from_secs(1_000_000);

    #[test]
    fn one_request_leases_and_a_bounded_number_wait_for_it() {
        let mut table = SharedTable::new(10);
        let Next::Lease(bucket) = table.take(key(1), LIMIT, NOW) else { panic!("the first leases") };
        let mut waiting: Vec<_> = (0..WAITING)
            .map(|_| match table.take(key(1), LIMIT, NOW) {
                Next::Wait(receiver) => receiver,
                next @ (Next::Answer(_) | Next::Lease(_)) => panic!("{next:?}"),
            })
            .collect();
        let refused = table.take(key(1), LIMIT, NOW);
        assert!(matches!(refused, Next::Answer(Err(TakeRefused::Contended))), "{refused:?}");
        assert!(
            matches!(table.take(key(2), LIMIT, NOW), Next::Lease(_)),
            "another key has a lease of its own"
        );
        assert!(waiting[0].try_recv().is_err());
        table.settle(key(1), bucket, &Err(TakeRefused::Contended));
        assert!(waiting.iter_mut().all(|waiting| waiting.try_recv() == Ok(Err(TakeRefused::Contended))));
        assert!(matches!(table.take(key(1), LIMIT, NOW), Next::Lease(_)));
    }

    #[test]
    fn the_table_is_bounded_and_keeps_the_leases_under_way() {
        let mut table = SharedTable::new(3);
        for number in 0..10 {
            let Next::Lease(bucket) = table.take(key(number), LIMIT, NOW) else { panic!("{number}") };
            if number != 0 {
                table.settle(key(number), bucket, &Ok(()));
            }
            assert!(table.buckets.len() <= 3);
        }
        assert!(matches!(table.take(key(0), LIMIT, NOW), Next::Wait(_)));
        table.sweep(NOW);
        assert_eq!(table.buckets.len(), 1);
    }
}
