//! Costs of counting scans: `cargo bench --bench scans`. Figures and their meaning: `README.md` here.
//!
//! Time is CPU of the whole process, all threads; on a shared machine it says more than a clock does.

#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "its output is its result, and what fails ends it"
)]

mod process;
mod visits;

use std::hint::black_box;
use std::time::Duration;

use ezqr_actors::scans::Live;
use ezqr_actors::scans::journal::{Journal, Lanes, Options, Removal, new_epoch};
use ezqr_actors::scans::report::ScanReader;
use ezqr_actors::scans::tallies::{EpochTallies, RunVisitors};
use ezqr_schema::scan::{
    Browser, CELLS, Country, Day, Device, Epoch, EpochId, Os, Reason, ReferrerText, Scan, Window,
};
use ezqr_schema::wire::scans::parse_scan_query;
use ezqr_schema::{Clock, Sequence};
use ezqr_store::contract::run;
use ezqr_store::{DayRow, EmbeddedOptions, EmbeddedStore, ScanStore as _, WindowRow};
use tempfile::TempDir;

use self::process::{cpu, resident, yardstick};
use self::visits::Visits;

const MILLION: usize = 1_000_000;
const CODES: usize = 100_000;
/// Scans of a round, which are an epoch: about what a million keys hold, and a second's at the rate aimed at.
const SCANS: u32 = 1_000_000;
const ROUNDS: usize = 7;
/// Rows written at once.
const SLICE: usize = 2_048;
/// Days of a year, scans of a hot code on each: enough for as many cells as are kept.
const DAYS: u32 = 365;
const SCANS_OF_DAY: u32 = 20_000;

/// A visit of `sequence` like any other's.
const fn visit(sequence: Sequence) -> Scan<'static> {
    Scan {
        sequence,
        reason: Reason::Browser,
        device: Device::Phone,
        os: Os::Android,
        browser: Browser::Chrome,
        country: Country::UNKNOWN,
        referrer: ReferrerText::DIRECT,
        visitor: None,
    }
}

fn main() {
    memory();
    counting();
    run(year());
}

/// Memory of counts, while there is none to be used again: so it comes first.
fn memory() {
    let mut visits = Visits::of(MILLION);
    let epoch = epoch(0);
    let before = resident();
    let mut idle = EpochTallies::new(epoch);
    visits.codes().iter().for_each(|code| idle.add(&visit(*code)));
    print("memory of a code scanned once", per(resident() - before, MILLION), "bytes");

    let before = resident();
    let mut tallies = EpochTallies::new(epoch);
    for _ in 0..10 * MILLION {
        tallies.add(&visits.next());
    }
    let bytes = resident().saturating_sub(before);
    println!("10 M scans over 1 M codes make {} keys", tallies.keys());
    print("memory of a key", per(bytes, tallies.keys()), "bytes");
    print("memory of a scan", per(bytes, 10 * MILLION), "bytes");
    let (mut rows, mut stored) = (0_usize, 0_usize);
    loop {
        let slice = tallies.dirty(SLICE);
        if slice.is_empty() {
            break;
        }
        rows += slice.len();
        stored += slice.iter().map(|row| row.tally.encode().len()).sum::<usize>();
    }
    print("bytes of a row for the store", per(stored, rows), "bytes");
    // Until here, for what is freed would be used again without growing anything.
    drop(idle);
}

/// Journal bytes in, rows out.
fn counting() {
    let mut yardsticks = Vec::new();
    let directory = TempDir::new().unwrap();
    let (lanes, _) = Lanes::open(directory.path(), Options::default()).unwrap();
    let mut journal = Journal::of(&lanes);
    let mut visits = Visits::of(CODES);
    let day = epoch(0).window.day();
    let mut costs = Vec::new();
    for round in 0..u8::try_from(ROUNDS).unwrap() {
        let epoch = new_epoch(epoch(0).window).unwrap();
        journal.begin(epoch);
        let mut lane = lanes.attach();
        for _ in 0..SCANS {
            while lane.append(&visits.next()).is_err() {
                journal.supply().run();
            }
        }
        let mut tallies = EpochTallies::new(epoch);
        let mut visitors = RunVisitors::new(EpochId::from_random([round; 16]), usize::MAX);
        let mut read = 0;
        let begun = cpu();
        yardstick();
        let start = cpu();
        yardsticks.push(start.saturating_sub(begun));
        loop {
            let progress = journal.read(1 << 20, |_, scan| {
                tallies.add(&scan);
                count_visitor(&mut visitors, day, &scan);
            });
            read += progress.scans;
            if !progress.has_more {
                break;
            }
        }
        let counted = cpu();
        assert_eq!((read, tallies.hits()), (u64::from(SCANS), u64::from(SCANS)));
        flush(&mut tallies);
        flush_visitors(&mut visitors);
        let end = cpu();
        let spent = [(start, counted), (counted, end), (start, end)];
        costs.push(spent.map(|(from, to)| to.saturating_sub(from) / SCANS));
        if round == 0 {
            print("bytes of a scan in the journal", per_scan(journal.bytes(epoch.id)), "bytes");
            println!("1 M scans over {CODES} codes make {} keys", tallies.keys());
        }
        drop(lane);
        journal.end();
        journal.read(u64::MAX, |_, _| {});
        journal.remove(epoch.id).map_or(Ok(()), Removal::run).unwrap();
    }
    for (part, name) in
        ["journal read, added up", "rows made and encoded", "journal bytes in, rows out"].iter().enumerate()
    {
        let mut of_part: Vec<Duration> = costs.iter().map(|parts| parts[part]).collect();
        of_part.sort_unstable();
        report(name, &of_part, 1e9, "ns a scan");
    }
    yardsticks.sort_unstable();
    report("yardstick", &yardsticks, 1e3, "ms");
    println!("{:<40} {:>12.2}", "million scans a second on one core", 1e3 / least(&costs));
}

