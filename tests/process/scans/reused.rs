//! What keeps counts right, taken away: an id of an epoch that is used again makes them wrong, and the oracle
//! says so.

use ezqr_actors::scans::journal::{Journal, Lanes, Options, new_epoch};
use ezqr_schema::Sequence;
use ezqr_schema::scan::{Browser, Country, Device, Epoch, Os, Reason, ReferrerText, Scan};

use super::installation::{Followed, Installation};
use super::oracle::{Oracle, judge};
use super::rows;
use super::visitor::{Ended, Visitor};

#[test]
fn an_epoch_of_its_own_is_counted_and_one_whose_id_was_used_before_is_not() {
    for is_reused in [false, true] {
        let mut installation = Installation::start(&[]);
        let code = installation.mint(1, "reused").remove(0);
        let mut oracle = Oracle::default();
        let mut visitor = Visitor::new(installation.url());
        for _ in 0..5 {
            oracle.note(&code.id, visitor.follow(&code.path));
        }
        installation.stop();
        let rows = rows::windows(&installation.data());
        assert_eq!(rows.len(), 1);
        let used = rows[0].epoch;
        let epoch = if is_reused { used } else { new_epoch(used.window).unwrap() };
        leave(&installation, epoch, Sequence::new(rows[0].sequence).unwrap(), 3);
        for _ in 0..3 {
            oracle.note(&code.id, Ended::Answered);
        }
        installation.start_again();
        if is_reused {
            let faults = judge(&oracle, &settled(&mut installation, &code));
            assert_eq!(faults.len(), 1, "the oracle bites: {faults:?}");
        } else {
            installation.expect(&oracle, "reused");
        }
    }
}

/// Writes a journal of so many scans, as a process that was killed leaves it.
fn leave(installation: &Installation, epoch: Epoch, sequence: Sequence, scans: usize) {
    let directory = installation.data().join("journal");
    let options = Options { file_bytes: 65_536, total_bytes: 1 << 30, ..Options::default() };
    let (lanes, _) = Lanes::open(&directory, options).unwrap();
    let mut journal = Journal::of(&lanes);
    journal.begin(epoch);
    let mut lane = lanes.attach();
    for _ in 0..scans {
        let scan = Scan {
            sequence,
            reason: Reason::Browser,
            device: Device::Desktop,
            os: Os::ALL[0],
            browser: Browser::ALL[0],
            country: Country::UNKNOWN,
            referrer: ReferrerText::DIRECT,
            visitor: None,
        };
        lane.append(&scan).unwrap();
    }
}

/// The counts when all that was left is read: an orderly end waits for it.
fn settled(installation: &mut Installation, code: &Followed) -> std::collections::HashMap<String, u64> {
    installation.report(code, "");
    installation.stop();
    installation.start_again();
    installation.scan_counts("reused")
}
