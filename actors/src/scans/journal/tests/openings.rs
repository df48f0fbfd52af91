use std::os::unix::fs::PermissionsExt;

use super::super::{OpenError, Opened, examine};
use super::*;

#[test]
fn a_journal_has_one_process() {
    let world = World::new(SMALL);
    let refused = Lanes::open(world.directory.path(), SMALL);
    assert!(matches!(refused, Err(OpenError::Locked { .. })), "{refused:?}");
    // The lock goes with the last lane.
    let World { lanes, journal, directory } = world;
    let lane = lanes.attach();
    drop((lanes, journal));
    assert!(Lanes::open(directory.path(), SMALL).is_err());
    drop(lane);
    assert!(Lanes::open(directory.path(), SMALL).is_ok());
}

#[test]
fn files_are_their_owners_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("data").join("journal");
    let (lanes, _) = Lanes::open(&path, SMALL).unwrap();
    let _lane = lanes.attach();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(&files_of(&path)[0])), (0o700, 0o600));
    assert_eq!(mode(&path.join("lock")), 0o600);
}

#[test]
fn what_an_earlier_run_left_is_listed_by_epoch_and_replayed() {
    let mut world = World::new(SMALL);
    let later = world.begin(9);
    let mut lanes = [world.lanes.attach(), world.lanes.attach()];
    for (number, lane) in (0..).zip(&mut lanes) {
        lane.append(&scan(number)).unwrap();
    }
    world.supply();
    let earlier = world.begin(3);
    lanes[0].append(&scan(7)).unwrap();
    world.supply();
    drop(lanes);

    let mut world = world.restarted(SMALL);
    let remains = world.journal.remains();
    let told = remains.iter().map(|remains| (remains.epoch, remains.files, remains.bytes));
    assert_eq!(told.collect::<Vec<_>>(), [(earlier, 1, 4096), (later, 2, 8192)]);
    assert_eq!(world.journal.total_bytes(), 3 * 4096);
    let epoch = world.begin(3);
    let mut lane = world.lanes.attach();
    lane.append(&scan(8)).unwrap();
    assert_eq!(world.read(), [(epoch, 8)]);
    assert_eq!(world.replay(later), (vec![0, 1], 0));
    assert_eq!(world.replay(earlier), (vec![7], 0));
    assert_eq!(world.replay(earlier), (vec![], 0));
    // A second owner starts from the beginning, here too.
    world.journal = Journal::of(&world.lanes);
    assert_eq!(world.replay(earlier), (vec![7], 0));
    world.remove(earlier);
    world.remove(later);
    assert_eq!((world.journal.remains(), world.files().len()), (vec![], 1));
}

#[test]
fn what_was_made_ahead_and_not_used_goes() {
    for options in [SMALL, UNMAPPED] {
        let mut world = World::new(options);
        let lane = world.lanes.attach();
        world.supply();
        drop(lane);
        let World { lanes, journal, directory } = world;
        drop((lanes, journal));
        let (_lanes, opened) = Lanes::open(directory.path(), options).unwrap();
        assert_eq!(opened, Opened { unused: 1, ..Opened::default() });
        assert!(files_of(directory.path()).is_empty());
    }
}

#[test]
fn a_file_of_no_known_epoch_is_kept_aside() {
    let mut world = World::new(SMALL);
    let epoch = world.begin(1);
    let mut lane = world.lanes.attach();
    lane.append(&scan(1)).unwrap();
    drop(lane);
    let World { lanes, journal, directory } = world;
    drop((lanes, journal));
    let path = files_of(directory.path()).remove(0);
    let mut bytes = fs::read(&path).unwrap();
    bytes[20] ^= 1;
    fs::write(&path, &bytes).unwrap();
    assert_eq!(examine(directory.path()).unwrap().damaged, std::slice::from_ref(&path));

    let (lanes, opened) = Lanes::open(directory.path(), SMALL).unwrap();
    let aside = directory.path().join("0000000001.journal.damaged");
    assert_eq!((opened.remaining, opened.damaged), (0, vec![aside.clone()]));
    assert_eq!((fs::read(&aside).unwrap(), path.exists()), (bytes, false));
    let mut journal = Journal::of(&lanes);
    assert_eq!((journal.remains(), journal.replay(epoch.id, 1, |_, _| {}).scans), (vec![], 0));
    assert_eq!(examine(directory.path()).unwrap().damaged, [aside]);
    // Its number is not given again.
    let _lane = lanes.attach();
    assert!(directory.path().join("0000000002.journal").exists());
}

#[test]
fn an_epoch_too_old_is_kept_under_another_name() {
    let mut world = World::new(SMALL);
    let epoch = world.begin(1);
    let mut lane = world.lanes.attach();
    lane.append(&scan(1)).unwrap();
    drop(lane);
    let mut world = world.restarted(SMALL);
    world.journal.expire(epoch.id).unwrap().run().unwrap();
    let aside = world.directory.path().join("0000000001.journal.expired");
    assert_eq!((world.files(), world.journal.total_bytes()), (vec![aside.clone()], 0));
    let world = world.restarted(SMALL);
    assert_eq!(world.journal.remains(), []);
    assert_eq!(examine(world.directory.path()).unwrap().expired, [aside]);
    let _lane = world.lanes.attach();
    assert!(world.directory.path().join("0000000002.journal").exists());
}

#[test]
fn a_journal_is_examined_beside_its_process_and_stays_as_it_is() {
    let mut world = World::new(SMALL);
    let first = world.begin(5);
    let mut lane = world.lanes.attach();
    let written = fill(&mut lane, 0);
    world.supply();
    let second = world.begin(4);
    lane.append(&scan(1)).unwrap();
    world.supply();
    let before: Vec<_> = world.files().iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect();
    let examination = examine(world.directory.path()).unwrap();
    let told = examination.epochs.iter();
    let told: Vec<_> =
        told.map(|epoch| (epoch.epoch, epoch.files, epoch.bytes, epoch.records, epoch.damaged)).collect();
    assert_eq!(told, [(second, 1, 4096, 1, 0), (first, 1, 4096, written, 0)]);
    assert_eq!((examination.unused, examination.damaged, examination.expired), (1, vec![], vec![]));
    let after: Vec<_> = world.files().iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect();
    assert_eq!(before, after);
}
