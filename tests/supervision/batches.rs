//! Batches of images through restarts of the render pool's owner.

use ezqr_actors::kernel::{AskError, Poison};
use ezqr_actors::rendering::{BatchFailed, BatchImages, BatchRefused, Format, ImageRequest};
use ezqr_render::TextEncoding;
use ezqr_render::options::ImageOptions;
use ezqr_schema::{AccountId, ErrorCorrection};
use futures_util::FutureExt as _;

use crate::world::{PATIENCE, World};

fn images(count: usize) -> Vec<ImageRequest> {
    let image = |index| ImageRequest {
        pattern: format!("HTTPS://R.EXAMPLE.COM/{index:08}"),
        level: ErrorCorrection::Medium,
        encoding: TextEncoding::default(),
        format: Format::Png,
        options: ImageOptions::default(),
    };
    (0..count).map(image).collect()
}

/// How many images come before the end, and the end.
async fn drained(stream: &mut BatchImages) -> (usize, Result<(), BatchFailed>) {
    let mut count = 0;
    loop {
        match stream.next().await {
            Ok(Some(window)) => count += window.len(),
            Ok(None) => return (count, Ok(())),
            Err(failed) => return (count, Err(failed)),
        }
    }
}

#[tokio::test]
async fn a_crash_cuts_the_batches_under_way_and_leaves_all_permits() {
    let world = World::new().await;
    let rendering = &world.handles().rendering;
    for poison in [Poison::Handler, Poison::Future, Poison::Step] {
        let mut begun = rendering.admit(world.owner.account).await.unwrap().begin(images(100));
        let waiting = rendering.admit(world.owner.account).await.unwrap();
        let first = begun.next().await.unwrap().unwrap().len();
        assert_eq!(rendering.raw().ask(poison, PATIENCE).await, Err(AskError::Crashed));
        let (count, end) = drained(&mut begun).await;
        assert!(matches!(end, Err(BatchFailed::CutOff)) && first + count < 100, "{count} {end:?}");
        let (count, end) = drained(&mut waiting.begin(images(100))).await;
        assert!(matches!(end, Err(BatchFailed::CutOff)) && count == 0, "{count} {end:?}");
    }
    let one = rendering.admit(world.owner.account).await.unwrap();
    let two = rendering.admit(world.owner.account).await.unwrap();
    for ticket in [one, two] {
        let (count, end) = drained(&mut ticket.begin(images(100))).await;
        assert_eq!((count, end.is_ok()), (100, true));
    }
}

#[tokio::test]
async fn two_batches_of_an_account_and_three_in_all_are_under_way_and_others_wait() {
    let world = World::new().await;
    let rendering = &world.handles().rendering;
    let [own, other, third] = [world.owner.account, account(1), account(2)];
    let mut held = vec![rendering.admit(own).await.unwrap(), rendering.admit(own).await.unwrap()];
    let sent = rendering.raw().messages();
    // Half of the queue of eight may wait, of an account one.
    let mut waiting = Box::pin(rendering.admit(own));
    assert!(waiting.as_mut().now_or_never().is_none());
    assert_eq!(rendering.admit(own).await.unwrap_err(), BatchRefused::Account);
    held.push(rendering.admit(other).await.unwrap());
    let mut waiting_too = Box::pin(rendering.admit(third));
    assert!(waiting_too.as_mut().now_or_never().is_none());
    assert_eq!(rendering.admit(third).await.unwrap_err(), BatchRefused::Total);
    assert_eq!(rendering.raw().messages() - sent, 5, "one message each, whatever the answer");
    // The one whose account has room was before the other in the line of all.
    held.remove(0);
    let mut last = waiting_too.await.unwrap();
    assert!(waiting.as_mut().now_or_never().is_none());
    held.remove(0);
    held.push(waiting.await.unwrap());
    // One at a time, for as long as one likes: every end leaves room before it is seen.
    for _ in 0..50 {
        let (count, end) = drained(&mut last.begin(images(9))).await;
        assert_eq!((count, end.is_ok()), (9, true));
        last = rendering.admit(third).await.unwrap();
    }
}

fn account(number: u8) -> AccountId {
    AccountId::from_random([number; 16])
}
