//! Drawing many at once, on threads the caller owns and shares with nothing else.
//!
//! A batch is drawn window by window: a window's items in parallel, its results in order. Whoever drives it
//! asks for the next window when the last one has gone out, so that a slow reader holds no thread and no more
//! than one window of results is in memory. How many batches run at once is the driver's to decide.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::ThreadPool;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

/// Stops a batch between two of its items. Clones stop the same batch.
#[derive(Clone, Debug, Default)]
pub struct Cancellation(Arc<AtomicBool>);

impl Cancellation {
    /// From here on no item is begun.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether [`Self::cancel`] was called.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The batch was cancelled; the results of the window in hand are gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the batch was cancelled")]
pub struct Cancelled;

/// Items still to be drawn.
#[derive(Debug)]
pub struct Batch<Item> {
    items: Vec<Item>,
    begun: usize,
    window: NonZeroUsize,
    cancellation: Cancellation,
}

impl<Item: Send + Sync> Batch<Item> {
    /// A batch of `items`, at most `window` of them at a time.
    pub const fn new(items: Vec<Item>, window: NonZeroUsize, cancellation: Cancellation) -> Self {
        Self { items, begun: 0, window, cancellation }
    }

    /// Items that no window has held yet.
    pub const fn remaining(&self) -> usize {
        self.items.len() - self.begun
    }

    /// Draws the next window on the threads of `pool` and waits for it. After the last there is none.
    pub fn next_window<Output: Send>(
        &mut self,
        pool: &ThreadPool,
        draw: impl Fn(&Item) -> Output + Send + Sync,
    ) -> Result<Option<Vec<Output>>, Cancelled> {
        pool.install(|| self.draw_window(draw))
    }

    /// Draws the next window without waiting: `done` is called on a thread of `pool` with the batch and the
    /// window. A panic in `draw` or `done` is the pool's to handle: without a handler of its own it ends the
    /// process.
    pub fn spawn_window<Output: Send>(
        mut self,
        pool: &ThreadPool,
        draw: impl Fn(&Item) -> Output + Send + Sync + 'static,
        done: impl FnOnce(Self, Result<Option<Vec<Output>>, Cancelled>) + Send + 'static,
    ) where
        Item: 'static,
    {
        pool.spawn(move || {
            let window = self.draw_window(draw);
            done(self, window);
        });
    }

    fn draw_window<Output: Send>(
        &mut self,
        draw: impl Fn(&Item) -> Output + Send + Sync,
    ) -> Result<Option<Vec<Output>>, Cancelled> {
        let window = self.items.get(self.begun..).unwrap_or_default();
        let window = window.get(..self.window.get()).unwrap_or(window);
        if window.is_empty() {
            return Ok(None);
        }
        let cancellation = &self.cancellation;
        let drawn: Option<Vec<Output>> =
            window.par_iter().map(|item| (!cancellation.is_cancelled()).then(|| draw(item))).collect();
        self.begun += window.len();
        drawn.map(Some).ok_or(Cancelled)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;
    use std::sync::mpsc;

    use super::{Batch, Cancellation, Cancelled};

    fn pool() -> rayon::ThreadPool {
        rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap()
    }

    fn batch(items: u32, cancellation: &Cancellation) -> Batch<u32> {
        Batch::new((0..items).collect(), NonZeroUsize::new(32).unwrap(), cancellation.clone())
    }

    #[test]
    fn windows_hold_all_results_in_order() {
        let (pool, mut batch) = (pool(), batch(100, &Cancellation::default()));
        let mut drawn = Vec::new();
        while let Some(window) = batch.next_window(&pool, |item| item * 2).unwrap() {
            assert!(window.len() <= 32);
            drawn.extend(window);
        }
        assert_eq!(drawn, (0..100).map(|item| item * 2).collect::<Vec<_>>());
        assert_eq!(batch.remaining(), 0);
    }

    #[test]
    fn a_cancelled_batch_begins_no_further_item() {
        let cancellation = Cancellation::default();
        let (pool, mut batch) = (pool(), batch(100, &cancellation));
        batch.next_window(&pool, |_| ()).unwrap();
        cancellation.cancel();
        assert_eq!(batch.next_window(&pool, |_| panic!("begun")), Err::<Option<Vec<()>>, _>(Cancelled));
    }

    #[test]
    fn a_batch_that_is_cancelled_by_one_of_its_items_ends_there() {
        let cancellation = Cancellation::default();
        let (pool, mut batch) = (pool(), batch(32, &cancellation));
        assert_eq!(batch.next_window(&pool, |_| cancellation.cancel()), Err(Cancelled));
    }

    #[test]
    fn a_spawned_window_comes_back_with_its_batch() {
        let (pool, batch) = (pool(), batch(40, &Cancellation::default()));
        let (sender, receiver) = mpsc::sync_channel(1);
        let again = sender.clone();
        batch.spawn_window(&pool, |item| *item, move |batch, window| sender.send((batch, window)).unwrap());
        let (batch, window) = receiver.recv().unwrap();
        assert_eq!(window.unwrap().unwrap(), (0..32).collect::<Vec<_>>());
        batch.spawn_window(&pool, |item| *item, move |batch, window| again.send((batch, window)).unwrap());
        let (_, window) = receiver.recv().unwrap();
        assert_eq!(window.unwrap().unwrap(), (32..40).collect::<Vec<_>>());
    }
}
