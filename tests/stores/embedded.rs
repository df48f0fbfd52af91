//! What the embedded store promises beyond the contract.

mod belonging;
mod idempotency;
mod installed;
mod restores;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use ezqr_schema::{Alias, Code};
use ezqr_store::contract::accounts::account;
use ezqr_store::contract::{Minter, run};
use ezqr_store::{
    AccountStore as _, Changes, CodeStore as _, EmbeddedOptions, EmbeddedStore, InstallationStore as _,
    KeyStore as _, MintError, OpenError, ReadError, Taken, WriteError,
};
use rusqlite::Connection;
use tempfile::TempDir;

fn open(directory: &Path) -> Result<EmbeddedStore, OpenError> {
    EmbeddedStore::open(directory, EmbeddedOptions::default())
}

/// The database, as no ezqr opens it.
fn raw(directory: &Path) -> Connection {
    Connection::open(directory.join("ezqr.db")).unwrap()
}

fn all(changed: bool) -> Changes {
    Changes { accounts: changed, codes: changed }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_directory_is_made_for_its_owner_alone() {
    let parent = TempDir::new().unwrap();
    let directory = parent.path().join("some/where");
    let _store = open(&directory).unwrap();
    assert_eq!(mode(&directory), 0o700);
}

#[test]
fn databases_are_the_owners_alone_with_their_logs_also_in_a_directory_that_others_may_enter() {
    let directory = TempDir::new().unwrap();
    let permissions = |mode| fs::Permissions::from_mode(mode);
    fs::set_permissions(directory.path(), permissions(0o755)).unwrap();
    let files =
        || ["ezqr.db", "scans.db"].map(|name| ["", "-wal", "-shm"].map(|ending| format!("{name}{ending}")));
    for _ in 0..2 {
        let store = open(directory.path()).unwrap();
        for name in files().as_flattened() {
            assert_eq!(mode(&directory.path().join(name)), 0o600, "{name}");
        }
        drop(store);
        // As an earlier program made them.
        fs::set_permissions(directory.path().join("ezqr.db"), permissions(0o644)).unwrap();
        fs::set_permissions(directory.path().join("scans.db"), permissions(0o664)).unwrap();
    }
}

#[test]
fn a_clean_end_leaves_everything_in_the_databases_themselves() {
    let directory = TempDir::new().unwrap();
    let copy = TempDir::new().unwrap();
    let (store, code) = run(async {
        let store = open(directory.path()).unwrap();
        let mut minter = Minter::new(&store).await;
        let code = minter.mint_one(&store, |_| {}).await.unwrap();
        // A reader that is kept.
        assert!(store.code(code.sequence).await.unwrap().is_some());
        (store, code)
    });
    drop(store);
    for name in ["ezqr.db", "scans.db"] {
        let log = fs::metadata(directory.path().join(format!("{name}-wal")));
        assert!(log.is_err() || log.is_ok_and(|log| log.len() == 0), "{name} has a log");
        fs::copy(directory.path().join(name), copy.path().join(name)).unwrap();
    }
    let copied = open(copy.path()).unwrap();
    assert_eq!(run(async { copied.code(code.sequence).await }).unwrap().unwrap().code, code);
}

#[test]
fn emptying_logs_works_beside_others_and_tells_what_it_cannot() {
    let directory = TempDir::new().unwrap();
    run(async {
        let store = open(directory.path()).unwrap();
        let another = EmbeddedStore::attach(directory.path()).unwrap();
        Minter::new(&store).await.mint_one(&store, |_| {}).await.unwrap();
        assert_eq!(store.empty_logs().await, Vec::<String>::new());
        for name in ["ezqr.db-wal", "scans.db-wal"] {
            assert_eq!(fs::metadata(directory.path().join(name)).unwrap().len(), 0);
        }
        assert_eq!(another.changed_elsewhere().await, Ok(all(true)), "it goes on");
        Minter::new(&store).await.mint_one(&store, |_| {}).await.unwrap();
        let reader = raw(directory.path());
        reader.execute_batch("BEGIN; SELECT * FROM pages").unwrap();
        reader.query_row("SELECT count(*) FROM pages", [], |_| Ok(())).unwrap();
        Minter::new(&store).await.mint_one(&store, |_| {}).await.unwrap();
        let failed = store.empty_logs().await;
        assert!(failed.len() == 1 && failed[0].contains("/ezqr.db: somebody reads it"), "{failed:?}");
    });
}

#[test]
fn who_waits_for_a_change_of_accounts_is_told_when_the_server_has_read_it() {
    let directory = TempDir::new().unwrap();
    let patience = std::time::Duration::from_millis(100);
    run(async {
        let store = open(directory.path()).unwrap();
        let another = EmbeddedStore::attach(directory.path()).unwrap();
        assert_eq!(another.until_served(patience).await, Ok(Taken::InEffect), "nothing was written");
        another.create_account(&account()).await.unwrap();
        assert_eq!(another.until_served(patience).await, Ok(Taken::NotYet));
        let changes = store.account_changes().unwrap();
        another.create_account(&account()).await.unwrap();
        store.note_served(changes).await.unwrap();
        assert_eq!(another.until_served(patience).await, Ok(Taken::NotYet), "that was the one before");
        store.note_served(store.account_changes().unwrap()).await.unwrap();
        assert_eq!(another.until_served(patience).await, Ok(Taken::InEffect));
        another.create_account(&account()).await.unwrap();
        drop(store);
        assert_eq!(another.until_served(patience).await, Ok(Taken::NobodyServes));
    });
}

#[test]
fn a_second_server_is_refused_until_the_first_is_gone() {
    let directory = TempDir::new().unwrap();
    let first = open(directory.path()).unwrap();
    let clone = first.clone();
    drop(first);
    let refusal = open(directory.path()).unwrap_err();
    assert!(matches!(&refusal, OpenError::Locked { directory: named } if named == directory.path()));
    assert!(refusal.to_string().contains(directory.path().to_str().unwrap()), "{refusal}");
    drop(clone);
    assert!(open(directory.path()).unwrap().is_healthy());
}

#[test]
fn a_database_of_a_newer_program_is_refused_and_left_alone() {
    let directory = TempDir::new().unwrap();
    drop(open(directory.path()).unwrap());
    raw(directory.path()).pragma_update(None, "user_version", 4_471).unwrap();
    for refusal in [open(directory.path()).unwrap_err(), EmbeddedStore::attach(directory.path()).unwrap_err()]
    {
        assert!(matches!(refusal, OpenError::NewerSchema { found: 4_471, .. }), "{refusal:?}");
    }
    let version: u32 =
        raw(directory.path()).pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 4_471);
}

