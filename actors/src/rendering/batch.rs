//! Many images for one client, drawn as fast as it takes them.
//!
//! A batch is admitted before anything is minted for it and begun afterwards, by one message in all: its
//! ticket. From the admission on it is a task of the owner's, which holds its permit. The task draws window by
//! window in the pool and hands each over through a channel that holds one, so that three windows at most are
//! in memory: the client's, the channel's and the task's.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use ezqr_render::batch::{Batch, Cancellation, Cancelled};
use ezqr_schema::AccountId;
use rayon::ThreadPool;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use crate::kernel::Message;

use super::admission::{BatchRefused, Permit};
use super::image::{ImageRequest, RenderError};

/// Images in the order of their requests, so many as are drawn at once.
pub type Window = Vec<Vec<u8>>;

/// Why a batch ended before its last image.
#[derive(Debug, thiserror::Error)]
pub enum BatchFailed {
    /// One of its images cannot be.
    #[error(transparent)]
    Image(#[from] RenderError),
    /// The renderer panicked on one of its images.
    #[error("the renderer panicked")]
    Panicked,
    /// The owner of the pool was restarted or stopped, or the client took nothing for too long.
    #[error("the batch was cut off")]
    CutOff,
}

/// Asks to be admitted with a batch.
pub(super) struct BatchRequest {
    pub(super) account: AccountId,
}

impl Message for BatchRequest {
    type Reply = Result<BatchTicket, BatchRefused>;
}

/// What is drawn at once, and how long a client may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    pub(super) window: NonZeroUsize,
    /// A client that takes nothing for so long is given up.
    pub(super) patience: Duration,
}

/// A batch that was admitted. Dropped before it is begun, it gives its permit back.
#[derive(Debug)]
pub struct BatchTicket {
    begin: oneshot::Sender<Vec<ImageRequest>>,
    images: BatchImages,
}

impl BatchTicket {
    /// Begins to draw; no message.
    pub fn begin(self, images: Vec<ImageRequest>) -> BatchImages {
        // When there is nobody to hear it, the first window says so.
        let _ = self.begin.send(images);
        self.images
    }
}

/// The images of a batch as they become ready. Dropped early, it cancels the rest.
#[derive(Debug)]
pub struct BatchImages {
    windows: mpsc::Receiver<Handover>,
    cancellation: Cancellation,
}

impl BatchImages {
    /// The next images in order; `None` after the last. An error is the last thing there is.
    pub async fn next(&mut self) -> Result<Option<Window>, BatchFailed> {
        match self.windows.recv().await {
            Some(Handover::Images(images)) => images.map(Some),
            Some(Handover::End) => Ok(None),
            None => Err(BatchFailed::CutOff),
        }
    }
}

impl Drop for BatchImages {
    fn drop(&mut self) {
        self.cancellation.cancel();
    }
}

/// What the task gives the client. The end is told: silence means that the batch was cut off.
#[derive(Debug)]
enum Handover {
    Images(Result<Window, BatchFailed>),
    End,
}

/// A ticket, and the task that serves it.
pub(super) fn open(
    pool: Arc<ThreadPool>,
    pace: Pace,
    permit: Permit,
) -> (BatchTicket, impl Future<Output = ()> + Send + use<>) {
    let (begin, requests) = oneshot::channel();
    let (sender, windows) = mpsc::channel(1);
    let cancellation = Cancellation::default();
    let images = BatchImages { windows, cancellation: cancellation.clone() };
    (BatchTicket { begin, images }, serve(pool, pace, permit, requests, cancellation, sender))
}

async fn serve(
    pool: Arc<ThreadPool>,
    pace: Pace,
    permit: Permit,
    requests: oneshot::Receiver<Vec<ImageRequest>>,
    cancellation: Cancellation,
    client: mpsc::Sender<Handover>,
) {
    let Ok(requests) = requests.await else { return };
    let mut batch = Batch::new(requests, pace.window, cancellation);
    loop {
        let Ok((rest, Ok(drawn))) = draw(batch, &pool).await else { return };
        let Some(images) = drawn else { break };
        let images: Result<Window, BatchFailed> = images.into_iter().collect();
        let failed = images.is_err();
        let handed_over = timeout(pace.patience, client.send(Handover::Images(images))).await;
        if failed || !matches!(handed_over, Ok(Ok(()))) {
            return;
        }
        batch = rest;
    }
    // First: a client that has seen the end finds room for its next batch.
    drop(permit);
    let _ = timeout(pace.patience, client.send(Handover::End)).await;
}

type DrawnImage = Result<Vec<u8>, BatchFailed>;

/// What is left of a batch, and its window; none after the last.
type DrawnWindow = (Batch<ImageRequest>, Result<Option<Vec<DrawnImage>>, Cancelled>);

/// Draws the next window in the pool.
fn draw(batch: Batch<ImageRequest>, pool: &ThreadPool) -> oneshot::Receiver<DrawnWindow> {
    let (sender, drawn) = oneshot::channel();
    batch.spawn_window(pool, draw_one, move |rest, window| {
        // Nobody to hear it is no fault: the batch was cut off.
        let _ = sender.send((rest, window));
    });
    drawn
}

fn draw_one(request: &ImageRequest) -> DrawnImage {
    guarded(|| request.render())
}

/// A panic in the pool without a handler would end the process.
fn guarded(render: impl FnOnce() -> Result<Vec<u8>, RenderError>) -> DrawnImage {
    match catch_unwind(AssertUnwindSafe(render)) {
        Ok(rendered) => rendered.map_err(BatchFailed::from),
        Err(_) => Err(BatchFailed::Panicked),
    }
}

#[cfg(test)]
mod tests;
