//! Keys at the instant at which something changes.

use std::num::NonZeroU32;
use std::time::Duration;

use ezqr_actors::kernel::Poison;
use ezqr_actors::keyring::AuthenticateError;
use ezqr_actors::limiter::{Caller, Network};
use ezqr_schema::{ManualClock, Timestamp};
use ezqr_store::KeyStore as _;

use crate::world::{PATIENCE, World, eventually};

#[tokio::test]
async fn a_key_is_refused_from_the_very_instant_it_was_revoked_for() {
    let clock = ManualClock::starting_at(Timestamp::from_millis(1_900_000_000_000).unwrap());
    let world = World::at(clock.clock()).await;
    let keyring = &world.handles().keyring;
    let from = Timestamp::from_millis(1_900_000_060_000).unwrap();
    world.store.revoke_key(world.key.id, from).await.unwrap();
    // Rebuilt, the ring reads all keys again.
    assert!(keyring.raw().ask(Poison::Handler, PATIENCE).await.is_err());
    let authenticate = async || keyring.authenticate(world.secret.clone()).await;
    assert!(authenticate().await.is_ok());
    clock.advance(Duration::from_millis(59_999));
    assert!(authenticate().await.is_ok(), "a millisecond before");
    clock.advance(Duration::from_millis(1));
    assert!(matches!(authenticate().await, Err(AuthenticateError::Revoked)));
}

/// A table that is never swept would have no room for a network once as many had come, ever.
#[tokio::test]
async fn networks_that_were_idle_make_room_for_others() {
    let clock = ManualClock::starting_at(Timestamp::from_millis(1_900_000_000_000).unwrap());
    let world = World::at(clock.clock()).await;
    let limiter = &world.handles().limiter;
    let limit = NonZeroU32::new(1).unwrap();
    let is_admitted = async |number: u8, third: u8| {
        let network = Caller::Network(Network::V4([10, number, third]));
        limiter.take(network, limit).await.unwrap().retry_after.is_none()
    };
    // As many as have a bucket of their own; the next two share one.
    for third in 0..100 {
        assert!(is_admitted(0, third).await);
    }
    assert!(is_admitted(1, 0).await && !is_admitted(1, 1).await);
    let mut round = 1;
    eventually("others have buckets of their own again", async || {
        round += 1;
        clock.advance(Duration::from_secs(60));
        is_admitted(round, 0).await && is_admitted(round, 1).await
    })
    .await;
}
