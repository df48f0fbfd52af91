//! Accounts and API keys.

use ezqr_schema::{
    Account, AccountId, AccountStatus, ApiKey, Environment, KeyHash, KeyId, Name, Plan, Rate, Scope, Scopes,
    Timestamp, random_bytes,
};

use super::Fixture;
use super::minter::unique;
use crate::{AccountError, AccountStore, KeyError, KeyStore};

/// An account no other test has.
pub fn account() -> Account {
    Account {
        id: AccountId::from_random(random_bytes().unwrap()),
        name: Name::parse(&unique()).unwrap(),
        plan: Plan::Max,
        status: AccountStatus::Active,
        created_at: at(1_800_000_000_000),
    }
}

/// A key of `account` no other test has.
pub(super) fn key(account: AccountId) -> ApiKey {
    ApiKey {
        id: KeyId::from_random(random_bytes().unwrap()),
        account,
        environment: Environment::parse("production").unwrap(),
        name: Name::parse("a key").unwrap(),
        hash: KeyHash::from_bytes(random_bytes().unwrap()),
        scopes: Scopes::all(),
        rate: Rate::Unlimited,
        created_at: at(1_800_000_000_000),
        revoked_at: None,
    }
}

fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_millis(milliseconds).unwrap()
}

/// Of any plan, suspended and resumed, each of which can be repeated.
pub async fn an_account_reads_back_and_changes_status(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    for plan in Plan::ALL {
        let mut account = Account { plan, ..account() };
        store.create_account(&account).await.unwrap();
        assert!(store.accounts().await.unwrap().contains(&account));
        for status in [AccountStatus::Suspended, AccountStatus::Suspended, AccountStatus::Active] {
            store.set_account_status(account.id, status).await.unwrap();
            account.status = status;
            assert!(store.accounts().await.unwrap().contains(&account));
        }
    }
}

/// To the first that took it.
pub async fn a_name_belongs_to_one_account(fixture: &impl Fixture) {
    let (store, another) = (fixture.serve().await, fixture.another().await);
    let first = account();
    store.create_account(&first).await.unwrap();
    let second = Account { name: first.name.clone(), ..account() };
    assert_eq!(another.create_account(&second).await, Err(AccountError::NameTaken));
    let named: Vec<_> =
        store.accounts().await.unwrap().into_iter().filter(|account| account.name == first.name).collect();
    assert_eq!(named, [first]);
}

/// It changes nothing the second time, not even a status that was changed in between.
pub async fn creating_an_account_can_be_repeated(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let account = account();
    store.create_account(&account).await.unwrap();
    store.set_account_status(account.id, AccountStatus::Suspended).await.unwrap();
    store.create_account(&account).await.unwrap();
    let found: Vec<_> =
        store.accounts().await.unwrap().into_iter().filter(|found| found.id == account.id).collect();
    assert_eq!(found, [Account { status: AccountStatus::Suspended, ..account }]);
}

/// Nothing is made up for it.
pub async fn a_missing_account_is_refused(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let missing = account().id;
    let outcome = store.set_account_status(missing, AccountStatus::Suspended).await;
    assert_eq!(outcome, Err(AccountError::Missing));
    assert!(store.accounts().await.unwrap().iter().all(|account| account.id != missing));
}

/// With every field, limited and unlimited.
pub async fn a_key_reads_back(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let account = account();
    store.create_account(&account).await.unwrap();
    let narrow = ApiKey {
        environment: Environment::parse("dev-ann").unwrap(),
        scopes: [Scope::CodesRead, Scope::AccountAdmin].into_iter().collect(),
        rate: Rate::DEFAULT,
        created_at: at(1_800_000_000_001),
        revoked_at: Some(at(1_900_000_000_000)),
        ..key(account.id)
    };
    let none = ApiKey { scopes: Scopes::default(), ..key(account.id) };
    for key in [key(account.id), narrow, none] {
        store.create_key(&key).await.unwrap();
        assert!(store.keys().await.unwrap().contains(&key));
    }
}

/// Which must exist.
pub async fn a_key_needs_its_account(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let orphan = key(account().id);
    assert_eq!(store.create_key(&orphan).await, Err(KeyError::Missing));
    assert!(!store.keys().await.unwrap().contains(&orphan));
}

/// A revocation in between stays.
pub async fn creating_a_key_can_be_repeated(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let account = account();
    store.create_account(&account).await.unwrap();
    let key = key(account.id);
    store.create_key(&key).await.unwrap();
    store.revoke_key(key.id, at(5)).await.unwrap();
    store.create_key(&key).await.unwrap();
    let found: Vec<_> = store.keys().await.unwrap().into_iter().filter(|found| found.id == key.id).collect();
    assert_eq!(found, [ApiKey { revoked_at: Some(at(5)), ..key }]);
}

/// Repeated and later ones change nothing, an earlier one counts.
pub async fn the_earliest_revocation_stays(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let account = account();
    store.create_account(&account).await.unwrap();
    let (key, untouched) = (key(account.id), key(account.id));
    store.create_key(&key).await.unwrap();
    store.create_key(&untouched).await.unwrap();
    for (from, earliest) in [(500, 500), (500, 500), (900, 500), (100, 100), (500, 100)] {
        store.revoke_key(key.id, at(from)).await.unwrap();
        let keys = store.keys().await.unwrap();
        assert!(keys.contains(&ApiKey { revoked_at: Some(at(earliest)), ..key.clone() }), "{from}");
        assert!(keys.contains(&untouched));
    }
    let missing = KeyId::from_random(random_bytes().unwrap());
    assert_eq!(store.revoke_key(missing, at(1)).await, Err(KeyError::Missing));
}

/// Whatever the order they came in.
pub async fn accounts_and_keys_are_listed_oldest_first(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    for created_at in [7, 3, 5] {
        let account = Account { created_at: at(created_at), ..account() };
        store.create_account(&account).await.unwrap();
        store.create_key(&ApiKey { created_at: at(10 - created_at), ..key(account.id) }).await.unwrap();
    }
    assert!(store.accounts().await.unwrap().is_sorted_by_key(|account| account.created_at));
    assert!(store.keys().await.unwrap().is_sorted_by_key(|key| key.created_at));
}
