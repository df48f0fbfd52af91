//! What the store for several nodes promises of codes beyond the contract: what it makes of what a crash, a
//! clock or another program left behind.

use ezqr_schema::wire::ListFilter;
use ezqr_schema::{AccountId, Alias, Clock, Code, ExternalId, Name, Version, random_bytes};
use ezqr_store::contract::{Minter, request, run};
use ezqr_store::{
    Change, ChangeError, CodeStore as _, ListBudget, ListRequest, Mint, MintError, MintRecord, PagePosition,
    ReadError, ScyllaStore, list,
};

use crate::cql::{self, Raw};

pub(crate) const SIX_HOURS: i64 = 6 * 3_600 * 1_000;
pub(crate) const DAY: i64 = 24 * 3_600 * 1_000;

/// Runs `test` on a connection of its own and one past the store.
pub(crate) fn on_a_cluster(test: impl AsyncFnOnce(ScyllaStore, Raw)) {
    run(async { test(cql::store().await, Raw::connect().await).await });
}

pub(crate) fn table(name: &str) -> String {
    format!("{}.{name}", cql::keyspace())
}

/// A text no other test uses.
pub(crate) fn unique() -> String {
    format!("{:032x}", u128::from_be_bytes(random_bytes().unwrap()))
}

pub(crate) fn new_alias() -> Alias {
    Alias::parse(&format!("alias-{}", unique())).unwrap()
}

pub(crate) fn batch(minter: &mut Minter, count: usize) -> Vec<Code> {
    (0..count).map(|_| minter.plain()).collect()
}

