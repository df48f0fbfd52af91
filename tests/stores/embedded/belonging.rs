//! The files of an installation know which one they belong to.

use std::fs;

use ezqr_schema::{Page, Sequence};
use ezqr_store::contract::run;
use ezqr_store::{
    EmbeddedOptions, EmbeddedStore, InstallationStore as _, LeaseMark, Mark, MarkFile, OpenError,
    ScanStore as _,
};

use super::installed::{Installed, lease};

/// Each file that may be left, alone; and what a refusal calls it.
const REMAINS: [(&str, &[&str]); 3] = [
    ("scans.db", &["scans.db"]),
    ("journal", &["journal/0000000001.journal"]),
    ("journal", &["journal/installation"]),
];

/// Removes everything but `kept`.
fn keep(installed: &Installed, kept: &[&str]) {
    for (path, _) in installed.listing() {
        if !kept.iter().any(|name| installed.path(name) == path) {
            fs::remove_file(path).unwrap();
        }
    }
}

fn lost(installed: &Installed, named: &str) {
    let before = installed.listing();
    let refusal = installed.open().unwrap_err();
    let OpenError::Lost { left, .. } = &refusal else { panic!("{refusal:?}") };
    assert_eq!(*left, [installed.path(named)]);
    let told = refusal.to_string();
    assert!(told.contains("ezqr.db holds no installation") && told.contains("--found"), "{told}");
    assert_eq!(installed.listing(), before, "nothing is made or changed");
}

#[test]
fn a_missing_or_empty_database_beside_any_file_of_an_installation_stops_the_opening() {
    for (named, kept) in REMAINS {
        for empty in [false, true] {
            let installed = Installed::new(1);
            fs::write(installed.path("journal/0000000001.journal"), "ezqrscan").unwrap();
            keep(&installed, kept);
            if empty {
                fs::write(installed.path("ezqr.db"), "").unwrap();
            }
            lost(&installed, named);
        }
    }
}

#[test]
fn so_does_it_beside_files_that_tell_of_no_installation() {
    let remains: [(&str, &[&str]); 2] =
        [("scans.db", &["scans.db", "pepper"]), ("journal", &["journal/0000000001.journal", "pepper"])];
    for (named, kept) in remains {
        let installed = Installed::of_the_released_program(1);
        keep(&installed, kept);
        lost(&installed, named);
    }
    let installed = Installed::nowhere(1);
    fs::write(installed.path("ezqr.db-wal"), "what was written last").unwrap();
    lost(&installed, "ezqr.db-wal");
}

#[test]
fn a_database_copied_without_its_log_is_none() {
    let (live, copy) = (Installed::nowhere(1), Installed::nowhere(1));
    let store = live.founded();
    fs::copy(live.path("ezqr.db"), copy.path("ezqr.db")).unwrap();
    fs::create_dir(copy.path("journal")).unwrap();
    fs::copy(live.path("journal/installation"), copy.path("journal/installation")).unwrap();
    drop(store);
    lost(&copy, "journal");
}

#[test]
fn files_of_another_installation_stop_the_opening_and_are_named() {
    let (own, other) = (Installed::new(1), Installed::new(2));
    fs::copy(other.path("ezqr.db"), own.path("ezqr.db")).unwrap();
    let before = own.listing();
    let refusal = own.open().unwrap_err();
    let OpenError::Foreign { foreign, .. } = &refusal else { panic!("{refusal:?}") };
    assert_eq!(*foreign, ["scans.db", "journal"].map(|name| own.path(name)));
    assert!(refusal.to_string().contains("not of one installation"), "{refusal}");
    assert_eq!(own.listing(), before);

    for name in ["scans.db", "journal/installation"] {
        let own = Installed::new(1);
        fs::copy(other.path(name), own.path(name)).unwrap();
        let refusal = own.open().unwrap_err();
        assert!(matches!(&refusal, OpenError::Foreign { foreign, .. } if foreign.len() == 1), "{refusal:?}");
    }
}

