//! Rules of counts of scans.
//!
//! Each works on pages of its own. Salts belong to nobody: those rules share days, and only one erases.

pub mod due_pages;
pub mod forgetting;
pub mod roll_ups;
pub mod salts;
pub mod visitors;
pub mod windows;

use ezqr_schema::scan::{
    Browser, CELLS, Country, Day, Device, Epoch, EpochId, Os, Reason, Referrer, ReferrerText, Scan, Tally,
};
use ezqr_schema::{Page, Sequence, random_bytes};

use crate::{CodeStore, WindowRow};

/// One test for each rule of the contract of [`ScanStore`](crate::ScanStore).
#[macro_export]
macro_rules! scan_contract {
    ($fixture:ident $(, ignore = $reason:literal)?) => {
        $crate::store_contract! { [$(ignore = $reason)?] $fixture
            windows {
                counts_read_back_as_they_were_written
                a_row_yields_only_to_more_hits_in_any_order_of_arrival
                writing_again_changes_nothing
                a_row_that_many_write_is_whole_at_any_time
                epochs_stand_side_by_side
                the_largest_rows_of_a_whole_page_are_kept
                rows_of_many_pages_and_days_are_written_together
                nothing_is_written_at_once
                an_acknowledged_row_is_seen_elsewhere_and_after_a_restart
            }
            due_pages {
                a_page_is_due_until_it_is_settled
                what_was_noted_later_survives_settling
                noting_again_never_takes_back
            }
            roll_ups {
                days_of_a_month_read_back_in_order
                a_day_yields_only_to_more_hits
                months_read_back_in_order
                a_month_yields_only_to_more_hits
            }
            visitors {
                visitors_read_back_by_run
                visitors_of_a_run_never_become_fewer
                visitors_of_runs_are_counted_once
            }
            salts {
                many_who_ask_at_once_get_one_salt
                an_erased_salt_is_gone_and_later_ones_stay
            }
            forgetting {
                what_is_old_is_forgotten_and_nothing_else
            }
        }
    };
}

/// A page of nobody else.
async fn new_page(store: &impl CodeStore) -> Page {
    store.lease_block().await.unwrap().pages().next().unwrap()
}

fn sequence(page: Page, slot: u64) -> Sequence {
    page.sequence(slot).unwrap()
}

/// A day long ago, the middle of its month.
fn some_day() -> Day {
    Day::new(20_588).unwrap()
}

fn new_epoch_id() -> EpochId {
    EpochId::from_random(random_bytes().unwrap())
}

/// An epoch of nobody else.
fn new_epoch(day: Day, quarter: u32) -> Epoch {
    Epoch { id: new_epoch_id(), window: day.window(quarter) }
}

/// Counts of so many scans: of all classes in turn, of a few countries, devices and referrers.
fn tally(hits: usize) -> Tally {
    let hosts = ["a.example", "b.example"].map(|host| ReferrerText::host(host).unwrap());
    let referrers = [ReferrerText::DIRECT, ReferrerText::OTHER, hosts[0], hosts[1]];
    let mut tally = Tally::default();
    for hit in 0..hits {
        let scan = Scan {
            sequence: Sequence::new(0).unwrap(),
            reason: Reason::ALL[hit % Reason::ALL.len()],
            device: Device::ALL[hit % 3],
            os: Os::ALL[hit % Os::ALL.len()],
            browser: Browser::ALL[hit % Browser::ALL.len()],
            country: Country::of_number(u16::try_from(hit % 5).unwrap()).unwrap(),
            referrer: referrers[hit % referrers.len()],
            visitor: None,
        };
        tally.add(&scan, Referrer::of);
    }
    tally
}

/// Counts as large as they get: [`CELLS`] cells, each of a referrer of the greatest length.
fn largest_tally() -> Tally {
    let mut tally = Tally::default();
    for number in 0..CELLS {
        let host = format!("{number:055}.example.");
        let host = format!("{}m", &host[host.len() - 63..]);
        let scan = Scan {
            sequence: Sequence::new(0).unwrap(),
            reason: Reason::Browser,
            device: Device::ALL[0],
            os: Os::ALL[0],
            browser: Browser::ALL[0],
            country: Country::UNKNOWN,
            referrer: ReferrerText::host(&host).unwrap(),
            visitor: None,
        };
        tally.add(&scan, Referrer::of);
    }
    assert_eq!(tally.cells().len(), CELLS);
    tally
}

const fn row(sequence: Sequence, epoch: Epoch, tally: Tally) -> WindowRow {
    WindowRow { sequence, epoch, tally }
}

/// All orders of three.
const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
