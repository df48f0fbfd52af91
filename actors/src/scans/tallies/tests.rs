//! Adding up and handing out, beside a model that counts naively and a store that loses what it likes.

use std::collections::BTreeMap;

use ezqr_schema::Sequence;
use ezqr_schema::scan::{
    Browser, CELLS, Class, Country, Day, Device, Epoch, EpochId, Os, Reason, Referrer, ReferrerText, Scan,
    Tally, VisitorHash, Visitors, Window,
};
use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
struct Seen {
    code: u64,
    agent: (Reason, Os, Browser),
    device: Device,
    country: u16,
    referrer: String,
}

fn seen() -> impl Strategy<Value = Seen> {
    let referrer = prop_oneof![
        Just("direct".to_owned()),
        (0..8_u32).prop_map(|number| format!("site-{number}.example")),
    ];
    let reason = prop::sample::select(&Reason::ALL[..]);
    let (os, browser) = (prop::sample::select(&Os::ALL[..]), prop::sample::select(&Browser::ALL[..]));
    let device = prop::sample::select(&Device::ALL[..]);
    // Codes of three pages.
    (0..300_u64, (reason, os, browser), device, 670..676_u16, referrer)
        .prop_map(|(code, agent, device, country, referrer)| Seen { code, agent, device, country, referrer })
}

fn scan(seen: &Seen) -> Scan<'_> {
    let (reason, os, browser) = seen.agent;
    Scan {
        sequence: Sequence::new(seen.code).unwrap(),
        reason,
        device: seen.device,
        os,
        browser,
        country: Country::of_number(seen.country).unwrap(),
        referrer: ReferrerText::of_stored(&seen.referrer).unwrap(),
        visitor: None,
    }
}

fn epoch() -> Epoch {
    Epoch { id: run(1), window: Window::new(2_000_000).unwrap() }
}

fn run(number: u8) -> EpochId {
    EpochId::from_random([number; 16])
}

fn code(number: u64) -> Sequence {
    Sequence::new(number).unwrap()
}

/// What happens between a process and a store.
#[derive(Clone, Debug)]
enum Step {
    Scans(Vec<Seen>),
    /// Takes a slice.
    Take(usize),
    /// The store has all slices but, of each, the rows at the multiples of this; it learns of the newest slice
    /// first or last.
    Write(usize, bool),
    /// All slices are lost on the way.
    Lose,
    RewriteAll,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => prop::collection::vec(seen(), 1..30).prop_map(Step::Scans),
        3 => (1..40_usize).prop_map(Step::Take),
        2 => (1..5_usize, any::<bool>()).prop_map(|(lost, is_reversed)| Step::Write(lost, is_reversed)),
        1 => Just(Step::Lose),
        1 => Just(Step::RewriteAll),
    ]
}

/// A store as the rules have it: of two writings of a row the one with more hits stays.
fn write(stored: &mut BTreeMap<Sequence, Tally>, sequence: Sequence, tally: Tally) {
    let known = stored.entry(sequence).or_default();
    if tally.hits() >= known.hits() {
        *known = tally;
    }
}

fn flush(tallies: &mut EpochTallies, stored: &mut BTreeMap<Sequence, Tally>) {
    loop {
        let rows = tallies.dirty(7);
        if rows.is_empty() {
            return;
        }
        for row in rows {
            tallies.acknowledge(&[(row.sequence, row.tally.hits())]);
            write(stored, row.sequence, row.tally);
        }
    }
}

