//! What the statements cost: no scan, no sorting, few of them.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ezqr_schema::{Code, SQLITE_MIGRATIONS, Tag, Tags};
use rusqlite::trace::{TraceEvent, TraceEventCodes};
use rusqlite::{Connection, StatementStatus};
use tempfile::TempDir;

use super::{delete, idempotency, reads};
use crate::contract::{Minter, request, run};
use crate::embedded::connection::{open_reader, open_writer};
use crate::embedded::migrate::migrate;
use crate::embedded::writer::Write;
use crate::{Change, EmbeddedOptions, EmbeddedStore, Mint, MintRecord};

fn migrated(directory: &TempDir) -> Connection {
    let mut connection = open_writer(&directory.path().join("scratch.db")).unwrap();
    migrate(&mut connection, SQLITE_MIGRATIONS, Path::new("scratch.db")).unwrap();
    connection
}

/// Every query of this folder.
fn queries() -> [&'static str; 9] {
    [
        &reads::CODE,
        &reads::CODES,
        reads::OWNER,
        reads::ALIAS,
        reads::SEQUENCES,
        reads::PAGES,
        reads::PAGES_BY_TAG,
        idempotency::RECORD,
        delete::STANDING,
    ]
}

#[test]
fn no_read_scans_or_sorts() {
    let directory = TempDir::new().unwrap();
    let connection = migrated(&directory);
    for sql in queries() {
        let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let nulls = vec![rusqlite::types::Null; explain.parameter_count()];
        let parameters = rusqlite::params_from_iter(nulls);
        let plan = explain.query_map(parameters, |row| row.get(3)).unwrap();
        let plan: Vec<String> = plan.map(Result::unwrap).collect();
        assert!(!plan.is_empty());
        for step in plan {
            assert!(step.starts_with("SEARCH"), "{step} in {sql}");
        }
    }
}

#[test]
fn a_prepared_query_is_not_prepared_again() {
    let directory = TempDir::new().unwrap();
    drop(migrated(&directory));
    let connection = open_reader(&directory.path().join("scratch.db")).unwrap();
    for sql in queries() {
        for value in 1..4 {
            let mut select = connection.prepare_cached(sql).unwrap();
            let values = vec![value; select.parameter_count()];
            let mut rows = select.query(rusqlite::params_from_iter(values)).unwrap();
            assert!(rows.next().unwrap().is_none());
            drop(rows);
            assert_eq!(select.get_status(StatementStatus::RePrepare), 0, "{sql}");
            assert_eq!(select.get_status(StatementStatus::Run), value, "it is the same statement");
        }
    }
}

/// How many statements `write` runs.
fn statements(connection: &mut Connection, write: &impl Write) -> usize {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let on_statement = move |event: TraceEvent<'_>| {
        if matches!(event, TraceEvent::Stmt(..)) {
            counted.fetch_add(1, Ordering::Relaxed);
        }
    };
    connection.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(on_statement)).unwrap();
    assert!(write.apply(connection).is_ok());
    count.load(Ordering::Relaxed)
}

#[test]
fn a_write_runs_few_statements() {
    let directory = TempDir::new().unwrap();
    let mut connection = migrated(&directory);
    let store_directory = TempDir::new().unwrap();
    run(async {
        let store = EmbeddedStore::open(store_directory.path(), EmbeddedOptions::default()).unwrap();
        let mut minter = Minter::new(&store).await;
        let mut mint = |count: usize, tags: &Tags| {
            let codes: Vec<Code> =
                (0..count).map(|_| Code { tags: tags.clone(), ..minter.plain() }).collect();
            minter.mint(codes)
        };
        let none = Tags::default();
        let first = mint(100, &none);
        assert_eq!(statements(&mut connection, &first), 2 + 4, "the page twice, and 25 codes a statement");
        assert_eq!(statements(&mut connection, &mint(1, &none)), 1 + 1, "the page and the code");
        assert_eq!(statements(&mut connection, &mint(14, &none)), 1 + 2 + 4, "the page, twice 5 and 4 codes");
        let tags = Tags::new(["a", "b"].map(|text| Tag::parse(text).unwrap())).unwrap();
        assert_eq!(statements(&mut connection, &mint(5, &tags)), 1 + 2 + 1, "a row per tag, not per code");
        let code = Code { version: first.codes[0].version.next(), ..first.codes[0].clone() };
        let named = Mint { record: MintRecord::Made(request("a-name", 1)), ..mint(1, &none) };
        assert_eq!(
            statements(&mut connection, &named),
            2 + 3,
            "as without a name, then the look at the record, the record, the oldest"
        );
        let change = Change { code, expected: first.codes[0].version, page: first.page, sent: None };
        assert_eq!(statements(&mut connection, &change), 2, "the version and the code");
        assert_eq!(statements(&mut connection, &super::LeaseBlock), 2, "the block and the one after it");
    });
}
