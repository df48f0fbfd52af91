use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::*;

const WRITERS: usize = 3;
const SCANS: u64 = 30_000;

/// Writers that never stop, epochs that never stay, an owner that reads, supplies and removes meanwhile.
fn every_scan_is_read_once(options: Options) {
    let mut world = World::new(options);
    world.begin(0);
    let (running, mut counts, mut window) = (AtomicUsize::new(WRITERS), HashMap::new(), 0);
    thread::scope(|threads| {
        for writer in 0..WRITERS as u64 {
            let (lanes, running) = (world.lanes.clone(), &running);
            threads.spawn(move || {
                let mut lane = lanes.attach();
                for number in 0..SCANS {
                    // A scan that is dropped comes again, so that all come.
                    while let Err(dropped) = lane.append(&scan(writer << 32 | number)) {
                        assert!(matches!(dropped, Dropped::NoSpare), "{dropped}");
                        thread::yield_now();
                    }
                }
                drop(lane);
                running.fetch_sub(1, Ordering::Release);
            });
        }
        let mut is_over = false;
        while !is_over {
            is_over = running.load(Ordering::Acquire) == 0;
            world.supply();
            let progress = world.journal.read(1 << 20, |epoch, scan| {
                counts.entry(scan.sequence.get()).or_insert_with(Vec::new).push(epoch);
            });
            assert!(progress.damaged == 0 && progress.failure.is_none());
            is_over &= !progress.has_more;
            window += 1;
            world.begin(window);
            for epoch in world.journal.finished() {
                world.remove(epoch);
            }
        }
    });
    assert_eq!(counts.len() as u64, WRITERS as u64 * SCANS);
    assert!(counts.values().all(|epochs| epochs.len() == 1));
    // A writer's scans lie in epochs that never go back.
    for writer in 0..WRITERS as u64 {
        let windows = (0..SCANS).map(|number| counts[&(writer << 32 | number)][0].window);
        assert!(windows.is_sorted());
    }
    world.journal.end();
    for epoch in world.journal.finished() {
        world.remove(epoch);
    }
    world.supply();
    assert_eq!((world.files().len(), world.journal.total_bytes()), (0, 0));
}

#[test]
fn every_scan_is_read_once_while_epochs_come_and_go() {
    every_scan_is_read_once(SMALL);
}

#[test]
fn every_scan_is_read_once_where_files_are_not_mapped() {
    every_scan_is_read_once(UNMAPPED);
}
