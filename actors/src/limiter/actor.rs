//! The limiter itself.

use std::convert::Infallible;
use std::num::NonZeroU32;
use std::time::Duration;

use ezqr_schema::{Clock, KeyId};
use ezqr_store::SharedBuckets;

use crate::kernel::{Behaviour, Message, Reply, Respond, Timers};

use super::TakeRefused;
use super::bucket::Standing;
use super::leased::{Lease, LeasedBucket};
use super::shared::{Next, SharedTable};
use super::table::{Caller, Table};

/// How often full buckets are let go.
const SWEEP_INTERVAL: Duration = Duration::from_secs(5);

/// What a [`Limiter`] is built from.
#[derive(Clone)]
pub struct LimiterSeed {
    /// Refills the buckets.
    pub clock: Clock,
    /// Client networks with a bucket of their own, at most; each takes about 60 bytes. Keys have theirs besides.
    pub capacity: usize,
    /// Where the buckets of API keys are, when other nodes take from them too.
    pub shared: Option<SharedBuckets>,
}

/// Owns the token buckets, or this node's part of them.
pub struct Limiter {
    clock: Clock,
    table: Table,
    shared: Option<Shared>,
}

struct Shared {
    store: SharedBuckets,
    table: SharedTable,
}

impl Behaviour for Limiter {
    type Seed = LimiterSeed;
    type BuildError = Infallible;

    async fn build(seed: &LimiterSeed) -> Result<Self, Infallible> {
        let shared = |store| Shared { store, table: SharedTable::new(seed.capacity) };
        Ok(Self {
            clock: seed.clock.clone(),
            table: Table::new(seed.capacity),
            shared: seed.shared.clone().map(shared),
        })
    }

    fn timers(&self, timers: &mut Timers<Self>) {
        timers.every(SWEEP_INTERVAL, Sweep);
    }
}

/// Asks for one token.
pub(super) struct Take {
    pub(super) caller: Caller,
    pub(super) limit: NonZeroU32,
}

impl Message for Take {
    type Reply = Result<Standing, TakeRefused>;
}

type TakeReply = Reply<Limiter, Result<Standing, TakeRefused>>;

impl Respond<Take> for Limiter {
    fn respond(&mut self, Take { caller, limit }: Take) -> TakeReply {
        match (caller, &mut self.shared) {
            (Caller::Key(key), Some(_)) => self.take_shared(key, limit),
            (Caller::Key(_) | Caller::Network(_), _) => {
                Reply::now(Ok(self.table.take(caller, limit, self.clock.monotonic())))
            }
        }
    }
}

impl Limiter {
    fn take_shared(&mut self, key: KeyId, limit: NonZeroU32) -> TakeReply {
        let Some(shared) = &mut self.shared else { return Reply::now(Err(TakeRefused::Contended)) };
        match shared.table.take(key, limit, wall_time(&self.clock)) {
            Next::Answer(answer) => Reply::now(answer),
            Next::Lease(bucket) => {
                let lease = lease(shared.store.clone(), key, limit, bucket, self.clock.clone());
                Reply::then(lease, move |limiter: &mut Self, (bucket, outcome)| {
                    if let Some(shared) = &mut limiter.shared {
                        shared.table.settle(key, bucket, &outcome);
                    }
                    limiter.go_on(key, limit, outcome)
                })
            }
            Next::Wait(lease) => Reply::then(lease, move |limiter: &mut Self, settled| {
                limiter.go_on(key, limit, settled.unwrap_or(Err(TakeRefused::Contended)))
            }),
        }
    }

    fn go_on(&mut self, key: KeyId, limit: NonZeroU32, leased: Result<(), TakeRefused>) -> TakeReply {
        match leased {
            Ok(()) => self.take_shared(key, limit),
            Err(refused) => Reply::now(Err(refused)),
        }
    }
}

async fn lease(
    store: SharedBuckets,
    key: KeyId,
    limit: NonZeroU32,
    mut bucket: LeasedBucket,
    clock: Clock,
) -> (LeasedBucket, Result<(), TakeRefused>) {
    let advance = async |lease: Lease| store.advance(key, lease.from, lease.to).await;
    let outcome = bucket.lease(limit, || wall_time(&clock), advance).await;
    (bucket, outcome)
}

/// Time since 1970.
fn wall_time(clock: &Clock) -> Duration {
    Duration::from_millis(clock.now().as_millis().unsigned_abs())
}

#[derive(Clone)]
struct Sweep;

impl Message for Sweep {
    type Reply = ();
}

impl Respond<Sweep> for Limiter {
    fn respond(&mut self, _: Sweep) -> Reply<Self, ()> {
        self.table.sweep(self.clock.monotonic());
        if let Some(shared) = &mut self.shared {
            shared.table.sweep(wall_time(&self.clock));
        }
        Reply::now(())
    }
}