#[test]
fn nothing_is_attached_to_where_no_server_ever_was() {
    let directory = TempDir::new().unwrap();
    let refusal = EmbeddedStore::attach(directory.path()).unwrap_err();
    assert!(matches!(refusal, OpenError::Missing { .. }), "{refusal:?}");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0, "and nothing is made there");
    fs::write(directory.path().join("ezqr.db"), "").unwrap();
    assert!(matches!(EmbeddedStore::attach(directory.path()).unwrap_err(), OpenError::Missing { .. }));
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("ezqr.db"), "x".repeat(10_000)).unwrap();
    let refusal = open(directory.path()).unwrap_err();
    assert!(matches!(refusal, OpenError::Database { .. }));
    assert!(refusal.to_string().contains("/ezqr.db"), "{refusal}");
    assert!(refusal.to_string().contains("remove its -wal and -shm first"), "{refusal}");
    fs::remove_file(directory.path().join("ezqr.db")).unwrap();
    drop(open(directory.path()).unwrap());
    fs::write(directory.path().join("scans.db"), "x".repeat(10_000)).unwrap();
    let refusal = open(directory.path()).unwrap_err();
    assert!(refusal.to_string().contains("/scans.db"), "{refusal}");
    fs::remove_file(directory.path().join("scans.db")).unwrap();
    let file = directory.path().join("ezqr.db");
    assert!(matches!(open(&file).unwrap_err(), OpenError::Inaccessible { .. }));
}

