//! How others speak to the render pool.

use std::time::Duration;

use crate::Busy;
use crate::kernel::Handle;

use super::actor::{RenderRefused, Rendering};
use super::image::ImageRequest;

/// How long a request waits for its image.
const DEADLINE: Duration = Duration::from_secs(30);

/// The typed address of [`Rendering`].
#[derive(Clone, Debug)]
pub struct RenderingHandle(Handle<Rendering>);

impl RenderingHandle {
    pub(crate) const fn new(handle: Handle<Rendering>) -> Self {
        Self(handle)
    }

    /// Renders an image in the pool. One message.
    pub async fn render(&self, request: ImageRequest) -> Result<Vec<u8>, RenderRefused> {
        match self.0.ask(request, DEADLINE).await {
            Ok(rendered) => rendered,
            Err(error) => Err(Busy::from(error).into()),
        }
    }

    /// The untyped handle, for tests that count messages or inject faults.
    #[cfg(feature = "testkit")]
    pub const fn raw(&self) -> &Handle<Rendering> {
        &self.0
    }
}
