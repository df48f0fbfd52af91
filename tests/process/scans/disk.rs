//! No room for the journal: redirects go on, and what is lost is told.

use super::installation::{Installation, data_of};
use super::visitor::{BROWSER, Ended, Visitor};
use crate::disk::Disk;
use crate::server::directory;
use crate::skipped::skip;

/// A referrer as long as is kept, so that a scan takes as many bytes as it can.
const REFERRER: &str = "https://a-name-as-long-as-they-get-aaaaaaaaaaaaaaaaaaaaaaaaa.example.com/";

#[test]
fn beyond_the_limit_of_the_journal_redirects_go_on_and_losses_are_told() {
    let settings =
        [("EZQR__SCANS__JOURNAL_FILE_BYTES", "65536"), ("EZQR__SCANS__JOURNAL_LIMIT_BYTES", "1048576")];
    fill(&Installation::start(&settings));
}

#[test]
fn on_a_full_disk_redirects_go_on_and_losses_are_told() {
    let directory = directory();
    let journal = data_of(directory.path()).join("journal");
    let Some(_disk) = Disk::mount(&journal, 262_144) else {
        return skip("no small disk can be mounted here");
    };
    fill(&Installation::start_in(directory, &[("EZQR__SCANS__JOURNAL_FILE_BYTES", "65536")]));
}

/// Redirects between two looks at what was lost.
const BURST: u32 = 500;
/// A scan takes 92 bytes, so the room is taken long before.
const MOST_BURSTS: u32 = 200;

/// Follows one code until nothing of a burst is counted. Of each answered redirect is known what became of it.
fn fill(installation: &Installation) {
    let code = installation.mint(1, "full").remove(0);
    let headers = [("User-Agent", BROWSER), ("Referer", REFERRER)];
    let mut visitor = Visitor::with(installation.url(), &headers);
    let mut answered = 0_u64;
    let mut lost = 0.0;
    // Some are lost before, when files are not made as fast as they are filled.
    let is_full = (0..MOST_BURSTS).any(|_| {
        for _ in 0..BURST {
            assert_eq!(visitor.follow(&code.path), Ended::Answered);
        }
        answered += u64::from(BURST);
        let before = std::mem::replace(&mut lost, installation.metric("ezqr_scans_dropped_total"));
        lost - before > f64::from(BURST) - 0.5
    });
    assert!(is_full, "more was kept than there is room for");
    let counted = installation.report(&code, "")["total"].as_u64().unwrap();
    println!("{answered} redirects, {counted} counted, {lost} lost");
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let known = (counted as f64 + lost, answered as f64);
    assert!((known.0 - known.1).abs() < 0.5, "{known:?}");
    let client = installation.client();
    assert_eq!(client.get("/readyz").unwrap().status, 200, "it serves on");
}