#[test]
fn own_writes_are_not_taken_for_those_of_another_process() {
    let directory = TempDir::new().unwrap();
    run(async {
        let store = open(directory.path()).unwrap();
        let another = EmbeddedStore::attach(directory.path()).unwrap();
        let mut minter = Minter::new(&store).await;
        assert_eq!(store.changed_elsewhere().await, Ok(all(false)));
        minter.mint_one(&store, |_| {}).await.unwrap();
        store.accounts().await.unwrap();
        assert_eq!(store.changed_elsewhere().await, Ok(all(false)));
        assert_eq!(another.changed_elsewhere().await, Ok(all(true)));
        assert_eq!(another.changed_elsewhere().await, Ok(all(false)), "it is told once");
        minter.mint_one(&another, |_| {}).await.unwrap();
        assert_eq!(store.clone().changed_elsewhere().await, Ok(all(true)), "clones are one process");
        assert_eq!(store.changed_elsewhere().await, Ok(all(false)));
    });
}

#[test]
fn a_number_is_never_written_over() {
    let directory = TempDir::new().unwrap();
    run(async {
        let store = open(directory.path()).unwrap();
        let mut minter = Minter::new(&store).await;
        let first = minter.mint_one(&store, |_| {}).await.unwrap();
        let alias = Alias::parse("an-alias").unwrap();
        let again = Code { alias: Some(alias.clone()), ..first.clone() };
        let other = minter.plain();
        let outcome = store.mint(minter.mint([other, again])).await;
        assert!(matches!(outcome, Err(MintError::Write(WriteError::Unavailable(_)))), "{outcome:?}");
        assert_eq!(store.codes_of_page(minter.page().page, None).await, Ok(vec![first]));
        assert_eq!(store.sequence_of_alias(&alias).await, Ok(None));
    });
}

#[test]
fn a_page_takes_codes_of_its_owner_alone() {
    let directory = TempDir::new().unwrap();
    run(async {
        let store = open(directory.path()).unwrap();
        let mut minter = Minter::new(&store).await;
        minter.mint_one(&store, |_| {}).await.unwrap();
        let stranger = Minter::new(&store).await.owner;
        let code = Code { owner: stranger.clone(), ..minter.plain() };
        let mut mint = minter.mint([code.clone()]);
        mint.owner = stranger;
        let outcome = store.mint(mint).await;
        assert!(matches!(outcome, Err(MintError::Write(WriteError::Unavailable(_)))), "{outcome:?}");
        minter.turn_page();
        let of_new_page = minter.plain();
        let mut unrecorded = minter.mint([of_new_page]);
        unrecorded.records_page = false;
        assert!(store.mint(unrecorded).await.is_err(), "a page that was never opened");
        assert_eq!(store.code(code.sequence).await, Ok(None));
    });
}

#[test]
fn a_row_with_a_value_that_ezqr_does_not_write_is_unreadable_and_its_column_named() {
    let impossible = [
        ("codes", "id", "x'00'"),
        ("codes", "id", "zeroblob(16)"),
        ("codes", "content_type", "99"),
        ("codes", "content_type", "-1"),
        ("codes", "content", "''"),
        ("codes", "target_url", "'https://a.example/' || char(10)"),
        ("codes", "link_base", "65536"),
        ("codes", "tags", "'{'"),
        ("codes", "tags", "'[1]'"),
        ("codes", "metadata", "'[]'"),
        ("codes", "metadata", "'{\"a\":}'"),
        ("codes", "error_correction", "4"),
        ("codes", "status", "3"),
        ("codes", "expires_ms", "-1"),
        ("codes", "updated_ms", "9223372036854775807"),
        ("codes", "version", "0"),
        ("pages", "account_id", "x'00'"),
        ("pages", "opened_ms", "-1"),
    ];
    let directory = TempDir::new().unwrap();
    run(async {
        let store = open(directory.path()).unwrap();
        let mut minter = Minter::new(&store).await;
        for (table, column, value) in impossible {
            minter.turn_page();
            let code = minter.mint_one(&store, |_| {}).await.unwrap();
            let key = if table == "codes" { "sequence" } else { "page << 7" };
            let sql = format!("UPDATE {table} SET {column} = {value} WHERE {key} = ?");
            let changed = raw(directory.path()).execute(&sql, [i64::try_from(code.sequence.get()).unwrap()]);
            assert_eq!(changed, Ok(1));
            let read = store.code(code.sequence).await;
            let Err(ReadError::Unreadable(reason)) = read else { panic!("{column} = {value}: {read:?}") };
            assert!(reason.starts_with(&format!("{table}.{column}: ")), "{reason}");
        }
    });
}

