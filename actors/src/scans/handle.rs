//! How others speak to the owner of scans.

use std::time::Duration;

use ezqr_schema::{Page, Sequence};

use crate::Busy;
use crate::kernel::{AskError, Handle};

use super::Live;
use super::actor::{Finish, LiveOf, Scans, Whose};

/// How long a report waits for what is in memory; catching up takes a millisecond for a thousand scans.
const LIVE_DEADLINE: Duration = Duration::from_secs(5);

/// The typed address of [`Scans`].
#[derive(Clone, Debug)]
pub struct ScansHandle(Handle<Scans>);

impl ScansHandle {
    pub(crate) const fn new(handle: Handle<Scans>) -> Self {
        Self(handle)
    }

    /// What is counted of these codes and may not be in the store yet, every scan included that was answered
    /// before. One message. To be read before the store is.
    pub async fn live(&self, codes: Vec<Sequence>) -> Result<Live, Busy> {
        self.ask(Whose::Codes(codes)).await
    }

    /// The same of all codes of these pages.
    pub async fn live_of_pages(&self, pages: Vec<Page>) -> Result<Live, Busy> {
        self.ask(Whose::Pages(pages)).await
    }

    async fn ask(&self, whose: Whose) -> Result<Live, Busy> {
        self.0.ask(LiveOf(whose), LIVE_DEADLINE).await.map_err(Busy::from)
    }

    /// Writes everything that is counted into the store, when no scan comes any more; what is not written by
    /// `deadline` is in the journal and counted at the next start.
    pub(crate) async fn finish(&self, deadline: Duration) -> Result<(), AskError> {
        self.0.ask(Finish, deadline).await
    }

    /// The untyped handle, for tests that count messages or inject faults.
    #[cfg(feature = "testkit")]
    pub const fn raw(&self) -> &Handle<Scans> {
        &self.0
    }
}
