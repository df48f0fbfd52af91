//! One salt a day for all, and none afterwards.

use ezqr_schema::scan::{Day, VisitorSalt};
use ezqr_schema::{Clock, random_bytes};
use futures_util::future::join_all;

use crate::ScanStore;
use crate::contract::Fixture;

fn today() -> Day {
    Day::of(Clock::system().now())
}

fn new_salt() -> VisitorSalt {
    VisitorSalt::from_bytes(random_bytes().unwrap())
}

/// In whichever process they ask, and after a restart too.
pub async fn many_who_ask_at_once_get_one_salt(fixture: &impl Fixture<Store: ScanStore>) {
    let (store, another) = (fixture.serve().await, fixture.another().await);
    // No rule erases from today on.
    let day = today().saturating_add(1);
    let offers: Vec<_> = (0..12).map(|_| new_salt()).collect();
    let asked = offers.iter().enumerate().map(|(number, offered)| {
        if number % 2 == 0 { store.visitor_salt(day, offered) } else { another.visitor_salt(day, offered) }
    });
    let answers = join_all(asked).await;
    let one = answers[0].clone().unwrap();
    assert!(offers.contains(&one));
    assert!(answers.into_iter().all(|answer| answer == Ok(one.clone())));
    let other_day = store.visitor_salt(day.saturating_add(1), &offers[0]).await;
    assert_eq!(other_day, Ok(offers[0].clone()), "each day has its own");
    drop((store, another));
    assert_eq!(fixture.serve().await.visitor_salt(day, &new_salt()).await, Ok(one), "it stays");
}

/// Erasing again is harmless.
pub async fn an_erased_salt_is_gone_and_later_ones_stay(fixture: &impl Fixture<Store: ScanStore>) {
    let store = fixture.serve().await;
    let days = [2, 1, 0].map(|days| today().saturating_sub(days));
    let offers = days.map(|_| new_salt());
    for (day, offered) in days.into_iter().zip(&offers) {
        assert_eq!(store.visitor_salt(day, offered).await.as_ref(), Ok(offered));
    }
    for _ in 0..2 {
        assert_eq!(store.erase_salts(today()).await, Ok(()));
    }
    assert_eq!(store.visitor_salt(days[2], &new_salt()).await.as_ref(), Ok(&offers[2]), "today's stays");
    for day in &days[..2] {
        let offered = new_salt();
        assert_eq!(store.visitor_salt(*day, &offered).await, Ok(offered), "nobody knows the old one");
    }
}