#[test]
fn what_could_not_come_in_any_more_is_served_as_it_is_stored() {
    let tags = r#"["", "a"]"#;
    let long = "é".repeat(400);
    let metadata =
        format!("{{{}}}", (0..99).map(|key| format!("\"{key}\":1E400")).collect::<Vec<_>>().join(","));
    let directory = TempDir::new().unwrap();
    run(async {
        let store = open(directory.path()).unwrap();
        let mut minter = Minter::new(&store).await;
        let code = minter.mint_one(&store, |_| {}).await.unwrap();
        let sequence = i64::try_from(code.sequence.get()).unwrap();
        let database = raw(directory.path());
        let sql = "UPDATE codes SET target_url = 'gopher://old.example/a|b', alias = 'admin', name = ?1, \
             external_id = ?1, tags = ?2, metadata = ?3 WHERE sequence = ?4";
        assert_eq!(database.execute(sql, rusqlite::params![long, tags, metadata, sequence]), Ok(1));
        let sql = "UPDATE pages SET environment = 'Production' WHERE page = ? >> 7";
        assert_eq!(database.execute(sql, [sequence]), Ok(1));
        let read = store.code(code.sequence).await.unwrap().unwrap().code;
        assert_eq!(store.codes_of_page(minter.page().page, None).await, Ok(vec![read.clone()]));
        assert_eq!(read.target_url.unwrap().as_str(), "gopher://old.example/a|b");
        assert_eq!(read.alias.unwrap().as_str(), "admin");
        assert_eq!(read.name.unwrap().as_str(), long);
        assert_eq!(read.external_id.unwrap().as_str(), long);
        assert_eq!(read.tags.iter().map(ezqr_schema::Tag::as_str).collect::<Vec<_>>(), ["", "a"]);
        assert_eq!(read.metadata.as_str(), metadata);
        assert_eq!(read.owner.environment.as_str(), "Production");
    });
}

#[test]
fn accounts_keys_and_link_bases_are_taken_as_they_are_stored() {
    let directory = TempDir::new().unwrap();
    run(async {
        let store = open(directory.path()).unwrap();
        let database = raw(directory.path());
        let long = "n".repeat(300);
        let id = [7_u8; 16];
        database
            .execute("INSERT INTO accounts VALUES (?, ?, 'free', 'active', 0)", rusqlite::params![id, long])
            .unwrap();
        let key = "INSERT INTO api_keys (key_id, account_id, environment, name, hash, scopes, \
             requests_per_minute, created_ms) VALUES (?1, ?1, 'Production', ?2, zeroblob(32), 1, 5, 0)";
        database.execute(key, rusqlite::params![id, long]).unwrap();
        database.execute("INSERT INTO link_bases VALUES (0, 'https://xn--a')", []).unwrap();
        assert_eq!(store.accounts().await.unwrap()[0].name.as_str(), long);
        let keys = store.keys().await.unwrap();
        assert_eq!((keys[0].name.as_str(), keys[0].environment.as_str()), (long.as_str(), "Production"));
        assert_eq!(store.link_bases().await.unwrap()[0].1.as_str(), "https://xn--a");
    });
}
