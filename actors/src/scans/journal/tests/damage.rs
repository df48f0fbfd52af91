use std::fs::File;
use std::os::unix::fs::FileExt;

use super::super::cursor::{Cursor, Step};
use super::super::header::{HEADER_BYTES, decode, encode, seed};
use super::super::record::Record;
use super::*;

/// A file's bytes with records of the codes `0..count`, and where each begins and ends.
fn file_with(epoch: Epoch, count: u64) -> (Vec<u8>, Vec<usize>) {
    let mut bytes = encode(epoch).to_vec();
    let mut bounds = vec![bytes.len()];
    for number in 0..count {
        let referrer = ReferrerText::host("news.example").filter(|_| number % 2 == 0);
        let scan = Scan { referrer: referrer.unwrap_or(ReferrerText::DIRECT), ..scan(number) };
        bytes.extend_from_slice(Record::of(&scan, seed(epoch)).as_bytes());
        bounds.push(bytes.len());
    }
    (bytes, bounds)
}

/// Reads a file of these bytes to its end, `buffer` bytes at a time; gives the codes and the damages.
fn read(file: &File, epoch: Epoch, is_whole: bool, buffer: usize) -> (Vec<u64>, u64) {
    let (mut cursor, mut scans, mut damaged) = (Cursor::START, Vec::new(), 0);
    let (size, mut buffer) = (file.metadata().unwrap().len(), vec![0; buffer]);
    while cursor.position() < size {
        let each = |found: Scan<'_>| {
            let number = found.sequence.get();
            assert_eq!((found.country, found.visitor), (scan(number).country, scan(number).visitor));
            scans.push(number);
        };
        damaged += cursor.step(file, size, seed(epoch), is_whole, &mut buffer, each).unwrap().damaged;
    }
    (scans, damaged)
}

fn file_of(bytes: &[u8]) -> File {
    let file = tempfile::tempfile().unwrap();
    file.write_all_at(bytes, 0).unwrap();
    file
}

fn some_epoch() -> Epoch {
    new_epoch(Window::new(7).unwrap()).unwrap()
}

#[test]
fn a_tail_torn_at_any_byte_costs_the_last_record_alone() {
    let epoch = some_epoch();
    let (bytes, bounds) = file_with(epoch, 4);
    let (start, end) = (bounds[3], bounds[4]);
    for cut in start..end {
        // The last record ends in zeros, which may be missing where zeros follow anyway.
        let is_complete = bytes[cut..].iter().all(|byte| *byte == 0);
        let expected =
            if is_complete { (vec![0, 1, 2, 3], 0) } else { (vec![0, 1, 2], u64::from(cut > start)) };
        let mut blank = bytes.clone();
        blank[cut..].fill(0);
        blank.resize(bytes.len() + 4096, 0);
        for buffer in [96, 4096] {
            assert_eq!(read(&file_of(&blank), epoch, false, buffer), expected, "{cut}");
        }
        let short = read(&file_of(&bytes[..cut]), epoch, false, 4096);
        assert_eq!(short, (vec![0, 1, 2], u64::from(cut > start)), "{cut}");
    }
}

#[test]
fn no_flipped_bit_makes_a_wrong_scan_or_costs_more_than_one() {
    let epoch = some_epoch();
    let (mut bytes, bounds) = file_with(epoch, 6);
    let end = bytes.len();
    bytes.resize(end + 64, 0);
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let header = flipped.first_chunk::<HEADER_BYTES>().unwrap();
        if bit / 8 < HEADER_BYTES {
            assert_eq!(decode(header), None);
            continue;
        }
        assert_eq!(decode(header), Some(epoch));
        let (scans, damaged) = read(&file_of(&flipped), epoch, false, 4096);
        let hit = bounds.windows(2).position(|bounds| (bounds[0]..bounds[1]).contains(&(bit / 8)));
        let lost: Vec<_> = (0..6).filter(|number| !scans.contains(number)).collect();
        assert!(scans.is_sorted() && lost.len() <= 1, "{bit}: {scans:?}");
        match lost.first() {
            Some(number) => assert_eq!((hit, damaged), (usize::try_from(*number).ok(), 1), "{bit}"),
            // Only what fills up to four bytes is not part of a record.
            None if bit / 8 < end => assert_eq!((hit.is_some(), damaged), (true, 0), "{bit}"),
            None => assert_eq!(damaged, 1, "{bit}"),
        }
    }
}

