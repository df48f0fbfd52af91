//! How others speak to the owner of codes.

use std::time::Duration;

use ezqr_schema::Code;

use crate::kernel::{AskError, Handle};

use super::actor::{Codes, ForgetCached};
use super::change::{ChangeRefused, ChangeRequest};
use super::mint::{MintAnswer, MintRefused, MintRequest};

/// How long a request waits for its write. Past it the write goes on and its outcome is unknown.
pub(super) const WRITE_DEADLINE: Duration = Duration::from_secs(10);

/// The typed address of [`Codes`].
#[derive(Clone, Debug)]
pub struct CodesHandle(Handle<Codes>);

impl CodesHandle {
    pub(crate) const fn new(handle: Handle<Codes>) -> Self {
        Self(handle)
    }

    /// Mints codes, all or none. One message.
    pub async fn mint(&self, request: MintRequest) -> Result<MintAnswer, MintRefused> {
        self.0.ask(request, WRITE_DEADLINE).await.unwrap_or_else(|error| Err(MintRefused::unanswered(error)))
    }

    /// Changes a code and answers it as it then is. One message.
    pub async fn change(&self, request: ChangeRequest) -> Result<Code, ChangeRefused> {
        self.0
            .ask(request, WRITE_DEADLINE)
            .await
            .unwrap_or_else(|error| Err(ChangeRefused::unanswered(error)))
    }

    /// Forgets every cached link. One message.
    pub(crate) async fn forget_cached(&self) -> Result<(), AskError> {
        self.0.ask(ForgetCached, WRITE_DEADLINE).await
    }

    /// The untyped handle, for tests that count messages or inject faults.
    #[cfg(feature = "testkit")]
    pub const fn raw(&self) -> &Handle<Codes> {
        &self.0
    }
}
