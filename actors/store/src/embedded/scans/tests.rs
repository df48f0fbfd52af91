//! What the statements cost, what the files hold, and what happens when they cannot be written.

use std::path::Path;

use ezqr_schema::SQLITE_SCANS_MIGRATIONS;
use ezqr_schema::scan::{Day, Epoch, EpochId, Tally, VisitorSalt};
use ezqr_schema::{Clock, Sequence, random_bytes};
use futures_util::future::join3;
use rusqlite::Connection;
use tempfile::TempDir;

use super::{forget, reads};
use crate::contract::run;
use crate::embedded::connection::open_writer;
use crate::embedded::migrate::migrate;
use crate::{EmbeddedOptions, EmbeddedStore, NotWritten, ReadError, ScanStore as _, WindowRow, WriteError};

fn plan(connection: &Connection, sql: &str) -> Vec<String> {
    let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let nulls = vec![rusqlite::types::Null; explain.parameter_count()];
    let plan = explain.query_map(rusqlite::params_from_iter(nulls), |row| row.get(3)).unwrap();
    plan.map(Result::unwrap).collect()
}

fn open(directory: &TempDir) -> EmbeddedStore {
    EmbeddedStore::open(directory.path(), EmbeddedOptions::default()).unwrap()
}

/// The file, as no ezqr opens it.
fn raw(directory: &TempDir) -> Connection {
    Connection::open(directory.path().join("scans.db")).unwrap()
}

fn day() -> Day {
    Day::new(20_588).unwrap()
}

fn row(number: u64) -> WindowRow {
    let epoch = Epoch { id: EpochId::from_random(random_bytes().unwrap()), window: day().window(3) };
    WindowRow { sequence: Sequence::new(number).unwrap(), epoch, tally: Tally::default() }
}

#[test]
fn a_read_is_one_range_and_sorts_nothing() {
    let directory = TempDir::new().unwrap();
    let mut connection = open_writer(&directory.path().join("scratch.db")).unwrap();
    migrate(&mut connection, SQLITE_SCANS_MIGRATIONS, Path::new("scratch.db")).unwrap();
    let ranges = [
        (reads::WINDOWS, "(day=? AND sequence>? AND sequence<?)"),
        (reads::DAYS, "(month=? AND sequence>? AND sequence<?)"),
        (reads::UNIQUES, "(month=? AND sequence>? AND sequence<?)"),
        (reads::MONTHS, "(sequence>? AND sequence<?)"),
        (reads::DUE, "(day=?)"),
    ];
    for (sql, range) in ranges {
        let plan = plan(&connection, sql);
        assert!(plan.len() == 1 && plan[0].ends_with(&format!("USING PRIMARY KEY {range}")), "{plan:?}");
    }
    let slices = [
        (forget::FORGET_WINDOWS, "(day<?)"),
        (forget::FORGET_DUE, "(day<?)"),
        (forget::FORGET_DAYS, "(month<?)"),
        (forget::FORGET_UNIQUES, "(month<?)"),
    ];
    for (sql, range) in slices {
        let plan = plan(&connection, sql);
        assert!(plan.iter().all(|step| !step.starts_with("SCAN")), "{plan:?}");
        assert!(plan.iter().any(|step| step.ends_with(&format!("USING PRIMARY KEY {range}"))), "{plan:?}");
    }
}

/// Every file of the directory that holds `bytes`.
fn files_with(directory: &Path, bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let content = std::fs::read(&path).unwrap();
        if content.windows(bytes.len()).any(|window| window == bytes) {
            found.push(path.file_name().unwrap().to_str().unwrap().to_owned());
        }
    }
    found
}

#[test]
fn an_erased_salt_is_in_no_file() {
    let directory = TempDir::new().unwrap();
    run(async {
        let store = open(&directory);
        let today = Day::of(Clock::system().now());
        let offers: Vec<VisitorSalt> =
            (0..600).map(|_| VisitorSalt::from_bytes(random_bytes().unwrap())).collect();
        // More than a page holds, so that pages are freed too.
        for (offered, days) in offers.iter().zip(0..) {
            store.visitor_salt(today.saturating_sub(days), offered).await.unwrap();
        }
        store.write_windows(&[row(1)]).await.unwrap();
        assert!(!files_with(directory.path(), offers[1].as_bytes()).is_empty(), "the search finds them");
        let another = EmbeddedStore::attach(directory.path()).unwrap();
        store.erase_salts(today).await.unwrap();
        for offered in &offers[1..] {
            assert_eq!(files_with(directory.path(), offered.as_bytes()), [""; 0]);
        }
        assert_eq!(another.visitor_salt(today, &offers[1]).await, Ok(offers[0].clone()));
    });
}

#[test]
fn erasing_fails_while_the_log_is_read_and_succeeds_afterwards() {
    let directory = TempDir::new().unwrap();
    run(async {
        let store = open(&directory);
        let offered = VisitorSalt::from_bytes(random_bytes().unwrap());
        store.visitor_salt(day(), &offered).await.unwrap();
        let reader = raw(&directory);
        reader.execute_batch("BEGIN; SELECT * FROM visitor_salts").unwrap();
        reader.query_row("SELECT salt FROM visitor_salts", [], |_| Ok(())).unwrap();
        let erased = store.erase_salts(day().saturating_add(1)).await;
        assert!(matches!(erased, Err(WriteError::Unavailable(_))), "{erased:?}");
        reader.execute_batch("COMMIT").unwrap();
        store.erase_salts(day().saturating_add(1)).await.unwrap();
        assert_eq!(files_with(directory.path(), offered.as_bytes()), [""; 0]);
    });
}

#[test]
fn rows_of_a_call_that_fails_are_all_named_and_other_calls_are_written() {
    let directory = TempDir::new().unwrap();
    run(async {
        let store = open(&directory);
        raw(&directory)
            .execute_batch(
                "CREATE TRIGGER refusal BEFORE INSERT ON scan_windows WHEN NEW.sequence = 13
                 BEGIN SELECT RAISE(ABORT, 'as the test wants it'); END",
            )
            .unwrap();
        let [before, with, after] = [vec![row(1), row(2)], vec![row(11), row(13), row(12)], vec![row(3)]];
        let (first, second, third) =
            join3(store.write_windows(&before), store.write_windows(&with), store.write_windows(&after))
                .await;
        assert_eq!((first, third), (Ok(()), Ok(())));
        let Err(NotWritten { rows, cause }) = second else { panic!("{second:?}") };
        assert_eq!(rows, [0, 1, 2]);
        assert!(matches!(cause, WriteError::Unavailable(_)), "{cause:?}");
        let written = store.windows(before[0].sequence.page(), day(), None).await.unwrap();
        assert_eq!(written, [before, after].concat());
    });
}

#[test]
fn a_row_whose_cells_do_not_add_up_is_corrupt_and_named() {
    let directory = TempDir::new().unwrap();
    run(async {
        let store = open(&directory);
        for (column, value) in [("hits", "1"), ("hits", "-1"), ("tally", "x'00'"), ("tally", "x'01'")] {
            let row = row(5);
            store.write_windows(std::slice::from_ref(&row)).await.unwrap();
            raw(&directory).execute(&format!("UPDATE scan_windows SET {column} = {value}"), []).unwrap();
            let read = store.windows(row.sequence.page(), day(), None).await;
            let Err(ReadError::Unreadable(reason)) = read else { panic!("{column} = {value}: {read:?}") };
            assert!(reason.starts_with(&format!("scan_windows.{column}: ")), "{reason}");
            raw(&directory).execute("DELETE FROM scan_windows", []).unwrap();
        }
    });
}