pub(crate) fn renamed(code: &Code, page: PagePosition) -> Change {
    let name = Some(Name::parse("renamed").unwrap());
    let next = Code { name, version: code.version.next(), ..code.clone() };
    Change { code: next, expected: code.version, page, sent: None }
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn the_largest_batch_is_one_write() {
    on_a_cluster(async |store, _| {
        let mut minter = Minter::new(&store).await;
        let codes: Vec<_> = (0..100).map(|_| minter.full()).collect();
        let bytes: usize = codes.iter().map(|code| code.metadata.as_str().len()).sum();
        assert!(bytes > 400_000, "over every limit of a batch of several partitions");
        store.mint(minter.mint(codes.clone())).await.unwrap();
        let found = store.codes_of_page(minter.page().page, None).await.unwrap();
        assert_eq!(found.into_iter().rev().collect::<Vec<_>>(), codes);
    });
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn a_change_is_lost_behind_a_code_from_the_future() {
    on_a_cluster(async |store, raw| {
        let mut minter = Minter::new(&store).await;
        let (past, now) = (minter.mint_one(&store, |_| {}).await.unwrap(), minter.now);
        // As a clock that is far ahead would have it, which the rule of clocks keeps from minting.
        let future = minter.mint_one(&store, |_| {}).await.unwrap();
        let written_at = (now.as_millis() + DAY - 60_000) * 1_000;
        raw.run(&format!(
            "UPDATE {} USING TIMESTAMP {written_at} SET content = 'content', version = {} \
             WHERE page = {} AND sequence = {}",
            table("codes"),
            future.version.get(),
            minter.page().page.get(),
            future.sequence.get()
        ))
        .await;
        for (code, is_changed) in [(past, true), (future, false)] {
            store.change(renamed(&code, minter.page())).await.unwrap();
            let found = store.code(code.sequence).await.unwrap().unwrap().code;
            assert_eq!(found.version > code.version, is_changed, "the server says that both are");
        }
        let page = minter.page().page.get();
        let codes = table("codes");
        let written = raw.rows(&format!("SELECT writetime(content) FROM {codes} WHERE page = {page}")).await;
        let written: Vec<(i64,)> = written.rows().unwrap().map(Result::unwrap).collect();
        let back_dated = |milliseconds: i64| ((now.as_millis() + milliseconds - 60_000) * 1_000,);
        assert_eq!(written, [back_dated(DAY), back_dated(0)]);
    });
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn an_alias_whose_code_never_came_is_given_to_another() {
    on_a_cluster(async |store, raw| {
        let mut minter = Minter::new(&store).await;
        let stranger = AccountId::from_random(random_bytes().unwrap());
        let own = minter.owner.account;
        let claim = async |alias: &Alias, code: &Code, account: AccountId, minutes: i64| {
            let claimed_at = Clock::system().now().as_millis() - minutes * 60_000;
            raw.run(&format!(
                "UPDATE {} SET sequence = {}, account_id = {account}, claimed_at = {claimed_at} \
                 WHERE alias = '{}' IF sequence != -1",
                table("aliases"),
                code.sequence.get(),
                alias.as_str()
            ))
            .await;
        };
        for (account, minutes, is_minted, is_given) in [
            (stranger, 61, false, true),
            (stranger, 59, false, false),
            (stranger, 61, true, false),
            (own, 3, false, true),
            (own, 1, false, false),
            (own, 3, true, false),
        ] {
            let alias = new_alias();
            let first = minter.mint_one(&store, |code| code.alias = Some(alias.clone())).await.unwrap();
            let holder = if is_minted { first } else { minter.plain() };
            claim(&alias, &holder, account, minutes).await;
            let second = minter.mint_one(&store, |code| code.alias = Some(alias.clone())).await;
            let has_it = match second {
                Ok(second) => second.sequence,
                Err(error) => {
                    assert_eq!(error, MintError::AliasTaken);
                    holder.sequence
                }
            };
            assert_eq!(has_it != holder.sequence, is_given, "after {minutes} minutes");
            assert_eq!(store.sequence_of_alias(&alias).await, Ok(Some(has_it)));
        }
        // The same request an hour later: it renews its claim before it writes.
        let alias = new_alias();
        let code = Code { alias: Some(alias.clone()), ..minter.plain() };
        store.mint(minter.mint([code.clone()])).await.unwrap();
        claim(&alias, &code, own, 300).await;
        store.mint(minter.mint([code])).await.unwrap();
        let aliases = table("aliases");
        let claimed =
            raw.rows(&format!("SELECT claimed_at FROM {aliases} WHERE alias = '{}'", alias.as_str())).await;
        let (claimed,): (scylla::value::CqlTimestamp,) = claimed.first_row().unwrap();
        assert!(claimed.0 > Clock::system().now().as_millis() - 60_000);
    });
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn an_idle_process_lists_what_it_mints_now_before_what_others_minted_earlier() {
    on_a_cluster(async |store, _| {
        // Its numbers are the lower ones.
        let mut idle = Minter::new(&store).await;
        let mut busy = Minter::new(&store).await;
        busy.owner = idle.owner.clone();
        let reference = ExternalId::parse(&unique()).unwrap();
        let mut newest_first = Vec::new();
        idle.tick(-3_000);
        busy.tick(-4_000);
        for minter in [&mut busy, &mut idle] {
            for _ in 0..3 {
                minter.tick(1);
                minter.turn_page();
                let code = minter.mint_one(&store, |code| code.external_id = Some(reference.clone())).await;
                newest_first.insert(0, code.unwrap());
            }
        }
        // A hint to a code that never came.
        let gone = idle.plain();
        let labelled = Code { external_id: Some(reference.clone()), ..gone };
        let mint = Mint { records_page: false, ..idle.mint(vec![labelled; 129]) };
        assert!(store.mint(mint).await.is_err(), "more codes than a page holds");
        let filter = ListFilter { external_id: Some(reference), ..ListFilter::default() };
        let limit = ezqr_schema::wire::parse_list_query("limit=2").unwrap().limit;
        let budget = ListBudget::default();
        let mut request = ListRequest { owner: idle.owner.clone(), filter, after: None, limit, budget };
        let mut listed = Vec::new();
        loop {
            let answer = list(&store, &request, &Clock::system()).await.unwrap();
            listed.extend(answer.codes);
            let Some(next) = answer.next else { break };
            request.after = Some(next);
        }
        assert_eq!(listed, newest_first);
    });
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn a_version_that_was_confirmed_is_changed_by_who_reads_it_and_kept() {
    on_a_cluster(async |store, _| {
        let mut minter = Minter::new(&store).await;
        let mut code = minter.mint_one(&store, |_| {}).await.unwrap();
        let page = minter.page();
        for _ in 0..3 {
            for _ in 0..2 {
                store.confirm(code.sequence, code.version).await.unwrap();
                assert_eq!(store.code(code.sequence).await.unwrap().unwrap().code, code, "nothing changes");
            }
            let change = renamed(&code, page);
            code = change.code.clone();
            store.change(change).await.unwrap();
            assert_eq!(store.code(code.sequence).await.unwrap().unwrap().code, code);
        }
        let stale = store.confirm(code.sequence, Version::FIRST).await;
        assert_eq!(stale, Err(ChangeError::VersionMismatch { found: code.version }));
        assert_eq!(store.confirm(minter.plain().sequence, Version::FIRST).await, Err(ChangeError::Missing));
    });
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn a_name_over_its_time_is_free() {
    on_a_cluster(async |store, raw| {
        let mut minter = Minter::new(&store).await;
        let named = MintRecord::Made(request(&unique(), 1));
        let MintRecord::Made(request) = &named else { unreachable!() };
        minter.tick(-DAY);
        for _ in 0..2 {
            let code = minter.plain();
            let mint = Mint { record: named.clone(), ..minter.mint([code.clone()]) };
            store.mint(mint).await.unwrap();
            let found = store.idempotency_record(&minter.owner, &request.key).await.unwrap().unwrap();
            assert_eq!(found.first, code.sequence);
            minter.tick(DAY);
        }
        let idempotency = table("idempotency");
        let (account, environment) = (minter.owner.account, minter.owner.environment.as_str());
        let left = raw
            .rows(&format!(
                "SELECT ttl(hash) FROM {idempotency} WHERE account_id = {account} \
                 AND environment = '{environment}' AND key = '{}'",
                request.key.as_str()
            ))
            .await;
        let (left,): (i32,) = left.first_row().unwrap();
        assert!((86_000..=86_400).contains(&left), "{left}");
    });
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn what_is_left_of_a_page_is_no_code() {
    on_a_cluster(async |store, raw| {
        let mut minter = Minter::new(&store).await;
        let gone = minter.mint_one(&store, |_| {}).await.unwrap();
        let (page, codes) = (minter.page().page, table("codes"));
        let number = gone.sequence.get();
        raw.run(&format!("DELETE FROM {codes} WHERE page = {} AND sequence = {number}", page.get())).await;
        let left = raw.rows(&format!("SELECT sequence FROM {codes} WHERE page = {}", page.get())).await;
        assert_eq!(left.first_row::<(Option<i64>,)>().unwrap(), (None,), "a row of static columns");
        assert_eq!(store.code(gone.sequence).await, Ok(None));
        assert_eq!(store.codes_of_page(page, None).await, Ok(Vec::new()));
        let next = minter.mint_one(&store, |_| {}).await.unwrap();
        assert_eq!(store.codes_of_page(page, None).await, Ok(vec![next]));
    });
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn a_value_ezqr_does_not_write_is_reported() {
    on_a_cluster(async |store, raw| {
        let mut minter = Minter::new(&store).await;
        let codes = table("codes");
        let wrong = [
            ("content_type", "10"),
            ("content_type", "-1"),
            ("content", "''"),
            ("content", "null"),
            ("id", "123e4567-e89b-42d3-a456-426614174000"),
            ("target_url", "'no where'"),
            ("link_base", "65536"),
            ("link_base", "null"),
            ("metadata", "'['"),
            ("error_correction", "4"),
            ("status", "3"),
            ("status", "null"),
            ("expires_at", "-1"),
            ("updated_at", "-1"),
            ("version", "0"),
            ("version", "null"),
        ];
        for (column, value) in wrong {
            minter.turn_page();
            let code = minter.mint_one(&store, |_| {}).await.unwrap();
            let (page, number) = (minter.page().page, code.sequence.get());
            raw.run(&format!(
                "UPDATE {codes} SET {column} = {value} WHERE page = {} AND sequence = {number}",
                page.get()
            ))
            .await;
            let found = store.code(code.sequence).await.map(drop);
            let Err(ReadError::Unreadable(text)) = found else { panic!("{column} = {value}: {found:?}") };
            assert!(text.starts_with(&format!("codes.{column}: ")), "{text}");
            assert_eq!(store.codes_of_page(page, None).await, Ok(Vec::new()), "{column} = {value}");
        }
        for (column, value) in [("account_id", "null"), ("environment", "null"), ("opened_at", "null")] {
            minter.turn_page();
            let code = minter.mint_one(&store, |_| {}).await.unwrap();
            let page = minter.page().page.get();
            raw.run(&format!("UPDATE {codes} SET {column} = {value} WHERE page = {page}")).await;
            let found = store.code(code.sequence).await;
            assert!(matches!(found, Err(ReadError::Unreadable(_))), "{column}: {found:?}");
        }
    });
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn what_could_not_come_in_any_more_is_served_as_it_is_stored() {
    on_a_cluster(async |store, raw| {
        let mut minter = Minter::new(&store).await;
        let codes = table("codes");
        let old = [
            ("target_url", "'gopher://old.example/a|b'"),
            ("alias", "'admin'"),
            ("name", "''"),
            ("tags", "{'', 'a'}"),
            ("external_id", "''"),
            ("metadata", "'{\"a\":1.10,\"b\":[1E400]}'"),
        ];
        let code = minter.mint_one(&store, |_| {}).await.unwrap();
        let (page, number) = (minter.page().page, code.sequence.get());
        let place = format!("WHERE page = {} AND sequence = {number}", page.get());
        for (column, value) in old {
            raw.run(&format!("UPDATE {codes} SET {column} = {value} {place}")).await;
        }
        let read = store.code(code.sequence).await.unwrap().unwrap().code;
        assert_eq!(store.codes_of_page(page, None).await, Ok(vec![read.clone()]));
        assert_eq!(read.target_url.unwrap().as_str(), "gopher://old.example/a|b");
        assert_eq!(read.alias.unwrap().as_str(), "admin");
        assert_eq!((read.name.unwrap().as_str(), read.external_id.unwrap().as_str()), ("", ""));
        assert_eq!(read.tags.iter().map(ezqr_schema::Tag::as_str).collect::<Vec<_>>(), ["", "a"]);
        assert_eq!(read.metadata.as_str(), r#"{"a":1.10,"b":[1E400]}"#);
    });
}
