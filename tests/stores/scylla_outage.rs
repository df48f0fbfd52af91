//! A store that goes away and comes back.

use std::time::{Duration, Instant};

use ezqr_schema::{Account, AccountId, AccountStatus, Clock, Name, Plan, random_bytes};
use ezqr_store::contract::run;
use ezqr_store::{
    AccountError, AccountStore as _, ReadError, ScyllaOptions, ScyllaStore, StoreHealth, WriteError,
};
use futures_util::future::join_all;
use tokio::time::{sleep, timeout};

use crate::cql;
use crate::relay::{Mode, Relay};

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
