use super::*;

#[test]
fn an_epoch_is_finished_when_every_lane_turned_and_all_was_read() {
    let mut world = World::new(SMALL);
    let first = world.begin(1);
    let (mut busy, mut idle) = (world.lanes.attach(), world.lanes.attach());
    world.supply();
    busy.append(&scan(1)).unwrap();
    idle.append(&scan(2)).unwrap();
    assert_eq!((world.read().len(), world.journal.finished()), (2, vec![]));
    let second = world.begin(2);
    busy.append(&scan(3)).unwrap();
    assert_eq!(world.read(), [(second, 3)]);
    assert!(world.journal.finished().is_empty() && world.journal.remove(first.id).is_none());
    idle.turn();
    assert_eq!(world.journal.finished(), [first]);
    world.remove(first);
    assert!(world.journal.finished().is_empty() && world.journal.remove(second.id).is_none());
    world.begin(3);
    busy.turn();
    busy.turn();
    idle.turn();
    assert_eq!(world.journal.finished(), [second]);
}

#[test]
fn an_epoch_that_was_not_read_to_its_end_is_not_finished() {
    let mut world = World::new(SMALL);
    let first = world.begin(1);
    let mut lane = world.lanes.attach();
    lane.append(&scan(1)).unwrap();
    world.begin(2);
    lane.turn();
    assert!(world.journal.finished().is_empty());
    world.read();
    assert_eq!(world.journal.finished(), [first]);
}

#[test]
fn a_lane_that_never_turned_holds_its_epoch() {
    let mut world = World::new(SMALL);
    let lane = world.lanes.attach();
    let first = world.begin(1);
    world.begin(2);
    assert!(world.journal.finished().is_empty());
    drop(lane);
    assert_eq!(world.journal.finished()[..1], [first]);
}

#[test]
fn an_idle_lane_takes_its_file_along() {
    for options in [SMALL, UNMAPPED] {
        let mut world = World::new(options);
        let mut lane = world.lanes.attach();
        world.supply();
        for window in 0..50 {
            let epoch = world.begin(window);
            lane.turn();
            world.supply();
            assert_eq!((world.journal.bytes(epoch.id), world.files().len()), (0, 2));
        }
        world.read();
        for epoch in world.journal.finished() {
            world.remove(epoch);
        }
        let last = world.begin(50);
        lane.append(&scan(1)).unwrap();
        assert_eq!(world.read(), [(last, 1)]);
        assert_eq!(world.journal.bytes(last.id), 28);
    }
}

#[test]
fn positions_tell_whether_all_that_was_written_then_was_read() {
    let mut world = World::new(SMALL);
    world.begin(1);
    let mut lane = world.lanes.attach();
    let nothing = world.journal.positions();
    assert!(world.journal.has_read(&nothing));
    lane.append(&scan(1)).unwrap();
    let one = world.journal.positions();
    assert!(world.journal.has_read(&nothing) && !world.journal.has_read(&one));
    world.read();
    lane.append(&scan(2)).unwrap();
    assert!(world.journal.has_read(&one) && !world.journal.has_read(&world.journal.positions()));
    // A file that went is none to wait for.
    let epoch = world.journal.current().unwrap();
    let two = world.journal.positions();
    world.journal.end();
    lane.turn();
    world.remove(epoch);
    assert!(world.journal.has_read(&two));
}

#[test]
fn a_reading_is_bounded() {
    let mut world = World::new(Options { file_bytes: 1 << 20, total_bytes: 1 << 30, mapped: true });
    world.begin(1);
    let mut lane = world.lanes.attach();
    let written = fill(&mut lane, 0);
    let (mut read, mut readings) = (Vec::new(), 0);
    loop {
        let progress = world.journal.read(1, |_, scan| read.push(scan.sequence.get()));
        assert!(progress.bytes <= 256 << 10);
        readings += 1;
        if !progress.has_more {
            break;
        }
    }
    assert!(readings >= 4 && read == (0..written).collect::<Vec<_>>());
}

#[test]
fn a_second_owner_reads_from_the_start() {
    let mut world = World::new(SMALL);
    let first = world.begin(1);
    let mut lane = world.lanes.attach();
    lane.append(&scan(1)).unwrap();
    assert_eq!(world.read(), [(first, 1)]);
    world.journal = Journal::of(&world.lanes);
    assert_eq!(world.journal.current(), Some(first));
    lane.append(&scan(2)).unwrap();
    assert_eq!(world.read(), [(first, 1), (first, 2)]);
}

#[test]
fn what_was_written_is_to_be_synced_once() {
    for options in [SMALL, UNMAPPED] {
        let mut world = World::new(options);
        world.begin(1);
        let mut lane = world.lanes.attach();
        assert!(world.journal.syncing().is_empty());
        lane.append(&scan(1)).unwrap();
        assert!(!world.journal.syncing().is_empty());
        world.journal.syncing().run().unwrap();
        assert!(world.journal.syncing().is_empty());
        lane.append(&scan(2)).unwrap();
        assert!(!world.journal.syncing().is_empty());
    }
}

#[test]
fn ids_of_epochs_differ() {
    let window = Window::new(1).unwrap();
    assert_ne!(new_epoch(window).unwrap(), new_epoch(window).unwrap());
}