proptest! {
    #[test]
    fn every_scan_reaches_the_store_whatever_is_lost_on_the_way(steps in prop::collection::vec(step(), 1..40)) {
        let mut tallies = EpochTallies::new(epoch());
        let mut model: BTreeMap<Sequence, Tally> = BTreeMap::new();
        let mut stored = BTreeMap::new();
        let mut slices = Vec::new();
        for step in steps {
            match step {
                Step::Scans(all) => for seen in &all {
                    tallies.add(&scan(seen));
                    model.entry(code(seen.code)).or_default().add(&scan(seen), Referrer::of);
                    prop_assert!(!tallies.is_clean());
                },
                Step::Take(most) => {
                    let rows = tallies.dirty(most);
                    prop_assert!(rows.len() <= most && rows.is_sorted_by_key(|row| row.sequence));
                    prop_assert!(rows.iter().all(|row| row.tally == model[&row.sequence]));
                    slices.push(rows);
                }
                Step::Write(lost, is_reversed) => {
                    if is_reversed {
                        slices.reverse();
                    }
                    for (position, row) in slices.drain(..).flat_map(|rows| rows.into_iter().enumerate()) {
                        if position % lost != 0 {
                            tallies.acknowledge(&[(row.sequence, row.tally.hits())]);
                            write(&mut stored, row.sequence, row.tally);
                        }
                    }
                }
                Step::Lose => slices.clear(),
                Step::RewriteAll => {
                    tallies.rewrite_all();
                    prop_assert_eq!(tallies.is_clean(), model.is_empty());
                }
            }
            let is_stored = model.iter().all(|(code, tally)| stored.get(code) == Some(tally));
            prop_assert!(is_stored || !tallies.is_clean());
        }
        prop_assert_eq!(tallies.hits(), model.values().map(Tally::hits).sum::<u64>());
        // The first may end a round that had begun.
        for _ in 0..2 {
            flush(&mut tallies, &mut stored);
        }
        prop_assert!(tallies.is_clean());
        prop_assert_eq!(&stored, &model);
        for number in 0..300 {
            let live = tallies.of(code(number)).map(|row| row.tally);
            prop_assert_eq!(live.as_ref(), model.get(&code(number)));
        }
    }

    #[test]
    fn keys_are_what_is_kept(all in prop::collection::vec(seen(), 0..200)) {
        let mut tallies = EpochTallies::new(epoch());
        let (mut agents, mut referrers) = (Vec::new(), Vec::new());
        for seen in &all {
            tallies.add(&scan(seen));
            agents.push((seen.code, seen.agent));
            referrers.push(&seen.referrer);
        }
        agents.sort_unstable();
        agents.dedup();
        referrers.sort_unstable();
        referrers.dedup();
        let rows: Vec<_> = (0..300).filter_map(|number| tallies.of(code(number))).collect();
        let cells: usize = rows.iter().map(|row| row.tally.cells().len()).sum();
        prop_assert_eq!(tallies.keys(), rows.len() + cells + agents.len() + referrers.len());
        let places: Vec<_> = rows.iter().map(ezqr_store::WindowRow::place).collect();
        prop_assert!(places.iter().all(|place| tallies.places().contains(place)));
        prop_assert!(tallies.places().iter().all(|place| places.contains(place)));
    }

    #[test]
    fn every_visitor_reaches_the_store_whatever_run_ends(
        steps in prop::collection::vec((0..6_u8, 0..3_u32, 0..3_u64, any::<u64>(), 1..4_usize), 1..300),
    ) {
        let mut visitors = RunVisitors::new(run(0), usize::MAX);
        let mut model: BTreeMap<(Day, Sequence), Visitors> = BTreeMap::new();
        let mut stored: BTreeMap<(Day, Sequence, EpochId), Visitors> = BTreeMap::new();
        let mut runs = 0;
        let mut write = |visitors: &mut RunVisitors, most: usize| {
            let rows = visitors.dirty(most);
            for row in &rows {
                let known = stored.entry((row.day, row.sequence, row.run)).or_default();
                if row.visitors.sum() >= known.sum() {
                    *known = row.visitors.clone();
                }
                visitors.acknowledge(row.run, &[(row.day, row.sequence, row.visitors.sum())]);
            }
            rows.len()
        };
        let mut late = Vec::new();
        for (kind, day, number, bits, most) in steps {
            match kind {
                0..3 => {
                    let (day, hash) = (Day::new(day).unwrap(), VisitorHash::from_bits(bits));
                    prop_assert!(visitors.add(day, code(number), hash));
                    model.entry((day, code(number))).or_default().insert(hash);
                }
                3 => _ = write(&mut visitors, most),
                4 => late = visitors.dirty(most),
                _ => {
                    runs += 1;
                    visitors.begin_run(run(runs));
                    // A write of the run before that was lost, and is said to have been written.
                    for row in late.drain(..) {
                        visitors.acknowledge(row.run, &[(row.day, row.sequence, row.visitors.sum())]);
                    }
                }
            }
        }
        while !visitors.is_clean() {
            write(&mut visitors, 2);
        }
        visitors.begin_run(run(255));
        prop_assert_eq!(visitors.bytes(), 0);
        for ((day, number), expected) in model {
            let mut merged = Visitors::default();
            for (_, row) in stored.iter().filter(|((a, b, _), _)| (*a, *b) == (day, number)) {
                merged.merge(row);
            }
            prop_assert!(merged.registers().eq(expected.registers()));
        }
    }
}

#[test]
fn a_round_gives_each_row_once_though_none_is_written_and_all_change() {
    let mut tallies = EpochTallies::new(epoch());
    let one = |number| Seen {
        code: number,
        agent: (Reason::Browser, Os::Other, Browser::Other),
        device: Device::Phone,
        country: 0,
        referrer: "direct".to_owned(),
    };
    for round in 1..4 {
        let mut given = Vec::new();
        for number in 0..100 {
            tallies.add(&scan(&one(number)));
        }
        loop {
            let rows = tallies.dirty(9);
            if rows.is_empty() {
                break;
            }
            for row in rows {
                given.push(row.sequence);
                tallies.add(&scan(&one(row.sequence.get())));
            }
        }
        assert_eq!(given, (0..100).map(code).collect::<Vec<_>>(), "round {round}");
    }
}

