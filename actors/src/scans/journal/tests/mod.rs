//! The journal, written and read back.

mod damage;
mod epochs;
mod lanes;
mod openings;
mod records;
mod threads;

use std::fs;
use std::path::{Path, PathBuf};

use ezqr_schema::Sequence;
use ezqr_schema::scan::{
    Browser, Country, Device, Epoch, Os, Reason, ReferrerText, Scan, VisitorHash, Window,
};
use tempfile::TempDir;

use super::{Dropped, Journal, Lane, Lanes, Options, new_epoch};

/// The smallest files there are, so that a test sees many.
const SMALL: Options = Options { file_bytes: 4 << 10, total_bytes: 1 << 20, mapped: true };
const UNMAPPED: Options = Options { mapped: false, ..SMALL };

/// A journal in a directory of its own.
struct World {
    lanes: Lanes,
    journal: Journal,
    directory: TempDir,
}

impl World {
    fn new(options: Options) -> Self {
        Self::in_directory(tempfile::tempdir().unwrap(), options)
    }

    fn in_directory(directory: TempDir, options: Options) -> Self {
        let (lanes, _) = Lanes::open(directory.path(), options).unwrap();
        let journal = Journal::of(&lanes);
        Self { lanes, journal, directory }
    }

    /// Ends the process, as far as the journal can tell, and starts another.
    fn restarted(self, options: Options) -> Self {
        let Self { lanes, journal, directory } = self;
        drop((lanes, journal));
        Self::in_directory(directory, options)
    }

    /// Begins another epoch.
    fn begin(&mut self, window: u32) -> Epoch {
        let epoch = new_epoch(Window::new(window).unwrap()).unwrap();
        self.journal.begin(epoch);
        epoch
    }

    fn supply(&mut self) {
        let supplied = self.journal.supply().run();
        assert!(supplied.failure.is_none(), "{:?}", supplied.failure);
    }

    /// Reads all that is there; gives the numbers of the codes.
    fn read(&mut self) -> Vec<(Epoch, u64)> {
        let mut scans = Vec::new();
        let progress = self.journal.read(u64::MAX, |epoch, scan| scans.push((epoch, scan.sequence.get())));
        assert!(progress.failure.is_none() && progress.damaged == 0 && !progress.has_more);
        assert_eq!(progress.scans, scans.len() as u64);
        scans
    }

    /// Reads all that an earlier run left of an epoch; gives the numbers of the codes, and the damages.
    fn replay(&mut self, epoch: Epoch) -> (Vec<u64>, u64) {
        let mut scans = Vec::new();
        let progress = self.journal.replay(epoch.id, u64::MAX, |of, scan| {
            assert_eq!(of, epoch);
            scans.push(scan.sequence.get());
        });
        assert!(progress.failure.is_none() && !progress.has_more);
        (scans, progress.damaged)
    }

    fn remove(&mut self, epoch: Epoch) {
        self.journal.remove(epoch.id).unwrap().run().unwrap();
    }

    /// The files of the journal, in order of their names.
    fn files(&self) -> Vec<PathBuf> {
        files_of(self.directory.path())
    }
}

fn files_of(directory: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = paths.filter(|path| !path.ends_with("lock")).collect();
    paths.sort();
    paths
}

/// A scan of the code of this number, of 28 bytes.
fn scan(sequence: u64) -> Scan<'static> {
    Scan {
        sequence: Sequence::new(sequence).unwrap(),
        reason: Reason::Browser,
        device: Device::Phone,
        os: Os::Android,
        browser: Browser::Chrome,
        country: Country::parse("DE").unwrap(),
        referrer: ReferrerText::DIRECT,
        visitor: Some(VisitorHash::from_bits(sequence.wrapping_mul(0x9E37_79B9_7F4A_7C15))),
    }
}

/// Appends scans of the codes from `first` on until there is no room; gives the number of the next.
fn fill(lane: &mut Lane, first: u64) -> u64 {
    let mut next = first;
    loop {
        match lane.append(&scan(next)) {
            Ok(()) => next += 1,
            Err(Dropped::NoSpare) => return next,
            Err(other) => panic!("{other}"),
        }
    }
}
