//! A store that goes away and comes back.

use std::time::{Duration, Instant};

use ezqr_actors::kernel::{AskError, Poison};
use ezqr_actors::keyring::AuthenticateError;
use ezqr_schema::{
    Account, AccountId, AccountStatus, ApiKey, Clock, Environment, KeyId, KeySecret, Name, Pepper, Plan,
    Rate, Scopes, random_bytes,
};
use ezqr_store::contract::run;
use ezqr_store::{
    AccountError, AccountStore as _, KeyStore as _, ReadError, ScyllaOptions, ScyllaStore, StoreHealth,
    WriteError,
};
use futures_util::future::join_all;
use tokio::time::{sleep, timeout};

use crate::cql;
use crate::relay::{Mode, Relay};
use crate::scylla_service;

/// A statement that fails at once is answered within this.
const AT_ONCE: Duration = Duration::from_millis(200);

async fn until(store: &ScyllaStore, health: StoreHealth, within: Duration) -> Duration {
    let began = now();
    let wait = async {
        while store.health() != health {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(within, wait).await.unwrap_or_else(|_| panic!("it is not {health:?} within {within:?}"));
    now() - began
}

#[expect(clippy::disallowed_methods, reason = "a test measures real time")]
fn now() -> Instant {
    Instant::now()
}

fn account() -> Account {
    let id = AccountId::from_random(random_bytes().unwrap());
    Account {
        id,
        name: Name::parse(&id.to_string()).unwrap(),
        plan: Plan::Max,
        status: AccountStatus::Active,
        created_at: Clock::system().now(),
    }
}

/// Takes the store away in one way, with or without anybody asking it something.
fn outage(mode: Mode, is_asked: bool) {
    let options = cql::options(cql::keyspace());
    run(async {
        // Made before, so that the relay has no tables to make.
        let direct = cql::store().await;
        let relay = Relay::before(&options.contact_points);
        let options = ScyllaOptions { contact_points: relay.contact_points(), ..options };
        let store = ScyllaStore::connect(options, Clock::system()).await.unwrap();
        let before = account();
        store.create_account(&before).await.unwrap();
        assert_eq!(store.health(), StoreHealth::Running);

        relay.set(mode);
        let lost = account();
        if is_asked {
            let asked = join_all((0..4).map(|_| store.accounts()));
            assert!(asked.await.iter().all(Result::is_err));
        }
        let noticed = until(&store, StoreHealth::Away, Duration::from_secs(15)).await;
        let told = timeout(AT_ONCE, store.create_account(&lost)).await.unwrap();
        let refused = matches!(told, Err(AccountError::Write(WriteError::Unavailable(_))));
        assert!(refused, "{told:?}");
        let read = timeout(AT_ONCE, store.accounts()).await.unwrap();
        assert!(matches!(read, Err(ReadError::Unavailable(_))), "{read:?}");
        sleep(Duration::from_secs(3)).await;
        assert_eq!(store.health(), StoreHealth::Away, "nothing answers it meanwhile");

        relay.set(Mode::Open);
        let recovered = until(&store, StoreHealth::Running, Duration::from_secs(15)).await;
        store.create_account(&lost).await.unwrap();
        let accounts = direct.accounts().await.unwrap();
        assert!(accounts.contains(&before) && accounts.contains(&lost));
        println!("{mode:?}: away after {noticed:?}, running after {recovered:?}");
    });
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn a_store_that_is_cut_off_is_away_and_returns() {
    outage(Mode::Cut, true);
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn a_store_that_stalls_is_away_and_returns() {
    outage(Mode::Stalled, true);
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn a_store_that_goes_while_nobody_asks_is_away_all_the_same() {
    outage(Mode::Cut, false);
    outage(Mode::Stalled, false);
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn keys_are_known_through_a_panic_while_the_store_is_away() {
    let options = cql::options(cql::keyspace());
    run(async {
        let direct = cql::store().await;
        let pepper = Pepper::from_bytes([3; 32]);
        let (account, environment) = (account(), Environment::parse("production").unwrap());
        let secret = KeySecret::generate(&environment).unwrap();
        let key = ApiKey {
            id: KeyId::from_random(random_bytes().unwrap()),
            account: account.id,
            environment,
            name: Name::parse("key").unwrap(),
            hash: secret.hash(&pepper),
            scopes: Scopes::all(),
            rate: Rate::DEFAULT,
            created_at: Clock::system().now(),
            revoked_at: None,
        };
        direct.create_account(&account).await.unwrap();
        direct.create_key(&key).await.unwrap();

        let relay = Relay::before(&options.contact_points);
        let options = ScyllaOptions { contact_points: relay.contact_points(), ..options };
        let store = ScyllaStore::connect(options, Clock::system()).await.unwrap();
        let system = scylla_service::start(&store, Clock::system()).await;
        let keyring = &system.handles().keyring;
        assert_eq!(keyring.authenticate(secret.clone()).await.unwrap().key, key.id);
        relay.set(Mode::Cut);
        until(&store, StoreHealth::Away, Duration::from_secs(15)).await;
        // As often as would end the process, were each building refused.
        for _ in 0..2 {
            let crashed = keyring.raw().ask(Poison::Handler, Duration::from_secs(5)).await;
            assert_eq!(crashed, Err(AskError::Crashed));
            let asked = timeout(Duration::from_secs(15), async {
                loop {
                    match keyring.authenticate(secret.clone()).await {
                        Ok(principal) => break principal.key,
                        Err(AuthenticateError::Busy(_)) => sleep(Duration::from_millis(50)).await,
                        Err(error) => panic!("{error:?}"),
                    }
                }
            });
            assert_eq!(asked.await.expect("it is not built anew"), key.id);
        }

        // What changed meanwhile is read when the store is back.
        direct.revoke_key(key.id, key.created_at).await.unwrap();
        relay.set(Mode::Open);
        let revoked = timeout(Duration::from_secs(30), async {
            while keyring.authenticate(secret.clone()).await.is_ok() {
                sleep(Duration::from_millis(50)).await;
            }
        });
        revoked.await.expect("the key is known still");
        system.stop(Duration::from_secs(20)).await.unwrap();
    });
}