fn months(store: &EmbeddedStore) -> usize {
    let page: Page = Sequence::new(1).unwrap().page();
    run(async { store.months(page, None).await.unwrap() }).len()
}

#[test]
fn who_insists_founds_and_finds_everything_set_aside() {
    let installed = Installed::of_the_released_program(1);
    drop(installed.open().unwrap());
    fs::remove_file(installed.path("ezqr.db")).unwrap();
    let installed = another_secret(installed);
    let store = installed.insist();
    assert!(run(async { store.installation().await.unwrap() }).is_none());
    installed.found(&store);
    assert_eq!(months(&store), 0, "no scan of the other is counted");
    assert_eq!(lease(&store).get(), 0);
    drop(store);
    let own = Mark {
        installation: installed.secret().fingerprint(),
        leased: LeaseMark { next_block: 1, generation: 0 },
    };
    assert_eq!(installed.marks(), [Some(own); 3]);
    let kept: Vec<String> =
        installed.listing().iter().map(|(path, _)| path.to_string_lossy().into_owned()).collect();
    let is_kept = |ending: &str| kept.iter().any(|path| path.ends_with(ending));
    assert!(is_kept("scans.db.aside-1"), "{kept:?}");
    assert!(is_kept(&Installed::nowhere(1).beside_pepper()), "the other may have its pepper here: {kept:?}");
    assert!(is_kept("of-another-installation.aside-1/0000000001.journal"), "{kept:?}");
    assert!(!is_kept("journal/0000000001.journal"), "{kept:?}");
    drop(installed.open().unwrap());
}

/// The same directory, which is to be founded with another secret.
fn another_secret(installed: Installed) -> Installed {
    let other = Installed::nowhere(9);
    Installed { directory: installed.directory, ..other }
}

#[test]
fn a_directory_of_the_released_program_is_adopted_once() {
    let installed = Installed::of_the_released_program(1);
    let store = installed.open().unwrap();
    assert_eq!(months(&store), 1, "its scans are still there");
    assert_eq!(lease(&store).get(), 7);
    drop(store);
    let own = Mark {
        installation: installed.secret().fingerprint(),
        leased: LeaseMark { next_block: 8, generation: 0 },
    };
    assert_eq!(installed.marks(), [Some(own); 3]);

    // From now on, what tells of no installation came from elsewhere.
    let elsewhere = Installed::of_the_released_program(2);
    fs::copy(elsewhere.path("scans.db"), installed.path("scans.db")).unwrap();
    let refusal = installed.open().unwrap_err();
    let OpenError::Foreign { foreign, .. } = &refusal else { panic!("{refusal:?}") };
    assert_eq!(*foreign, [installed.path("scans.db")]);
}

#[test]
fn an_adoption_that_was_cut_off_goes_on() {
    for done in 0..3 {
        let installed = Installed::of_the_released_program(1);
        drop(installed.open().unwrap());
        for name in [&installed.beside_pepper(), "journal/installation"].iter().take(3 - done) {
            fs::remove_file(installed.path(name)).unwrap();
        }
        if done == 0 {
            rusqlite::Connection::open(installed.path("scans.db"))
                .unwrap()
                .execute("DELETE FROM installation", [])
                .unwrap();
        }
        drop(installed.open().unwrap());
        assert!(installed.marks().iter().all(Option::is_some));
    }
}

#[test]
fn a_first_start_that_was_cut_off_is_none_that_was_lost() {
    let installed = Installed::nowhere(1);
    fs::write(installed.path("pepper"), "03".repeat(32)).unwrap();
    fs::write(installed.path("ezqr.db"), "").unwrap();
    drop(installed.open().unwrap());
    // It has tables now, and a journal was opened.
    fs::create_dir_all(installed.path("journal")).unwrap();
    fs::write(installed.path("journal/0000000001.journal"), [0; 100]).unwrap();
    drop(installed.founded());
    assert!(installed.marks().iter().all(Option::is_some));
}

