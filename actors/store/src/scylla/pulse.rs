//! Whether the store answers.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{Notify, Semaphore, SemaphorePermit};

use super::failure::{away, unavailable};
use crate::Unavailable;

/// Whether the store answers, as far as its statements and its probe tell.
///
/// While it is away nothing is sent but the probe: who asks is told at once instead of after a timeout. A
/// statement that is not answered raises a doubt and no more: the node it went to may be the only one that is
/// stopped, and many statements may wait for that one. So the probe decides, which asks another node too.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    is_away: AtomicBool,
    /// Whether anything was answered since the probe last looked.
    is_heard: AtomicBool,
    doubt: Notify,
}

impl Pulse {
    /// Waits for leave to send something; refuses while the store is away, as it may be by then.
    pub(super) async fn admit<'a>(
        &self,
        semaphore: &'a Semaphore,
    ) -> Result<SemaphorePermit<'a>, Unavailable> {
        self.check()?;
        let permit = semaphore.acquire().await.map_err(|_| unavailable("the store is closing"))?;
        self.check()?;
        Ok(permit)
    }

    /// Refuses while the store is away.
    fn check(&self) -> Result<(), Unavailable> {
        if self.is_away() { Err(away()) } else { Ok(()) }
    }

    pub(super) fn is_away(&self) -> bool {
        self.is_away.load(Ordering::Acquire)
    }

    /// A statement was answered.
    pub(super) fn answered(&self) {
        // Read first: writing what is there already would only hinder the other threads.
        if !self.is_heard.load(Ordering::Relaxed) {
            self.is_heard.store(true, Ordering::Relaxed);
        }
        if self.is_away.load(Ordering::Relaxed) && self.is_away.swap(false, Ordering::AcqRel) {
            tracing::info!("the store answers again");
        }
    }

    /// A statement was not answered.
    pub(super) fn missed(&self) {
        self.doubt.notify_one();
    }

    /// Waits for a doubt.
    pub(super) async fn doubted(&self) {
        self.doubt.notified().await;
    }

    /// Whether anything was answered since this was last asked.
    pub(super) fn was_heard(&self) -> bool {
        self.is_heard.swap(false, Ordering::AcqRel)
    }

    /// The probe found that nothing answers.
    pub(super) fn lost(&self) {
        if !self.is_away.swap(true, Ordering::AcqRel) {
            tracing::warn!("the store does not answer");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn who_waited_while_the_store_went_away_is_refused() {
        let (pulse, semaphore) = (Pulse::default(), Semaphore::new(1));
        let permit = pulse.admit(&semaphore).now_or_never().unwrap().unwrap();
        let mut waiting = pin!(pulse.admit(&semaphore));
        assert!(waiting.as_mut().now_or_never().is_none());
        pulse.lost();
        drop(permit);
        assert_eq!(waiting.now_or_never().unwrap().map(drop), Err(away()));
        pulse.answered();
        assert!(pulse.admit(&semaphore).now_or_never().unwrap().is_ok(), "nothing is kept by the refused");
    }
}
