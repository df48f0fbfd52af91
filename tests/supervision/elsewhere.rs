//! Another process writes to the store: the command line beside a running server.

use ezqr_actors::keyring::AuthenticateError;
use ezqr_schema::{AccountStatus, TargetUrl, Timestamp};
use ezqr_store::{AccountStore as _, Change, CodeStore as _, EmbeddedStore, KeyStore as _, PagePosition};

use crate::world::{World, eventually};

#[tokio::test]
async fn a_key_revoked_by_another_process_is_refused_within_moments() {
    let world = World::new().await;
    let keyring = &world.handles().keyring;
    assert!(keyring.authenticate(world.secret.clone()).await.is_ok());
    let other = EmbeddedStore::attach(world.directory()).unwrap();
    other.revoke_key(world.key.id, Timestamp::EPOCH).await.unwrap();
    eventually("the key is refused", async || {
        keyring.authenticate(world.secret.clone()).await == Err(AuthenticateError::Revoked)
    })
    .await;
}

#[tokio::test]
async fn an_account_suspended_by_another_process_is_and_resumes() {
    let world = World::new().await;
    let handles = world.handles();
    let other = EmbeddedStore::attach(world.directory()).unwrap();
    other.set_account_status(world.owner.account, AccountStatus::Suspended).await.unwrap();
    eventually("the account is suspended", async || {
        handles.accounts.is_suspended(world.owner.account)
            && handles.keyring.authenticate(world.secret.clone()).await
                == Err(AuthenticateError::AccountSuspended)
    })
    .await;
    other.set_account_status(world.owner.account, AccountStatus::Active).await.unwrap();
    eventually("the account is resumed", async || {
        !handles.accounts.is_suspended(world.owner.account)
            && handles.keyring.authenticate(world.secret.clone()).await.is_ok()
    })
    .await;
}

#[tokio::test]
async fn a_code_changed_by_another_process_is_read_again() {
    let world = World::new().await;
    let code = world.mint(1).await.remove(0);
    assert_eq!(world.follow(&code).await.as_deref(), Some("https://example.com/1"));
    let other = EmbeddedStore::attach(world.directory()).unwrap();
    let stored = world.store.code(code.sequence).await.unwrap().unwrap();
    let mut changed = stored.code;
    let expected = changed.version;
    changed.version = expected.next();
    changed.target_url = Some(TargetUrl::parse("https://example.com/elsewhere").unwrap());
    let page = PagePosition { opened_at: stored.page_opened_at, page: code.sequence.page() };
    other.change(Change { code: changed, expected, page, sent: None }).await.unwrap();
    eventually("the new target is followed", async || {
        world.follow(&code).await.as_deref() == Some("https://example.com/elsewhere")
    })
    .await;
}
