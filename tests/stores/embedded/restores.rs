//! A database that is put back from a copy gives no printed short code to others.

use std::collections::BTreeSet;
use std::fs;

use ezqr_schema::Block;
use ezqr_store::contract::run;
use ezqr_store::{CodeStore as _, EmbeddedStore, LeaseError, LeaseMark, Mark, MarkFile, OpenError};
use rusqlite::Connection;

use super::installed::{Installed, lease};

/// Files beside the database of codes that tell how far numbers were given out, in the order they are written.
fn files(installed: &Installed) -> [String; 2] {
    ["journal/installation".to_owned(), installed.beside_pepper()]
}

/// Makes the places tell what they told before a step, as a crash before it leaves them. The first `written` of the
/// three were written already.
fn crash(installed: &Installed, before: [Option<Mark>; 3], written: usize) {
    for (index, mark) in before.into_iter().enumerate().skip(written) {
        let mark = mark.unwrap();
        match index {
            0 => {
                let scans = Connection::open(installed.path("scans.db")).unwrap();
                let LeaseMark { next_block, generation } = mark.leased;
                let told = [next_block, generation].map(|number| i64::try_from(number).unwrap());
                let set = "UPDATE installation SET next_block = ?, generation = ?";
                assert_eq!(scans.execute(set, told), Ok(1));
            }
            _ => MarkFile::at(installed.path(&files(installed)[index - 1])).write(&mark).unwrap(),
        }
    }
}

#[test]
fn a_hundred_crashes_between_each_two_steps_of_a_lease_move_nothing_on() {
    let installed = Installed::new(1);
    let mut leased = BTreeSet::new();
    for written in 0..=3 {
        for _ in 0..100 {
            let before = installed.marks();
            let store = installed.open().unwrap();
            assert!(leased.insert(lease(&store)));
            drop(store);
            crash(&installed, before, written);
        }
    }
    drop(installed.open().unwrap());
    assert_eq!(installed.leased(), LeaseMark { next_block: 400, generation: 0 });
    assert_eq!(installed.marks().map(|mark| mark.unwrap().leased), [installed.leased(); 3]);
}

/// Puts the database of codes back as it was when `copy` was made of it.
fn put_back(installed: &Installed, copy: &str) {
    fs::copy(installed.path(copy), installed.path("ezqr.db")).unwrap();
}

fn copy(installed: &Installed, to: &str) {
    let (from, to) = (installed.path("ezqr.db"), installed.path(to));
    Connection::open(from).unwrap().execute("VACUUM INTO ?", [to.to_str().unwrap()]).unwrap();
}

#[test]
fn a_database_put_back_goes_on_behind_all_that_was_given_out_once_a_restore() {
    let installed = Installed::new(1);
    copy(&installed, "backup");
    let mut highest = 0;
    for restore in 1..=3 {
        let store = installed.open().unwrap();
        let printed: Vec<Block> = (0..5).map(|_| lease(&store)).collect();
        assert!(printed[0].get() >= highest);
        highest = printed[4].get() + 1;
        drop(store);
        put_back(&installed, "backup");
        // However often it is then started, and wherever that is cut off.
        for written in [0, 1, 2, 3, 3] {
            let before = installed.marks();
            drop(installed.open().unwrap());
            crash(&installed, before, written);
            let moved = LeaseMark { next_block: highest + LeaseMark::MOVE_BLOCKS, generation: restore };
            assert_eq!(installed.leased(), moved);
        }
        highest += LeaseMark::MOVE_BLOCKS;
        assert_eq!(installed.marks().map(|mark| mark.unwrap().leased.generation), [restore; 3]);
    }
}

#[test]
fn a_hundred_crashes_after_a_move_do_not_move_again() {
    let installed = Installed::new(1);
    copy(&installed, "backup");
    drop((0..2).map(|_| lease(&installed.open().unwrap())).collect::<Vec<_>>());
    let before = installed.marks();
    put_back(&installed, "backup");
    for _ in 0..100 {
        drop(installed.open().unwrap());
        crash(&installed, before, 0);
    }
    assert_eq!(installed.leased(), LeaseMark { next_block: 2, generation: 0 }.moved_on());
}

#[test]
fn each_place_alone_tells_that_the_database_was_put_back() {
    for kept in 0..3 {
        let installed = Installed::new(1);
        copy(&installed, "backup");
        let before = installed.marks();
        let store = installed.open().unwrap();
        lease(&store);
        drop(store);
        put_back(&installed, "backup");
        let now = installed.marks();
        crash(&installed, before, 0);
        let mut one = before;
        one[kept] = now[kept];
        crash(&installed, one, 0);
        drop(installed.open().unwrap());
        assert_eq!(installed.leased(), LeaseMark { next_block: 1, generation: 0 }.moved_on(), "{kept}");
    }
}

