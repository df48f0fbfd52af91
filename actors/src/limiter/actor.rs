//! The limiter itself.

use std::convert::Infallible;
use std::num::NonZeroU32;
use std::time::Duration;

use ezqr_schema::Clock;

use crate::kernel::{Behaviour, Message, Reply, Respond, Timers};

use super::bucket::Standing;
use super::table::{Caller, Table};

/// How often full buckets are let go.
const SWEEP_INTERVAL: Duration = Duration::from_secs(5);

/// What a [`Limiter`] is built from.
#[derive(Clone)]
pub struct LimiterSeed {
    /// Refills the buckets.
    pub clock: Clock,
    /// Callers with a bucket of their own, at most; each takes about 60 bytes.
    pub capacity: usize,
}

/// Owns the token buckets.
pub struct Limiter {
    clock: Clock,
    table: Table,
}

impl Behaviour for Limiter {
    type Seed = LimiterSeed;
    type BuildError = Infallible;

    async fn build(seed: &LimiterSeed) -> Result<Self, Infallible> {
        Ok(Self { clock: seed.clock.clone(), table: Table::new(seed.capacity) })
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
    type Reply = Standing;
}

impl Respond<Take> for Limiter {
    fn respond(&mut self, message: Take) -> Reply<Self, Standing> {
        Reply::now(self.table.take(message.caller, message.limit, self.clock.monotonic()))
    }
}

#[derive(Clone)]
struct Sweep;

impl Message for Sweep {
    type Reply = ();
}

impl Respond<Sweep> for Limiter {
    fn respond(&mut self, _: Sweep) -> Reply<Self, ()> {
        self.table.sweep(self.clock.monotonic());
        Reply::now(())
    }
}
