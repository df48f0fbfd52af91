//! Records of requests in the embedded store: as lasting as the codes, and no longer than a day.

use std::path::Path;

use ezqr_schema::{Code, IdempotencyKey};
use ezqr_store::contract::{Minter, request, run};
use ezqr_store::{CodeStore as _, EmbeddedStore, IdempotencyRecord, Mint, MintError, MintRecord, ReadError};
use tempfile::TempDir;

use super::{open, raw};

fn lifetime_ms() -> i64 {
    IdempotencyRecord::LIFETIME.as_millis().try_into().unwrap()
}

fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::parse(text).unwrap()
}

/// A mint of `codes` in a request of this name.
fn named(minter: &Minter, text: &str, codes: impl IntoIterator<Item = Code>) -> Mint {
    let mint = minter.mint(codes);
    Mint { record: MintRecord::Made(request(text, mint.codes.len())), ..mint }
}

async fn mint_one(store: &EmbeddedStore, minter: &mut Minter, text: &str) -> Result<Code, MintError> {
    let code = minter.plain();
    store.mint(named(minter, text, [code.clone()])).await?;
    Ok(code)
}

async fn record(store: &EmbeddedStore, minter: &Minter, text: &str) -> Option<IdempotencyRecord> {
    store.idempotency_record(&minter.owner, &key(text)).await.unwrap()
}

fn names(directory: &Path) -> Vec<String> {
    let database = raw(directory);
    let mut select = database.prepare("SELECT key FROM idempotency ORDER BY arrival").unwrap();
    select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[test]
fn a_name_is_free_again_after_a_day() {
    let directory = TempDir::new().unwrap();
    run(async {
        let store = open(directory.path()).unwrap();
        let mut minter = Minter::new(&store).await;
        let first = mint_one(&store, &mut minter, "order").await.unwrap();
        mint_one(&store, &mut minter, "other").await.unwrap();
        minter.tick(lifetime_ms() - 1);
        let refusal = mint_one(&store, &mut minter, "order").await.unwrap_err();
        assert!(matches!(&refusal, MintError::Recorded(found) if found.first == first.sequence));
        minter.tick(1);
        let old = record(&store, &minter, "order").await.unwrap();
        assert_eq!((old.first, old.holds_at(minter.now)), (first.sequence, false), "it may still be there");
        let second = mint_one(&store, &mut minter, "order").await.unwrap();
        let found = record(&store, &minter, "order").await.unwrap();
        assert_eq!((found.first, found.holds_at(minter.now)), (second.sequence, true));
        let refusal = mint_one(&store, &mut minter, "order").await.unwrap_err();
        assert_eq!(refusal, MintError::Recorded(Box::new(found)));
        assert_eq!(names(directory.path()), ["order"], "and once there");
    });
}

#[test]
fn records_of_a_day_are_all_that_is_kept() {
    let directory = TempDir::new().unwrap();
    run(async {
        let store = open(directory.path()).unwrap();
        let mut minter = Minter::new(&store).await;
        for number in 0..10 {
            mint_one(&store, &mut minter, &format!("old-{number}")).await.unwrap();
        }
        minter.tick(lifetime_ms() - 1);
        mint_one(&store, &mut minter, "held").await.unwrap();
        assert_eq!(names(directory.path()).len(), 11, "none is over its time");
        minter.tick(1);
        for number in 0..5 {
            minter.mint_one(&store, |_| {}).await.unwrap();
            mint_one(&store, &mut minter, &format!("new-{number}")).await.unwrap();
            let old = names(directory.path()).iter().filter(|name| name.starts_with("old")).count();
            assert_eq!(old, 10 - 2 * (number + 1), "two go with each that comes");
        }
        let kept = ["held", "new-0", "new-1", "new-2", "new-3", "new-4"];
        assert_eq!(names(directory.path()), kept);
        mint_one(&store, &mut minter, "new-0").await.unwrap_err();
        mint_one(&store, &mut minter, "old-0").await.unwrap();
        assert_eq!(names(directory.path())[..6], kept);
    });
}

#[test]
fn a_record_outlives_a_restart() {
    let directory = TempDir::new().unwrap();
    run(async {
        let store = open(directory.path()).unwrap();
        let mut minter = Minter::new(&store).await;
        let code = mint_one(&store, &mut minter, "order").await.unwrap();
        drop(store);
        let store = open(directory.path()).unwrap();
        let refusal = mint_one(&store, &mut minter, "order").await.unwrap_err();
        assert!(matches!(refusal, MintError::Recorded(found) if found.first == code.sequence));
    });
}

#[test]
fn a_record_and_its_codes_are_there_together_or_not_at_all() {
    let directory = TempDir::new().unwrap();
    run(async {
        let store = open(directory.path()).unwrap();
        let mut minter = Minter::new(&store).await;
        let taken = minter.mint_one(&store, |_| {}).await.unwrap();
        let outcome = store.mint(named(&minter, "without-codes", [taken])).await;
        assert!(matches!(outcome, Err(MintError::Write(_))), "{outcome:?}");
        assert_eq!(record(&store, &minter, "without-codes").await, None);
        let refusing = "CREATE TRIGGER refusing BEFORE INSERT ON idempotency \
                        BEGIN SELECT raise(ABORT, 'as the test wants it'); END";
        raw(directory.path()).execute_batch(refusing).unwrap();
        minter.turn_page();
        let code = minter.plain();
        let outcome = store.mint(named(&minter, "without-record", [code.clone()])).await;
        assert!(matches!(outcome, Err(MintError::Write(_))), "{outcome:?}");
        assert_eq!(store.code(code.sequence).await, Ok(None));
        assert_eq!(store.pages_before(&minter.owner, None, None, 9).await.unwrap().len(), 1);
        raw(directory.path()).execute_batch("DROP TRIGGER refusing").unwrap();
        store.mint(named(&minter, "without-record", [code])).await.unwrap();
    });
}

#[test]
fn a_record_that_ezqr_does_not_write_is_corrupt_and_its_column_named() {
    let impossible = [
        ("request_hash", "x'00'"),
        ("page", "-1"),
        ("opened_ms", "-1"),
        ("first_sequence", "-1"),
        ("created_ms", "9223372036854775807"),
        ("link_base", "65536"),
        ("items", "x'000103'"),
    ];
    let directory = TempDir::new().unwrap();
    run(async {
        let store = open(directory.path()).unwrap();
        let mut minter = Minter::new(&store).await;
        for (column, value) in impossible {
            mint_one(&store, &mut minter, column).await.unwrap();
            let sql = format!("UPDATE idempotency SET {column} = {value} WHERE key = ?");
            assert_eq!(raw(directory.path()).execute(&sql, [column]), Ok(1));
            let read = store.idempotency_record(&minter.owner, &key(column)).await;
            let Err(ReadError::Unreadable(reason)) = read else { panic!("{column} = {value}: {read:?}") };
            assert!(reason.starts_with(&format!("idempotency.{column}: ")), "{reason}");
            let outcome = mint_one(&store, &mut minter, column).await;
            assert!(matches!(outcome, Err(MintError::Write(_))), "{outcome:?}");
        }
    });
}
