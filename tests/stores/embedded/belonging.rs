//! The files of an installation know which one they belong to.

use std::fs;

use ezqr_schema::{Page, Sequence};
use ezqr_store::contract::run;
use ezqr_store::{EmbeddedStore, InstallationStore as _, LeaseMark, Mark, OpenError, ScanStore as _};

use super::installed::{Installed, lease};

/// Each file that may be left, alone; and what a refusal calls it.
const REMAINS: [(&str, &[&str]); 4] = [
    ("scans.db", &["scans.db"]),
    ("journal", &["journal/0000000001.journal"]),
    ("journal", &["journal/installation"]),
    ("pepper.installation", &["pepper.installation"]),
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
    fs::copy(live.path("pepper.installation"), copy.path("pepper.installation")).unwrap();
    drop(store);
    lost(&copy, "pepper.installation");
}

#[test]
fn files_of_another_installation_stop_the_opening_and_are_named() {
    let (own, other) = (Installed::new(1), Installed::new(2));
    fs::copy(other.path("ezqr.db"), own.path("ezqr.db")).unwrap();
    let before = own.listing();
    let refusal = own.open().unwrap_err();
    let OpenError::Foreign { foreign, .. } = &refusal else { panic!("{refusal:?}") };
    assert_eq!(*foreign, ["scans.db", "journal", "pepper.installation"].map(|name| own.path(name)));
    assert!(refusal.to_string().contains("not of one installation"), "{refusal}");
    assert_eq!(own.listing(), before);

    for name in ["scans.db", "journal/installation", "pepper.installation"] {
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
    assert!(is_kept("scans.db.aside-1") && is_kept("pepper.installation.aside-1"), "{kept:?}");
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
        for name in ["pepper.installation", "journal/installation"].iter().take(3 - done) {
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
    for name in ["journal/installation", "pepper.installation"] {
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