fn least(costs: &[[Duration; 3]]) -> f64 {
    costs.iter().map(|parts| parts[2].as_secs_f64() * 1e9).fold(f64::INFINITY, f64::min)
}

fn count_visitor(visitors: &mut RunVisitors, day: Day, scan: &Scan<'_>) {
    if let Some(visitor) = scan.visitor.filter(|_| scan.reason.class().is_counted()) {
        assert!(visitors.add(day, scan.sequence, visitor));
    }
}

fn flush(tallies: &mut EpochTallies) {
    loop {
        let rows = tallies.dirty(SLICE);
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            black_box(row.tally.encode());
        }
        let written: Vec<(Sequence, u64)> = rows.iter().map(|row| (row.sequence, row.tally.hits())).collect();
        tallies.acknowledge(&written);
    }
    assert!(tallies.is_clean());
}

fn flush_visitors(visitors: &mut RunVisitors) {
    loop {
        let rows = visitors.dirty(SLICE);
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            black_box(row.visitors.encode());
        }
        let written: Vec<_> = rows.iter().map(|row| (row.day, row.sequence, row.visitors.sum())).collect();
        visitors.acknowledge(visitors.run(), &written);
    }
    assert!(visitors.is_clean());
}

/// A year of a hot code, from the embedded store: read, decoded, added up.
async fn year() {
    let directory = TempDir::new().unwrap();
    let store = EmbeddedStore::open(directory.path(), EmbeddedOptions::default()).unwrap();
    let clock = Clock::system();
    let today = Day::of(clock.now());
    let mut visits = Visits::of(1);
    let code = visits.next().sequence;
    let mut rows = Vec::new();
    let mut uniques = Vec::new();
    for days in 1..=DAYS {
        let day = today.saturating_sub(days);
        let epoch = Epoch { id: epoch(1).id, window: day.window(50) };
        let (mut tallies, mut visitors) = (EpochTallies::new(epoch), RunVisitors::new(epoch.id, usize::MAX));
        for _ in 0..SCANS_OF_DAY {
            let scan = visits.next();
            tallies.add(&scan);
            count_visitor(&mut visitors, day, &scan);
        }
        let windows: Vec<WindowRow> = tallies.of(code).into_iter().collect();
        rows.push(DayRow::of(code, day, windows.iter(), CELLS));
        uniques.extend(visitors.dirty(1));
    }
    let cells: usize = rows.iter().map(|row| row.tally.cells().len()).sum();
    println!("a year: {DAYS} days of {:.0} cells", per(cells, rows.len()));
    store.write_days(&rows).await.unwrap();
    store.write_uniques(&uniques).await.unwrap();
    let reader = ScanReader::new(store, clock.clone());
    let (from, to) = (today.saturating_sub(DAYS), today.saturating_sub(1));
    for (name, extra) in
        [("a year by days", ""), ("a year by country and device", "&group_by=country,device")]
    {
        let query = parse_scan_query(&format!("from={from}&to={to}{extra}"), clock.now()).unwrap();
        let mut costs = (Vec::new(), Vec::new());
        for _ in 0..5 * ROUNDS {
            let (spent, began) = (cpu(), clock.monotonic());
            let report = reader.report(code, &query, &Live::default()).await.unwrap();
            costs.0.push(cpu().saturating_sub(spent));
            costs.1.push(clock.monotonic().saturating_sub(began));
            assert!(report.total > 0);
        }
        for (kind, costs) in [("CPU", &mut costs.0), ("wall", &mut costs.1)] {
            costs.sort_unstable();
            report_of(name, kind, costs);
        }
    }
}

fn report_of(name: &str, kind: &str, sorted: &[Duration]) {
    report(&format!("{name}, {kind}"), sorted, 1e3, "ms");
}

fn report(name: &str, sorted: &[Duration], scale: f64, unit: &str) {
    let [least, median] = [0, sorted.len() / 2].map(|at| sorted[at].as_secs_f64() * scale);
    println!("{name:<40} {least:>12.2} {median:>12.2} {unit} (least, median)");
}

fn print(name: &str, value: f64, unit: &str) {
    println!("{name:<40} {value:>12.1} {unit}");
}

fn per(all: usize, count: usize) -> f64 {
    f64::from(u32::try_from(all).unwrap()) / f64::from(u32::try_from(count).unwrap())
}

fn per_scan(bytes: u64) -> f64 {
    per(usize::try_from(bytes).unwrap(), usize::try_from(SCANS).unwrap())
}

fn epoch(number: u8) -> Epoch {
    Epoch { id: EpochId::from_random([number; 16]), window: Window::new(2_000_000).unwrap() }
}
