use proptest::prelude::*;

use super::records::{Parts, parts, scan_of};
use super::*;

#[test]
fn a_lane_without_a_spare_drops_and_says_so() {
    let mut world = World::new(SMALL);
    let epoch = world.begin(1);
    let mut lane = world.lanes.attach();
    // One file came with the lane; there is no second yet.
    let written = fill(&mut lane, 0);
    assert_eq!(written, (4096 - 36) / 28);
    assert!(matches!(lane.append(&scan(written)), Err(Dropped::NoSpare)));
    world.supply();
    let written = fill(&mut lane, written);
    assert_eq!(written, 2 * ((4096 - 36) / 28));
    assert_eq!(world.read(), (0..written).map(|number| (epoch, number)).collect::<Vec<_>>());
}

#[test]
fn a_lane_without_an_epoch_drops_and_says_so() {
    let mut world = World::new(SMALL);
    let mut lane = world.lanes.attach();
    assert!(matches!(lane.append(&scan(0)), Err(Dropped::NoEpoch)));
    let epoch = world.begin(1);
    lane.append(&scan(1)).unwrap();
    world.journal.end();
    assert!(matches!(lane.append(&scan(2)), Err(Dropped::NoEpoch)));
    assert_eq!(world.read(), [(epoch, 1)]);
    assert_eq!(world.journal.finished(), [epoch]);
}

#[test]
fn the_files_take_no_more_than_they_may() {
    let options = Options { total_bytes: 3 * SMALL.file_bytes, ..SMALL };
    let mut world = World::new(options);
    let first = world.begin(1);
    let mut lane = world.lanes.attach();
    let mut written = fill(&mut lane, 0);
    for _ in 0..2 {
        world.supply();
        written = fill(&mut lane, written);
    }
    let refused = world.journal.supply().run();
    assert_eq!((refused.made, refused.refused, world.journal.total_bytes()), (0, 1, options.total_bytes));
    assert!(matches!(lane.append(&scan(written)), Err(Dropped::NoSpare)));
    assert_eq!((world.read().len() as u64, world.files().len()), (written, 3));
    // A lane that comes meanwhile goes without.
    let mut second_lane = world.lanes.attach();
    assert!(matches!(second_lane.append(&scan(0)), Err(Dropped::NoSpare)));
    drop(second_lane);

    let second = world.begin(2);
    lane.turn();
    world.remove(first);
    // The lane's last file is unmapped, and its space free, with the next supply.
    world.supply();
    world.supply();
    lane.append(&scan(7)).unwrap();
    assert_eq!(world.read(), [(second, 7)]);
}

#[test]
fn a_file_that_cannot_be_made_is_told_of_and_made_later() {
    let mut world = World::new(SMALL);
    world.begin(1);
    let mut lane = world.lanes.attach();
    let aside = world.directory.path().with_extension("aside");
    fs::rename(world.directory.path(), &aside).unwrap();
    let failed = world.journal.supply().run();
    assert!(failed.made == 0 && failed.failure.is_some());
    fs::rename(aside, world.directory.path()).unwrap();
    assert_eq!(world.journal.total_bytes(), SMALL.file_bytes);
    let half = fill(&mut lane, 0);
    assert_eq!(world.journal.supply().run().made, 1);
    assert_eq!(fill(&mut lane, half), 2 * half);
}

#[test]
fn a_lane_that_ends_leaves_its_scans_and_no_spare() {
    let mut world = World::new(SMALL);
    let epoch = world.begin(1);
    let mut lane = world.lanes.attach();
    world.supply();
    lane.append(&scan(1)).unwrap();
    assert_eq!(world.files().len(), 2);
    drop(lane);
    world.supply();
    assert_eq!((world.read(), world.files().len()), (vec![(epoch, 1)], 1));
    world.begin(2);
    assert_eq!(world.journal.finished(), [epoch]);
    world.remove(epoch);
    assert_eq!((world.files().len(), world.journal.total_bytes()), (0, 0));
}

#[test]
fn an_unused_order_leaves_the_lane_free_for_the_next() {
    let mut world = World::new(SMALL);
    world.begin(1);
    let mut lane = world.lanes.attach();
    let half = fill(&mut lane, 0);
    drop(world.journal.supply());
    assert!(!world.journal.supply().is_empty());
    world.supply();
    assert!(world.journal.supply().is_empty());
    assert_eq!(fill(&mut lane, half), 2 * half);
}