#[test]
fn a_round_that_is_given_up_is_part_of_the_next() {
    let (mut tallies, mut visitors) = (EpochTallies::new(epoch()), RunVisitors::new(run(0), usize::MAX));
    let seen = Seen {
        code: 0,
        agent: (Reason::Browser, Os::Other, Browser::Other),
        device: Device::Phone,
        country: 670,
        referrer: "direct".to_owned(),
    };
    for number in 0..4 {
        tallies.add(&Scan { sequence: code(number), ..scan(&seen) });
        assert!(visitors.add(epoch().window.day(), code(number), VisitorHash::from_bits(number)));
    }
    // Of four, two are given and one of these is written.
    assert_eq!((tallies.dirty(2).len(), visitors.dirty(2).len()), (2, 2));
    tallies.acknowledge(&[(code(0), 1)]);
    tallies.cut_round();
    visitors.cut_round();
    let codes = |rows: Vec<Sequence>| rows.into_iter().map(Sequence::get).collect::<Vec<_>>();
    assert_eq!(codes(tallies.dirty(9).into_iter().map(|row| row.sequence).collect()), [1, 2, 3]);
    assert_eq!(codes(visitors.dirty(9).into_iter().map(|row| row.sequence).collect()), [0, 1, 2, 3]);
    assert!(tallies.dirty(9).is_empty() && visitors.dirty(9).is_empty());
}

#[test]
fn a_full_row_keeps_its_first_cells_and_takes_up_no_further_referrer() {
    let mut tallies = EpochTallies::new(epoch());
    for number in (0..CELLS + 500).chain(0..CELLS) {
        let seen = Seen {
            code: 1,
            agent: (Reason::Browser, Os::Ios, Browser::Safari),
            device: Device::Phone,
            country: 0,
            referrer: format!("site-{number}.example"),
        };
        tallies.add(&scan(&seen));
    }
    let tally = tallies.of(code(1)).unwrap().tally;
    assert_eq!((tally.cells().len(), tally.other(Class::Human)), (CELLS, 500));
    assert!(tally.cells().all(|(_, count)| count == 2));
    assert_eq!(tallies.keys(), 1 + CELLS + 1 + CELLS);
}

#[test]
fn visitors_are_refused_beyond_the_bound_and_taken_again_by_the_next_run() {
    const MOST: usize = 100_000;
    let mut visitors = RunVisitors::new(run(0), MOST);
    let day = Day::new(20_000).unwrap();
    let mut refused = 0;
    for number in 0..100_000_u64 {
        let hash = VisitorHash::from_bits(number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        refused += u32::from(!visitors.add(day, code(number % 5_000), hash));
        // One more row, or a list that doubles.
        assert!(visitors.bytes() < MOST + 8_192);
    }
    assert!(refused > 0);
    visitors.begin_run(run(1));
    assert!(visitors.bytes() >= MOST, "nothing was written: all goes along");
    loop {
        let rows = visitors.dirty(100);
        if rows.is_empty() {
            break;
        }
        let sums: Vec<_> = rows.iter().map(|row| (row.day, row.sequence, row.visitors.sum())).collect();
        visitors.acknowledge(run(1), &sums);
    }
    let seen = visitors.of(code(1), Day::new(0).unwrap()..=day);
    assert_eq!(seen.iter().map(|row| (row.day, row.run)).collect::<Vec<_>>(), [(day, run(1))]);
    visitors.begin_run(run(2));
    assert_eq!((visitors.bytes(), visitors.of(code(1), day..=day).len()), (0, 0));
    assert!(visitors.add(day, code(1), VisitorHash::from_bits(1)));
}

/// The most memory a key takes, in bytes: when a table has just been doubled and its old half is still there.
const MOST_BYTES: u64 = 120;

#[test]
fn a_flood_of_any_kind_takes_no_more_memory_than_its_keys_allow() {
    let like = |number: u64| Seen {
        code: number,
        agent: (Reason::Browser, Os::Ios, Browser::Safari),
        device: Device::Phone,
        country: 0,
        referrer: "direct".to_owned(),
    };
    let host = |number: u64| format!("{}.{number:020}.example", "a".repeat(35));
    let small = |number: u64| usize::try_from(number % 1_000).unwrap();
    let floods: [(&str, &dyn Fn(u64) -> Seen); 5] = [
        ("codes", &like),
        ("codes and referrers", &|number| Seen { referrer: host(number), ..like(number) }),
        ("referrers", &|number| Seen { referrer: host(number), ..like(number / 1_000) }),
        ("countries", &|number| Seen { country: u16::try_from(number % 676).unwrap(), ..like(number / 676) }),
        ("agents", &|number| {
            let pick = small(number);
            let agent = (Reason::ALL[pick % 8], Os::ALL[pick / 8 % 8], Browser::ALL[pick / 64 % 17]);
            Seen { agent, ..like(number / 1_000) }
        }),
    ];
    for (name, flood) in floods {
        for bound in [40_000_u64, 60_000, 90_000] {
            let used = allocation_counter::measure(|| {
                let mut tallies = EpochTallies::new(epoch());
                let mut visits = (0..).map(flood);
                while u64::try_from(tallies.keys()).unwrap() < bound {
                    tallies.add(&scan(&visits.next().unwrap()));
                }
            });
            let each = used.bytes_max / bound;
            println!("{name}, {bound} keys: {each} bytes a key");
            assert!(each <= MOST_BYTES, "{name}, {bound} keys: {each} bytes a key");
        }
    }
}
