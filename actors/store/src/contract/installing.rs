//! An installation is founded once, and keeps what it is founded on.

use std::collections::BTreeMap;

use ezqr_schema::{InstallationSecret, LinkBase, Pepper, random_bytes};
use futures_util::future::join_all;

use super::Fixture;
use super::accounts::{account, key};
use super::minter::unique;
use crate::{AccountStore, Founding, InstallationStore, KeyStore};

/// What an installation is founded on, unlike any other.
pub(crate) fn founding() -> Founding {
    let account = account();
    Founding {
        secret: InstallationSecret::from_bytes(random_bytes().unwrap()),
        pepper_fingerprint: Pepper::from_bytes(random_bytes().unwrap()).fingerprint(),
        key: key(account.id),
        account,
    }
}

/// Two processes that start at once agree on one secret; the founder's account and key alone are there.
pub async fn an_installation_is_founded_once(fixture: &impl Fixture) {
    let (store, another) = (fixture.serve().await, fixture.another().await);
    let was_founded = store.installation().await.unwrap().is_some();
    let foundings: Vec<_> = (0..6).map(|_| founding()).collect();
    let asked = foundings.iter().cloned().enumerate().map(|(index, founding)| {
        if index % 2 == 0 { store.found(founding) } else { another.found(founding) }
    });
    let found: Vec<_> = join_all(asked).await.into_iter().map(Result::unwrap).collect();
    let founders = found.iter().filter(|installation| installation.founded_now).count();
    assert_eq!(founders, usize::from(!was_founded));
    let (accounts, keys) = (store.accounts().await.unwrap(), store.keys().await.unwrap());
    for (founding, installation) in foundings.iter().zip(&found) {
        assert_eq!(accounts.contains(&founding.account), installation.founded_now);
        assert_eq!(keys.contains(&founding.key), installation.founded_now);
        if installation.founded_now {
            assert_eq!(installation.secret.as_bytes(), founding.secret.as_bytes());
            assert_eq!(installation.pepper_fingerprint, founding.pepper_fingerprint);
        }
        assert_eq!(installation.secret.as_bytes(), found[0].secret.as_bytes());
        assert_eq!(installation.pepper_fingerprint, found[0].pepper_fingerprint);
    }
    for (founding, installation) in foundings.into_iter().zip(&found) {
        let again = store.found(founding).await.unwrap();
        assert_eq!(again.founded_now, installation.founded_now, "who lost the answer asks again");
    }
    drop((store, another));
    let later = fixture.serve().await.installation().await.unwrap().unwrap();
    assert_eq!(later.secret.as_bytes(), found[0].secret.as_bytes());
    assert!(!later.founded_now);
}

/// Whoever adopts it, and however often; and no other base gets it.
pub async fn a_link_base_keeps_its_number(fixture: &impl Fixture) {
    let (store, another) = (fixture.serve().await, fixture.another().await);
    let bases: Vec<_> =
        (0..4).map(|_| LinkBase::parse(&format!("https://{}.example", unique())).unwrap()).collect();
    let mut adopted = BTreeMap::new();
    for base in &bases {
        let asked = [store.adopt_link_base(base), another.adopt_link_base(base), store.adopt_link_base(base)];
        for id in join_all(asked).await {
            let holder = adopted.insert(id.unwrap().0, base.clone());
            assert!(holder.is_none_or(|holder| holder == *base));
        }
    }
    assert_eq!(adopted.len(), bases.len());
    drop((store, another));
    let store = fixture.serve().await;
    let listed = store.link_bases().await.unwrap();
    for (id, base) in adopted {
        assert!(listed.iter().any(|(listed, text)| listed.0 == id && *text == base));
        assert_eq!(store.adopt_link_base(&base).await.unwrap().0, id);
    }
}

/// And what it wrote is there to be read then.
pub async fn a_write_of_another_process_is_noticed(fixture: &impl Fixture) {
    let (store, another) = (fixture.serve().await, fixture.another().await);
    for _ in 0..3 {
        store.changed_elsewhere().await.unwrap();
        let account = account();
        another.create_account(&account).await.unwrap();
        assert!(store.changed_elsewhere().await.unwrap().accounts);
        assert!(store.accounts().await.unwrap().contains(&account));
    }
}