#[test]
fn a_hole_is_counted_and_reading_goes_on() {
    let epoch = some_epoch();
    let (mut bytes, bounds) = file_with(epoch, 2_000);
    let (start, end) = (bounds[500], bounds[1_500]);
    bytes[start..end].fill(0);
    let expected: Vec<_> = (0..500).chain(1_500..2_000).collect();
    for buffer in [96, 1_000, 4_096, 1 << 20] {
        assert_eq!(read(&file_of(&bytes), epoch, false, buffer), (expected.clone(), 1), "{buffer}");
    }
    // Filled with anything else, too.
    for (position, byte) in (0_u32..).zip(&mut bytes[start..end]) {
        *byte = position.wrapping_mul(0x9E37_79B9).to_be_bytes()[0];
    }
    assert_eq!(read(&file_of(&bytes), epoch, false, 4_096), (expected, 1));
}

#[test]
fn zeros_at_the_end_are_damage_only_where_records_were_promised() {
    let epoch = some_epoch();
    let (mut bytes, _) = file_with(epoch, 3);
    bytes.resize(bytes.len() + 10_000, 0);
    assert_eq!(read(&file_of(&bytes), epoch, false, 4096), (vec![0, 1, 2], 0));
    assert_eq!(read(&file_of(&bytes), epoch, true, 4096), (vec![0, 1, 2], 1));
}

#[test]
fn records_of_another_epoch_are_none() {
    let (mine, other) = (some_epoch(), some_epoch());
    let (mut bytes, bounds) = file_with(mine, 3);
    let (others, _) = file_with(other, 3);
    bytes[bounds[1]..bounds[2]].copy_from_slice(&others[bounds[1]..bounds[2]]);
    assert_eq!(read(&file_of(&bytes), mine, false, 4096), (vec![0, 2], 1));
}

#[test]
fn a_record_written_while_its_place_is_read_is_found() {
    let epoch = some_epoch();
    let (bytes, bounds) = file_with(epoch, 5);
    let mut early = bytes.clone();
    early[bounds[1]..].fill(0);
    let file = file_of(&early);
    let (mut cursor, mut scans, mut buffer) = (Cursor::START, Vec::new(), vec![0; 96]);
    let mut step = || {
        let each = |scan: Scan<'_>| scans.push(scan.sequence.get());
        cursor.step(&file, bytes.len() as u64, seed(epoch), false, &mut buffer, each).unwrap()
    };
    assert_eq!(step(), Step { bytes: 96, scans: 1, damaged: 0 });
    // The reader is beyond the second record's place when the others come.
    file.write_all_at(&bytes, 0).unwrap();
    for _ in 0..10 {
        assert_eq!(step().damaged, 0);
    }
    assert_eq!(scans, [0, 1, 2, 3, 4]);
}

#[test]
fn damage_in_a_file_being_written_is_passed_over_and_counted() {
    let mut world = World::new(SMALL);
    let epoch = world.begin(1);
    let mut lane = world.lanes.attach();
    for number in 0..10 {
        lane.append(&scan(number)).unwrap();
    }
    let file = fs::OpenOptions::new().write(true).open(&world.files()[0]).unwrap();
    file.write_all_at(&[0xFF], 36 + 3 * 28).unwrap();
    file.write_all_at(&[0; 28], 36 + 9 * 28).unwrap();
    let mut scans = Vec::new();
    let progress = world.journal.read(u64::MAX, |_, scan| scans.push(scan.sequence.get()));
    assert_eq!((scans, progress.damaged), (vec![0, 1, 2, 4, 5, 6, 7, 8], 2));
    world.journal.end();
    lane.turn();
    assert_eq!(world.journal.finished(), [epoch]);
}

#[test]
fn a_file_that_became_shorter_is_read_as_far_as_it_goes() {
    let mut world = World::new(UNMAPPED);
    let epoch = world.begin(1);
    let mut lane = world.lanes.attach();
    for number in 0..3 {
        lane.append(&scan(number)).unwrap();
    }
    let file = fs::OpenOptions::new().write(true).open(&world.files()[0]).unwrap();
    file.set_len(36 + 2 * 28).unwrap();
    assert_eq!(world.read(), [(epoch, 0), (epoch, 1)]);
    world.journal.end();
    lane.turn();
    assert_eq!(world.journal.finished(), [epoch]);
}
