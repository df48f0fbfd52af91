//! An installation on the store for several nodes, founded and found again.

use std::slice::from_ref;

use ezqr_schema::{
    Account, AccountId, AccountStatus, ApiKey, Environment, InstallationSecret, KeyHash, KeyId, Name, Plan,
    Rate, Scope, Timestamp, random_bytes,
};
use ezqr_store::contract::run;
use ezqr_store::{AccountStore as _, ConnectError, Founding, InstallationStore as _, KeyStore as _};

use crate::cql::{self, Raw, connect, new_keyspace, options};

pub(crate) fn founding() -> Founding {
    let account = Account {
        id: AccountId::from_random(random_bytes().unwrap()),
        name: Name::parse("first").unwrap(),
        plan: Plan::Pro,
        status: AccountStatus::Active,
        created_at: Timestamp::from_millis(1_800_000_000_001).unwrap(),
    };
    let key = ApiKey {
        id: KeyId::from_random(random_bytes().unwrap()),
        account: account.id,
        environment: Environment::parse("dev").unwrap(),
        name: Name::parse("key").unwrap(),
        hash: KeyHash::from_bytes(random_bytes().unwrap()),
        scopes: [Scope::CodesRead, Scope::AuditRead].into_iter().collect(),
        rate: Rate::DEFAULT,
        created_at: Timestamp::from_millis(1_800_000_000_002).unwrap(),
        revoked_at: None,
    };
    let secret = InstallationSecret::from_bytes(random_bytes().unwrap());
    Founding { secret, pepper_fingerprint: random_bytes().unwrap(), account, key }
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn a_founding_that_was_cut_off_is_finished_by_the_next_start() {
    let name = new_keyspace("founding");
    let options = options(&name);
    run(async {
        let raw = Raw::connect().await;
        let founding = founding();
        let store = connect(&options).await.unwrap();
        assert!(store.installation().await.unwrap().is_none());
        assert!(store.found(founding.clone()).await.unwrap().founded_now);
        // Before the account, before the key, before it was noted; and not cut off at all.
        let lost: [&[&str]; 4] = [
            &["DELETE FROM accounts", "DELETE FROM api_keys", "UPDATE installation SET is_finished = null"],
            &["DELETE FROM api_keys", "UPDATE installation SET is_finished = null"],
            &["UPDATE installation SET is_finished = null"],
            &[],
        ];
        for statements in lost {
            for statement in statements {
                let key = if statement.starts_with("DELETE") { "installation" } else { "name" };
                let statement = statement.replace("FROM ", &format!("FROM {name}."));
                let statement = statement.replace("UPDATE ", &format!("UPDATE {name}."));
                raw.run(&format!("{statement} WHERE {key} = 'ezqr'")).await;
            }
            let next = connect(&options).await.unwrap();
            let found = next.installation().await.unwrap().unwrap();
            assert!(!found.founded_now);
            assert_eq!(found.secret.as_bytes(), founding.secret.as_bytes());
            assert_eq!(found.pepper_fingerprint, founding.pepper_fingerprint);
            let (accounts, keys) = (next.accounts().await.unwrap(), next.keys().await.unwrap());
            assert_eq!(accounts, from_ref(&founding.account), "{statements:?}");
            assert_eq!(keys, from_ref(&founding.key), "{statements:?}");
        }

        // What became of the first account later is not undone.
        store.set_account_status(founding.account.id, AccountStatus::Suspended).await.unwrap();
        store.revoke_key(founding.key.id, founding.key.created_at).await.unwrap();
        raw.run(&format!("UPDATE {name}.installation SET is_finished = null WHERE name = 'ezqr'")).await;
        store.installation().await.unwrap();
        assert_eq!(store.accounts().await.unwrap()[0].status, AccountStatus::Suspended);
        assert!(store.keys().await.unwrap()[0].revoked_at.is_some());

        // Another keyspace is another installation.
        let another = self::founding();
        let elsewhere = cql::store().await;
        let other = elsewhere.found(another).await.unwrap();
        assert_ne!(other.secret.as_bytes(), founding.secret.as_bytes());
        assert!(!elsewhere.keys().await.unwrap().contains(&founding.key));

        let moved = format!("UPDATE {name}.installation SET data_center = 'mars' WHERE name = 'ezqr'");
        raw.run(&moved).await;
        let refusal = connect(&options).await.unwrap_err();
        assert!(
            matches!(&refusal, ConnectError::OtherDataCenter { installation, .. } if installation == "mars")
        );
        assert!(refusal.to_string().contains("mars") && !refusal.is_temporary(), "{refusal}");
        raw.drop_keyspace(&name).await;
    });
}
