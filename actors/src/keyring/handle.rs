//! How others speak to the key ring.

use std::sync::Arc;
use std::time::Duration;

use ezqr_schema::KeySecret;

use crate::Busy;
use crate::kernel::Handle;

use super::actor::KeyRing;
use super::authenticate::{Authenticate, AuthenticateError, Principal};

/// How long a request waits to be authenticated.
const DEADLINE: Duration = Duration::from_secs(2);

/// The typed address of the [`KeyRing`].
#[derive(Clone, Debug)]
pub struct KeyRingHandle(Handle<KeyRing>);

impl KeyRingHandle {
    pub(crate) const fn new(handle: Handle<KeyRing>) -> Self {
        Self(handle)
    }

    /// Whom `secret` speaks for. One message.
    pub async fn authenticate(&self, secret: KeySecret) -> Result<Arc<Principal>, AuthenticateError> {
        match self.0.ask(Authenticate { secret }, DEADLINE).await {
            Ok(outcome) => outcome,
            Err(error) => Err(Busy::from(error).into()),
        }
    }

    /// The untyped handle, for tests that count messages or inject faults.
    #[cfg(feature = "testkit")]
    pub const fn raw(&self) -> &Handle<KeyRing> {
        &self.0
    }
}