#[test]
fn appending_allocates_nothing() {
    let mut world = World::new(Options { file_bytes: 64 << 10, ..SMALL });
    world.begin(1);
    let mut lane = world.lanes.attach();
    lane.append(&scan(0)).unwrap();
    world.supply();
    let next = world.begin(2);
    let before = world.files().len();
    // Turns to another epoch and takes another file meanwhile.
    let allocations = allocation_counter::measure(|| {
        for number in 0..1_000 {
            lane.append(&scan(number)).unwrap();
        }
    });
    assert_eq!((allocations.count_total, before), (0, 2));
    assert_eq!(world.read().iter().filter(|(epoch, _)| *epoch == next).count(), 1_000);
}

/// What happens to a journal of three lanes.
#[derive(Clone, Debug)]
enum Event {
    Append(usize, Parts),
    Turn(usize),
    Begin,
    Supply,
    Read(u64),
    RemoveFinished,
    NewOwner,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        60 => (0..3_usize, parts()).prop_map(|(lane, parts)| Event::Append(lane, parts)),
        2 => (0..3_usize).prop_map(Event::Turn),
        1 => Just(Event::Begin),
        2 => Just(Event::Supply),
        2 => (0..20_000_u64).prop_map(Event::Read),
        1 => Just(Event::RemoveFinished),
        1 => Just(Event::NewOwner),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn whatever_happens_each_scan_is_read_once_by_each_owner(
        events in prop::collection::vec(event(), 0..1_000),
        mapped: bool,
    ) {
        let options = Options { mapped, ..SMALL };
        let mut world = World::new(options);
        world.begin(0);
        let mut lanes = [world.lanes.attach(), world.lanes.attach(), world.lanes.attach()];
        // What was appended and not removed, and what the owner has read of it.
        let (mut appended, mut read) = (Vec::new(), Vec::new());
        for (number, event) in (1..).zip(events) {
            match event {
                Event::Append(lane, parts) => {
                    if lanes[lane].append(&scan_of(&parts)).is_ok() {
                        let epoch = world.journal.current().unwrap();
                        appended.push((epoch, format!("{:?}", scan_of(&parts))));
                    }
                }
                Event::Turn(lane) => lanes[lane].turn(),
                Event::Begin => { world.begin(number); }
                Event::Supply => world.supply(),
                Event::Read(most) => {
                    world.journal.read(most, |epoch, scan| read.push((epoch, format!("{scan:?}"))));
                }
                Event::RemoveFinished => for epoch in world.journal.finished() {
                    let of_it = |all: &[(Epoch, String)]| all.iter().filter(|(of, _)| *of == epoch).count();
                    prop_assert_eq!(of_it(&appended), of_it(&read));
                    world.remove(epoch);
                    appended.retain(|(of, _)| *of != epoch);
                    read.retain(|(of, _)| *of != epoch);
                },
                Event::NewOwner => {
                    world.journal = Journal::of(&world.lanes);
                    read.clear();
                }
            }
        }
        let positions = world.journal.positions();
        while !world.journal.has_read(&positions) {
            let progress = world.journal.read(5_000, |epoch, scan| read.push((epoch, format!("{scan:?}"))));
            prop_assert_eq!(progress.damaged, 0);
        }
        appended.sort();
        read.sort();
        prop_assert_eq!(&read, &appended);

        // A process that is killed here leaves the same.
        drop(lanes);
        let mut world = world.restarted(options);
        let mut replayed = Vec::new();
        for remains in world.journal.remains() {
            loop {
                let progress = world.journal.replay(remains.epoch.id, 5_000, |epoch, scan| {
                    replayed.push((epoch, format!("{scan:?}")));
                });
                prop_assert_eq!(progress.damaged, 0);
                if !progress.has_more { break }
            }
            world.remove(remains.epoch);
        }
        replayed.sort();
        prop_assert_eq!(&replayed, &appended);
        prop_assert_eq!((world.files().len(), world.journal.total_bytes()), (0, 0));
    }
}
