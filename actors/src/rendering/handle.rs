//! How others speak to the render pool.

use std::time::Duration;

use ezqr_schema::AccountId;

use crate::Busy;
use crate::kernel::Handle;

use super::actor::{ADMISSION_PATIENCE, RenderRefused, Rendering};
use super::admission::BatchRefused;
use super::batch::{BatchRequest, BatchTicket};
use super::image::ImageRequest;

/// How long a request waits for its image.
const IMAGE_DEADLINE: Duration = Duration::from_secs(30);

/// How long a request waits for its batch to be admitted: its turn, and a while for the answer.
const ADMISSION_DEADLINE: Duration = Duration::from_secs(5).saturating_add(ADMISSION_PATIENCE);

/// The typed address of [`Rendering`].
#[derive(Clone, Debug)]
pub struct RenderingHandle(Handle<Rendering>);

impl RenderingHandle {
    pub(crate) const fn new(handle: Handle<Rendering>) -> Self {
        Self(handle)
    }

    /// Renders an image in the pool. One message.
    pub async fn render(&self, request: ImageRequest) -> Result<Vec<u8>, RenderRefused> {
        match self.0.ask(request, IMAGE_DEADLINE).await {
            Ok(rendered) => rendered,
            Err(error) => Err(Busy::from(error).into()),
        }
    }

    /// Asks for a batch to be drawn for `account`, and waits for its turn, before it is known what is to be drawn. One message for the
    /// whole batch.
    pub async fn admit(&self, account: AccountId) -> Result<BatchTicket, BatchRefused> {
        match self.0.ask(BatchRequest { account }, ADMISSION_DEADLINE).await {
            Ok(admitted) => admitted,
            Err(error) => Err(Busy::from(error).into()),
        }
    }

    /// The untyped handle, for tests that count messages or inject faults.
    #[cfg(feature = "testkit")]
    pub const fn raw(&self) -> &Handle<Rendering> {
        &self.0
    }
}