#[test]
fn a_damaged_mark_stops_the_opening_with_its_path() {
    for name in ["journal/installation", &Installed::nowhere(1).beside_pepper()] {
        let installed = Installed::new(1);
        fs::write(installed.path(name), "x").unwrap();
        let refusal = installed.open().unwrap_err();
        assert!(matches!(refusal, OpenError::Mark(_)), "{refusal:?}");
        assert!(refusal.to_string().contains(installed.path(name).to_str().unwrap()), "{refusal}");
    }
}

#[test]
fn scans_of_a_lost_file_begin_anew_for_the_same_installation() {
    let installed = Installed::of_the_released_program(1);
    drop(installed.open().unwrap());
    for name in ["scans.db", "scans.db-wal", "scans.db-shm"] {
        let _ = fs::remove_file(installed.path(name));
    }
    let store = installed.open().unwrap();
    assert_eq!(months(&store), 0);
    assert!(installed.marks()[0].is_some());
}

#[test]
fn a_journal_whose_mark_could_not_be_written_is_the_installations_own() {
    // After an upgrade, and where the journal was made anew later.
    for installed in [Installed::of_the_released_program(1), Installed::new(1)] {
        drop(installed.open().unwrap());
        fs::write(installed.path("journal/0000000001.journal"), "ezqrscan and more").unwrap();
        fs::remove_file(installed.path("journal/installation")).unwrap();
        drop(installed.open().unwrap());
        assert_eq!(installed.marks()[1], installed.marks()[0], "it is marked as soon as it can be");
        assert!(installed.path("journal/0000000001.journal").exists());
    }
}

#[test]
fn scans_without_a_mark_beside_marks_are_still_anothers() {
    let elsewhere = Installed::of_the_released_program(2);
    let installed = Installed::new(1);
    fs::copy(elsewhere.path("scans.db"), installed.path("scans.db")).unwrap();
    assert!(matches!(installed.open().unwrap_err(), OpenError::Foreign { .. }), "ezqr.db is of today");

    let installed = Installed::new(1);
    for name in ["scans.db", "journal/installation"] {
        fs::remove_file(installed.path(name)).unwrap();
    }
    fs::write(installed.path("journal/0000000001.journal"), "ezqrscan and more").unwrap();
    let refusal = installed.open().unwrap_err();
    let OpenError::Foreign { foreign, .. } = &refusal else { panic!("{refusal:?}") };
    assert_eq!(*foreign, [installed.path("journal")], "and nothing but the pepper's mark is there");
}

#[test]
fn installations_that_share_a_pepper_keep_their_marks_beside_it_each() {
    let (own, other) = (Installed::of_the_released_program(1), Installed::of_the_released_program(2));
    let options = EmbeddedOptions { pepper: own.options().pepper, ..other.options() };
    let open_other = || EmbeddedStore::open(other.directory.path(), options.clone());
    drop(own.open().unwrap());
    let before = fs::read(own.path("journal/installation")).unwrap();
    lease(&open_other().unwrap());
    drop(own.open().unwrap());
    drop(open_other().unwrap());
    assert_eq!(fs::read(own.path(&own.beside_pepper())).unwrap(), before);
    let theirs = MarkFile::at(own.path(&other.beside_pepper())).read().unwrap();
    assert_eq!(theirs, other.marks()[0]);

    // A third is founded with the same pepper.
    let third = Installed::nowhere(3);
    let options = EmbeddedOptions { pepper: own.options().pepper, ..third.options() };
    third.found(&EmbeddedStore::open(third.directory.path(), options).unwrap());
    assert!(own.path(&third.beside_pepper()).exists());

    // What bears the name and tells of another is no mark of this one.
    fs::copy(own.path(&other.beside_pepper()), own.path(&own.beside_pepper())).unwrap();
    drop(own.open().unwrap());
    assert_eq!(fs::read(own.path(&own.beside_pepper())).unwrap(), before);
}
