//! Costs of the embedded store: `cargo bench --bench store`. Figures and their meaning: `README.md` here.
//!
//! Time is CPU of the whole process, all threads, from `/proc/self/task/*/schedstat` (Linux); on a
//! shared machine it says more than a clock does. Each figure is the median of several rounds, beside the least CPU.

#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "its output is its result, and what fails ends it"
)]

mod process;

use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use ezqr_schema::wire::{ListFilter, ListQuery, parse_list_query};
use ezqr_schema::{Clock, Code, Payload, Sequence, TargetUrl, Timestamp, random_bytes};
use ezqr_store::contract::{Minter, request, run};
use ezqr_store::{
    CodeStore as _, EmbeddedOptions, EmbeddedStore, IdempotencyRecord, ListBudget, ListRequest, Mint,
    MintRecord, list,
};
use futures_util::future::join_all;
use tempfile::TempDir;

use self::process::{cpu, yardstick};

/// Accounts the minted pages are spread over.
const ACCOUNTS: usize = 100;
/// Between two named requests of an account: one comes each millisecond.
const MILLISECONDS: i64 = 100;
const ROUNDS: usize = 7;

fn main() {
    let clock = Clock::system();
    let directory = TempDir::new().unwrap();
    run(async {
        let store = EmbeddedStore::open(directory.path(), EmbeddedOptions::default()).unwrap();
        let mut minters = Vec::new();
        let start = clock.now();
        for offset in 0..MILLISECONDS {
            let mut minter = Minter::new(&store).await;
            minter.now = start.saturating_add_millis(offset);
            minters.push(minter);
        }
        println!("{:<40} {:>10} {:>10} {:>10}", "microseconds each", "least CPU", "CPU", "wall");
        report("yardstick", rounds(&clock, || (), async |()| yardstick()).await);
        remember_requests(directory.path(), start);
        for (codes, name, flights) in [(1, "single create", &[1, 4, 32]), (100, "batch of 100", &[1, 4, 16])]
        {
            for &in_flight in flights {
                for (is_named, form) in [(false, ""), (true, "named ")] {
                    let load = Load { codes, in_flight, is_named };
                    let name = format!("durable {form}{name}, {in_flight} in flight");
                    report(&name, mint_rounds(&store, &clock, &mut minters, &load).await);
                }
            }
        }
        let costs = rounds(
            &clock,
            || (),
            async |()| {
                for step in 0..20_000_u64 {
                    // A block per account, pages of 100 in 128 numbers: spread over what was minted.
                    let block = step * 7_919 % u64::try_from(ACCOUNTS).unwrap();
                    let number = (block << 16) + step * 31 % 2_000 / 100 * 128 + step % 100;
                    black_box(store.code(Sequence::new(number).unwrap()).await.unwrap());
                }
                20_000
            },
        )
        .await;
        report("read of a code by number", costs);
        for limit in [50, 100] {
            let mut next = 0;
            let costs = rounds(
                &clock,
                || (),
                async |()| {
                    for _ in 0..500 {
                        next = (next + 1) % ACCOUNTS;
                        let request = newest(&minters[next], limit);
                        let answer = list(&store, &request, &clock).await.unwrap();
                        assert_eq!(answer.codes.len(), limit);
                    }
                    500
                },
            )
            .await;
            report(&format!("list of the newest {limit}"), costs);
        }
        drop(store);
        size(directory.path());
    });
}

/// Requests as they come to the store.
struct Load {
    /// Codes of each.
    codes: usize,
    in_flight: usize,
    /// Whether they have an idempotency key.
    is_named: bool,
}

/// Dynamic codes as a platform mints them for its orders, on a page of their own if they do not fit.
fn batch(minter: &mut Minter, load: &Load) -> Mint {
    if load.is_named {
        minter.tick(MILLISECONDS);
    }
    if minter.free_numbers() < load.codes {
        minter.turn_page();
    }
    let codes: Vec<Code> = (0..load.codes).map(|_| order(minter.plain())).collect();
    let mint = minter.mint(codes);
    if !load.is_named {
        return mint;
    }
    let key = format!("{:032x}", u128::from_be_bytes(random_bytes().unwrap()));
    Mint { record: MintRecord::Made(request(&key, load.codes)), ..mint }
}

