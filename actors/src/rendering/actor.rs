//! The owner of the render pool.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::Busy;
use crate::kernel::{Behaviour, Message, REFUSED_TOTAL, Reply, Respond};

use super::admission::{Admission, BatchRefused, Entrance, Permit};
use super::batch::{self, BatchRequest, BatchTicket, Pace};
use super::image::{ImageRequest, RenderError};

/// Why the pool could not be made.
#[derive(Debug, thiserror::Error)]
#[error("cannot start the render threads: {0}")]
pub struct RenderingError(#[from] ThreadPoolBuildError);

/// How long the client of a batch may take nothing.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a batch waits for its turn: less than its request is waited for.
pub(super) const ADMISSION_PATIENCE: Duration = Duration::from_secs(20);

/// Batches that wait for their turn, of all accounts. Each holds the body it came with, and a place of the queue.
const MOST_WAITING: usize = 128;

/// A window keeps the threads busy, and holds a few images only.
const SMALLEST_WINDOW: usize = 4;
const LARGEST_WINDOW: usize = 16;

/// What a [`Rendering`] is built from.
pub struct RenderingSeed {
    pool: Arc<ThreadPool>,
    batches: u16,
    waiting: usize,
}

impl RenderingSeed {
    /// A pool of `threads` threads of its own, for at most `batches` batches at once; 128 others may wait, and no more
    /// than half of the actor's `queue`, so that images find room. The pool outlives restarts of the actor, so
    /// that work under way in it is not run twice over on the same cores.
    pub fn new(threads: NonZeroUsize, batches: u16, queue: u16) -> Result<Self, RenderingError> {
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads.get())
            .thread_name(|index| format!("render-{index}"))
            .build()?;
        Ok(Self { pool: Arc::new(pool), batches, waiting: MOST_WAITING.min(usize::from(queue / 2)) })
    }
}

/// Owns the render pool, admits work to it, and serves the batches it has admitted.
pub struct Rendering {
    pool: Arc<ThreadPool>,
    pace: Pace,
    admission: Admission,
    /// One task for each batch under way. Dropped with the state, they end, and their clients are told.
    batches: JoinSet<()>,
}

impl Behaviour for Rendering {
    type Seed = RenderingSeed;
    type BuildError = std::convert::Infallible;

    async fn build(seed: &RenderingSeed) -> Result<Self, Self::BuildError> {
        let window = seed.pool.current_num_threads().clamp(SMALLEST_WINDOW, LARGEST_WINDOW);
        let window = NonZeroUsize::new(window).unwrap_or(NonZeroUsize::MIN);
        Ok(Self {
            pool: Arc::clone(&seed.pool),
            pace: Pace { window, patience: PATIENCE },
            admission: Admission::new(seed.batches, seed.waiting),
            batches: JoinSet::new(),
        })
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

impl Respond<BatchRequest> for Rendering {
    fn respond(&mut self, request: BatchRequest) -> Reply<Self, Result<BatchTicket, BatchRefused>> {
        while let Some(ended) = self.batches.try_join_next() {
            if let Err(error) = ended {
                tracing::error!(%error, "a batch was cut off");
            }
        }
        match self.admission.enter(request.account) {
            Ok(Entrance::Now(permit)) => Reply::now(Ok(self.open(permit))),
            Ok(Entrance::Later(waiting)) => {
                Reply::then(waiting.turn(ADMISSION_PATIENCE), |rendering: &mut Self, turn| {
                    Reply::now(turn.map(|permit| rendering.open(permit)).map_err(counted))
                })
            }
            Err(refused) => Reply::now(Err(counted(refused))),
        }
    }
}

impl Rendering {
    fn open(&mut self, permit: Permit) -> BatchTicket {
        let (ticket, task) = batch::open(Arc::clone(&self.pool), self.pace, permit);
        self.batches.spawn(task);
        ticket
    }
}

/// Counts a refusal as the kernel counts those of a full queue.
fn counted(refused: BatchRefused) -> BatchRefused {
    metrics::counter!(REFUSED_TOTAL, "actor" => "rendering").increment(1);
    refused
}