#[test]
fn a_database_of_before_the_upgrade_can_be_put_back_after_it() {
    for put_back in
        [&["ezqr.db", "scans.db"][..], &["ezqr.db", "scans.db", "journal/installation"], &["ezqr.db"]]
    {
        let installed = Installed::of_the_released_program(1);
        for name in ["ezqr.db", "scans.db"] {
            let to = installed.path(&format!("{name}.copy"));
            let from = Connection::open(installed.path(name)).unwrap();
            from.execute("VACUUM INTO ?", [to.to_str().unwrap()]).unwrap();
        }
        let store = installed.open().unwrap();
        lease(&store);
        drop(store);
        for name in put_back {
            // The journal of before the upgrade had no mark.
            fs::copy(installed.path(&format!("{name}.copy")), installed.path(name))
                .map(drop)
                .or_else(|_| fs::remove_file(installed.path(name)))
                .unwrap();
        }
        let findings = EmbeddedStore::examine(installed.directory.path(), &installed.options());
        let outcome =
            |subject| findings.iter().find(|found| found.subject == subject).unwrap().outcome.clone();
        assert!(outcome("files").is_ok(), "{put_back:?}: {findings:?}");
        assert!(outcome("numbers").unwrap_err().contains("put back from a copy"), "{findings:?}");
        drop(installed.open().unwrap_or_else(|refusal| panic!("{put_back:?}: {refusal}")));
        let moved = LeaseMark { next_block: 8, generation: 0 }.moved_on();
        assert_eq!(installed.leased(), moved, "{put_back:?}");
        assert_eq!(installed.marks().map(|mark| mark.unwrap().leased), [moved; 3]);
    }
}

#[test]
fn a_log_that_was_not_copied_is_noticed_too() {
    let installed = Installed::nowhere(1);
    let store = installed.founded();
    store_checkpoint(&store);
    lease(&store);
    fs::copy(installed.path("ezqr.db"), installed.path("main alone")).unwrap();
    drop(store);
    put_back(&installed, "main alone");
    drop(installed.open().unwrap());
    assert_eq!(installed.leased().generation, 1);
}

fn store_checkpoint(store: &EmbeddedStore) {
    assert_eq!(run(store.empty_logs()), Vec::<String>::new());
}

#[test]
fn what_was_put_back_together_moves_on_by_hand_and_only_without_a_server() {
    let installed = Installed::nowhere(1);
    let move_on = || EmbeddedStore::move_on_after_restore(installed.directory.path(), installed.options());
    assert!(matches!(move_on(), Err(OpenError::Missing { .. })));
    assert!(installed.listing().is_empty(), "nothing is made");
    let store = installed.founded();
    lease(&store);
    assert!(matches!(move_on(), Err(OpenError::Locked { .. })));
    drop(store);
    let moved = LeaseMark { next_block: 1, generation: 0 }.moved_on();
    assert_eq!(move_on().unwrap(), moved);
    assert_eq!(installed.marks().map(|mark| mark.unwrap().leased), [moved; 3]);
    assert_eq!(lease(&installed.open().unwrap()).get(), moved.next_block);
}

#[test]
fn by_hand_it_moves_once_even_where_it_would_have_by_itself() {
    let installed = Installed::new(1);
    copy(&installed, "backup");
    lease(&installed.open().unwrap());
    put_back(&installed, "backup");
    let moved =
        EmbeddedStore::move_on_after_restore(installed.directory.path(), installed.options()).unwrap();
    assert_eq!(moved, LeaseMark { next_block: 1, generation: 0 }.moved_on());
    drop(installed.open().unwrap());
    assert_eq!(installed.leased(), moved);
}

#[test]
fn places_that_cannot_be_written_stop_leasing_and_uses_no_block_up() {
    let installed = Installed::nowhere(1);
    let store = installed.founded();
    // A mark that cannot be replaced: a directory with something in it.
    let block = |name: &str| {
        fs::remove_file(installed.path(name)).unwrap();
        fs::create_dir_all(installed.path(name).join("in the way")).unwrap();
    };
    block("journal/installation");
    assert_eq!(lease(&store).get(), 0, "one of them is enough");
    block(&installed.beside_pepper());
    for _ in 0..10 {
        let refused = run(async { store.lease_block().await });
        let Err(LeaseError::Write(error)) = &refused else { panic!("{refused:?}") };
        assert!(error.to_string().contains(&installed.beside_pepper()), "{error}");
    }
    assert_eq!(installed.leased().next_block, 2, "one is waiting, and no more are taken");
    fs::remove_dir_all(installed.path("journal/installation")).unwrap();
    assert_eq!(lease(&store).get(), 1);
    assert_eq!(lease(&store).get(), 2);
}

#[test]
fn a_directory_of_the_pepper_that_cannot_be_written_stops_nothing() {
    let installed = Installed::nowhere(1);
    fs::write(installed.path("no directory"), "").unwrap();
    let mut options = installed.options();
    options.pepper = Some(installed.path("secrets/pepper"));
    let mark = installed.path("secrets").join(installed.beside_pepper());
    let store = EmbeddedStore::open(installed.directory.path(), options.clone()).unwrap();
    installed.found(&store);
    drop(store);
    fs::remove_file(&mark).unwrap();
    fs::create_dir_all(mark.join("in the way")).unwrap();
    let opened = EmbeddedStore::open(installed.directory.path(), options.clone());
    assert!(matches!(opened.unwrap_err(), OpenError::Mark(_)), "what cannot be read may tell something");
    fs::remove_dir_all(&mark).unwrap();
    let store = EmbeddedStore::open(installed.directory.path(), options).unwrap();
    fs::remove_file(&mark).unwrap();
    fs::remove_dir(installed.path("secrets")).unwrap();
    fs::write(installed.path("secrets"), "").unwrap();
    assert_eq!(lease(&store).get(), 0);
}
