//! How others speak to the limiter.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::Busy;
use crate::kernel::Handle;

use super::TakeRefused;
use super::actor::{Limiter, Take};
use super::bucket::Standing;
use super::table::Caller;

/// How long a request waits for its token.
const DEADLINE: Duration = Duration::from_secs(2);

/// The typed address of the [`Limiter`].
#[derive(Clone, Debug)]
pub struct LimiterHandle(Handle<Limiter>);

impl LimiterHandle {
    pub(crate) const fn new(handle: Handle<Limiter>) -> Self {
        Self(handle)
    }

    /// Asks for one token of `caller`, whose bucket has `limit` of them. One message.
    pub async fn take(&self, caller: Caller, limit: NonZeroU32) -> Result<Standing, TakeRefused> {
        self.0.ask(Take { caller, limit }, DEADLINE).await.map_err(Busy::from)?
    }

    /// The untyped handle, for tests that count messages or inject faults.
    #[cfg(feature = "testkit")]
    pub const fn raw(&self) -> &Handle<Limiter> {
        &self.0
    }
}
