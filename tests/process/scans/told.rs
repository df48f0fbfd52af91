//! What is only a metric, a setting or a null, and easily missed.

use std::fs;

use super::installation::Installation;
use super::rows;
use super::visitor::{BROWSER, Ended, Visitor};
use crate::client::wait_until;

const COUNTRIES: &[u8] = include_bytes!("countries.mmdb");

#[test]
fn the_database_of_countries_that_is_named_decides() {
    let directory = crate::server::directory();
    let database = directory.path().join("countries.mmdb");
    fs::write(&database, COUNTRIES).unwrap();
    let setting = [("EZQR__SCANS__GEO_DATABASE", database.to_str().unwrap())];
    let installation = Installation::start_in(directory, &setting);
    let code = installation.mint(1, "countries").remove(0);
    let mut visitor = Visitor::with(installation.url(), &[("User-Agent", BROWSER)]);
    assert_eq!(visitor.follow(&code.path), Ended::Answered);
    let report = installation.report(&code, "");
    assert_eq!(
        report["by_country"][0]["country"], "JP",
        "this machine's own addresses are in no other table"
    );
}

#[test]
fn what_is_in_the_journal_is_synced() {
    let installation = Installation::start(&[("EZQR__SCANS__FLUSH_INTERVAL_SECONDS", "60")]);
    let code = installation.mint(1, "synced").remove(0);
    let mut visitor = Visitor::with(installation.url(), &[("User-Agent", BROWSER)]);
    let before = installation.metric("ezqr_scans_journal_synced_total");
    assert_eq!(visitor.follow(&code.path), Ended::Answered);
    wait_until("the scan is synced", || {
        installation.metric("ezqr_scans_journal_synced_total") > before + 0.5
    });
}

#[test]
fn a_damaged_stretch_of_a_journal_is_counted() {
    let mut installation = Installation::start(&[("EZQR__SCANS__FLUSH_INTERVAL_SECONDS", "60")]);
    let code = installation.mint(1, "damaged").remove(0);
    let mut visitor = Visitor::with(installation.url(), &[("User-Agent", BROWSER)]);
    for _ in 0..3 {
        assert_eq!(visitor.follow(&code.path), Ended::Answered);
    }
    installation.kill();
    crate::commands::flip_a_bit(&installation.data().join("journal"));
    installation.start_again();
    wait_until("the others are counted", || installation.report(&code, "")["total"] == 2);
    let damaged = installation.metric("ezqr_scans_journal_damaged_total");
    assert!((damaged - 1.0).abs() < 0.5, "{damaged}");
}

#[test]
fn a_count_that_cannot_be_read_is_null_and_never_none() {
    let mut installation = Installation::start(&[]);
    let code = installation.mint(1, "unreadable").remove(0);
    let mut visitor = Visitor::with(installation.url(), &[("User-Agent", BROWSER)]);
    assert_eq!(visitor.follow(&code.path), Ended::Answered);
    installation.stop();
    let changed = rows::open(&installation.data()).execute("UPDATE scan_windows SET tally = x'FF'", []);
    assert_eq!(changed, Ok(1));
    installation.start_again();
    let record = installation.client().get(&format!("/api/v1/qr-codes/{}", code.id)).unwrap();
    assert_eq!((record.status, record.body.get("scan_count")), (200, Some(&serde_json::Value::Null)));
    let listed = installation.client().list_all_of("limit=100&include=scan_count");
    assert_eq!(listed[0].get("scan_count"), Some(&serde_json::Value::Null));
}
