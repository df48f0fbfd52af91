//! The owner of the render pool.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use tokio::sync::oneshot;

use crate::Busy;
use crate::kernel::{Behaviour, Message, Reply, Respond};

use super::image::{ImageRequest, RenderError};

/// Why the pool could not be made.
#[derive(Debug, thiserror::Error)]
#[error("cannot start the render threads: {0}")]
pub struct RenderingError(#[from] ThreadPoolBuildError);

/// What a [`Rendering`] is built from.
pub struct RenderingSeed {
    pool: Arc<ThreadPool>,
}

impl RenderingSeed {
    /// A pool of `threads` threads of its own. It outlives restarts of the actor, so that work under way in
    /// it is not run twice over on the same cores.
    pub fn new(threads: NonZeroUsize) -> Result<Self, RenderingError> {
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads.get())
            .thread_name(|index| format!("render-{index}"))
            .build()?;
        Ok(Self { pool: Arc::new(pool) })
    }
}

/// Owns the render pool and admits work to it.
pub struct Rendering {
    pool: Arc<ThreadPool>,
}

impl Behaviour for Rendering {
    type Seed = RenderingSeed;
    type BuildError = std::convert::Infallible;

    async fn build(seed: &RenderingSeed) -> Result<Self, Self::BuildError> {
        Ok(Self { pool: Arc::clone(&seed.pool) })
    }
}

/// Why an image was not rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderRefused {
    /// It cannot be.
    #[error(transparent)]
    Image(#[from] RenderError),
    /// The renderer panicked on it.
    #[error("the renderer panicked")]
    Panicked,
    /// Too much work is under way.
    #[error(transparent)]
    Busy(#[from] Busy),
}

impl Message for ImageRequest {
    type Reply = Result<Vec<u8>, RenderRefused>;
}

impl Respond<ImageRequest> for Rendering {
    fn respond(&mut self, request: ImageRequest) -> Reply<Self, Result<Vec<u8>, RenderRefused>> {
        let (sender, receiver) = oneshot::channel();
        self.pool.spawn(move || {
            if sender.is_closed() {
                return;
            }
            let rendered = catch_unwind(AssertUnwindSafe(|| request.render()));
            // Nobody to hear it is no fault: the client has gone.
            let _ = sender.send(rendered);
        });
        Reply::later(async {
            match receiver.await {
                Ok(Ok(rendered)) => rendered.map_err(RenderRefused::from),
                Ok(Err(_)) | Err(_) => Err(RenderRefused::Panicked),
            }
        })
    }
}
