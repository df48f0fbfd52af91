//! Counts on their way into the store: what is refused as too large is sent in parts, and what is not answered is
//! told and not sent again.

use ezqr_schema::scan::{
    Browser, Country, Day, Device, Epoch, EpochId, Os, Reason, Referrer, ReferrerText, Scan, Tally,
};
use ezqr_schema::{Clock, Page, random_bytes};
use ezqr_store::contract::run;
use ezqr_store::{
    CodeStore as _, NotWritten, ScanStore as _, ScyllaOptions, ScyllaStore, WindowRow, WriteError,
};
use scylla_proxy::{Reaction as _, RequestReaction};

use crate::installation::{Installation, installation};
use crate::proxy::Between;

/// What counts are found by on their way.
const HOST: &str = "scan-writes.example";

async fn connect(installation: &Installation, contact_points: &str) -> ScyllaStore {
    let options = ScyllaOptions {
        contact_points: contact_points.split(',').map(str::to_owned).collect(),
        keyspace: installation.keyspace.clone(),
        credentials: None,
        tls_ca: None,
        datacenter: None,
        replication_factor: None,
    };
    ScyllaStore::connect(options, Clock::system()).await.unwrap()
}

/// A scan of each of the first eight codes of a page.
fn rows(page: Page) -> Vec<WindowRow> {
    let id = EpochId::from_random(random_bytes().unwrap());
    let epoch = Epoch { id, window: Day::of(Clock::system().now()).window(5) };
    let of = |slot| {
        let sequence = page.sequence(slot).unwrap();
        let mut tally = Tally::default();
        let scan = Scan {
            sequence,
            reason: Reason::Browser,
            device: Device::Phone,
            os: Os::Android,
            browser: Browser::Chrome,
            country: Country::UNKNOWN,
            referrer: ReferrerText::host(HOST).unwrap(),
            visitor: None,
        };
        tally.add(&scan, Referrer::of);
        WindowRow { sequence, epoch, tally }
    };
    (0..8).map(of).collect()
}

/// What became of the write of eight rows of one page, of which the proxy does `reaction` to the first `times`
/// batches; how many batches there were; and which rows the store has.
fn write(times: usize, reaction: RequestReaction) -> (Result<(), NotWritten>, usize, Vec<usize>) {
    let installation = installation();
    let mut between = Between::new(&installation.contact_points);
    run(async {
        let direct = connect(installation, &installation.contact_points).await;
        let store = connect(installation, &between.contact_points).await;
        let page = store.lease_block().await.unwrap().pages().next().unwrap();
        let rows = rows(page);
        between.catch_times(times, HOST, reaction);
        let written = store.write_windows(&rows).await;
        let mut sent = 0;
        while between.caught.try_recv().is_ok() {
            sent += 1;
        }
        let found = direct.windows(page, rows[0].epoch.window.day(), None).await.unwrap();
        let is_there = |row: &WindowRow| found.contains(row);
        let there = rows.iter().enumerate().filter(|(_, row)| is_there(row)).map(|(position, _)| position);
        (written, sent, there.collect())
    })
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn a_batch_that_is_refused_is_sent_in_halves() {
    let refuse = || RequestReaction::forge().invalid();
    let (written, sent, there) = write(1, refuse());
    assert_eq!((written, &there[..]), (Ok(()), &[0, 1, 2, 3, 4, 5, 6, 7][..]));
    let halves = 1 + 2;
    // Of several nodes each refuses its first batch, and which is asked is chance.
    assert!(if are_several() { sent >= halves } else { sent == halves }, "{sent}");

    let (written, sent, there) = write(4, refuse());
    let not_written = written.unwrap_err();
    assert!(matches!(not_written.cause, WriteError::Unavailable(_)));
    let mut all = [&not_written.rows[..], &there[..]].concat();
    all.sort_unstable();
    assert_eq!(all, [0, 1, 2, 3, 4, 5, 6, 7], "what was not written is told, and nothing else");
    if !are_several() {
        // Of 8, 4 and 2 rows, and then of the first alone.
        assert_eq!((not_written.rows, sent), (vec![0], 4 + 3));
    }
}

/// Whether the store has several nodes, each behind a proxy of its own.
pub(crate) fn are_several() -> bool {
    installation().contact_points.contains(',')
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn a_batch_that_is_not_answered_is_sent_once_and_told() {
    let forge = RequestReaction::forge;
    for (reaction, is_open) in [
        (forge().overloaded(), true),
        (forge().write_timeout(), true),
        (forge().server_error(), true),
        (RequestReaction::drop_connection(), true),
        (forge().unavailable(), false),
    ] {
        let (written, sent, there) = write(1, reaction);
        let not_written = written.unwrap_err();
        assert_eq!((not_written.rows, sent, there), ((0..8).collect(), 1, vec![]));
        assert_eq!(matches!(not_written.cause, WriteError::OutcomeUnknown(_)), is_open);
    }
}