/// Fills the table of records with those of the day before `now`, one each millisecond: then each that comes
/// lets go of one, anywhere in the index.
fn remember_requests(directory: &Path, now: Timestamp) {
    let connection = rusqlite::Connection::open(directory.join("ezqr.db")).unwrap();
    let lifetime = i64::try_from(IdempotencyRecord::LIFETIME.as_millis()).unwrap();
    let oldest = now.saturating_add_millis(-lifetime).as_millis();
    let rows = "WITH RECURSIVE numbers (number) AS \
                  (SELECT 1 UNION ALL SELECT number + 1 FROM numbers LIMIT 300000) \
                INSERT INTO idempotency (account_id, environment, key, request_hash, page, opened_ms, \
                                         first_sequence, created_ms, link_base, items) \
                SELECT randomblob(16), 'production', hex(randomblob(16)), randomblob(32), number, number, \
                       number, ? + number, 0, zeroblob(1) FROM numbers";
    assert_eq!(connection.execute(rows, [oldest]), Ok(300_000));
}

fn order(code: Code) -> Code {
    let number = code.sequence.get();
    let target = format!("https://app.example.com/orders/{number}");
    Code {
        content: Payload::from_stored(target.clone()).unwrap(),
        target_url: Some(TargetUrl::parse(&target).unwrap()),
        ..code
    }
}

/// Mints requests of `load`, each for another account than the one before.
async fn mint_rounds(
    store: &EmbeddedStore,
    clock: &Clock,
    minters: &mut [Minter],
    load: &Load,
) -> Vec<(f64, f64)> {
    let in_flight = load.in_flight;
    let turns = if load.codes == 1 { 200 } else { 320 / in_flight };
    let mut next = 0;
    let mut request = || {
        next = (next + 1) % ACCOUNTS;
        batch(&mut minters[next], load)
    };
    let prepare = || (0..turns).map(|_| (0..in_flight).map(|_| request()).collect()).collect();
    rounds(clock, prepare, async |groups: Vec<Vec<Mint>>| {
        for group in groups {
            for outcome in join_all(group.into_iter().map(|mint| store.mint(mint))).await {
                outcome.unwrap();
            }
        }
        turns * in_flight
    })
    .await
}

fn newest(minter: &Minter, limit: usize) -> ListRequest {
    let ListQuery { limit, .. } = parse_list_query(&format!("limit={limit}")).unwrap();
    let budget = ListBudget { time: Duration::MAX, ..ListBudget::default() };
    ListRequest { owner: minter.owner.clone(), filter: ListFilter::default(), after: None, limit, budget }
}

/// CPU and wall time of one operation, in microseconds, in each round.
async fn rounds<T>(
    clock: &Clock,
    mut prepare: impl FnMut() -> T,
    mut round: impl AsyncFnMut(T) -> usize,
) -> Vec<(f64, f64)> {
    let mut costs = Vec::new();
    for _ in 0..ROUNDS {
        let prepared = prepare();
        let (cpu, wall) = (cpu(), clock.monotonic());
        let operations = u32::try_from(round(prepared).await).unwrap();
        let spent = (self::cpu().saturating_sub(cpu), clock.monotonic().saturating_sub(wall));
        costs.push((micros(spent.0 / operations), micros(spent.1 / operations)));
    }
    costs
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

fn report(name: &str, mut costs: Vec<(f64, f64)>) {
    costs.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (least, _) = costs[0];
    let (cpu, wall) = costs[costs.len() / 2];
    println!("{name:<40} {least:>10.1} {cpu:>10.1} {wall:>10.1}");
}

fn size(directory: &Path) {
    let database = directory.join("ezqr.db");
    let connection = rusqlite::Connection::open(&database).unwrap();
    let codes: u32 = connection.query_row("SELECT count(*) FROM codes", [], |row| row.get(0)).unwrap();
    let bytes = u32::try_from(std::fs::metadata(&database).unwrap().len()).unwrap();
    println!("{codes} codes, {:.1} bytes each with the records", f64::from(bytes) / f64::from(codes));
}
