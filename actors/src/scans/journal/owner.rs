//! What the owner of the scans does with the journal.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use ezqr_schema::scan::{Epoch, EpochId, Scan, Window};
use ezqr_schema::{EntropyError, random_bytes};

use super::cursor::{CHUNK, Cursor};
use super::file::{FIRST_RECORD, JournalFile};
use super::header;
use super::removal::Removal;
use super::shared::{Known, Lanes, Registry, Shared};
use super::supply::Supply;
use super::syncing::Syncing;

/// The owner's side: reads what the lanes write and what earlier runs left, and says when a file may go.
///
/// There is one at a time. After a panic another is made of the same [`Lanes`]; it reads every file that is
/// still there from its start, so that the counts of an epoch come out as before.
#[derive(Debug)]
pub struct Journal {
    shared: Arc<Shared>,
    /// By the numbers of files; a file that is missing was not read yet.
    cursors: BTreeMap<u64, Cursor>,
    buffer: Vec<u8>,
}

/// How a reading went.
#[derive(Debug, Default)]
pub struct Progress {
    /// Scans handed over.
    pub scans: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Stretches of bytes that hold no record, of at least one lost record each. They were passed over.
    pub damaged: u64,
    /// There is more to read at once.
    pub has_more: bool,
    /// Why a file was not read, if so. The others were; it is tried again the next time.
    pub failure: Option<io::Error>,
}

/// Up to where the lanes had written, at one instant.
#[derive(Clone, Debug)]
pub struct Positions(Vec<(u64, u64)>);

/// An epoch of an earlier run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remains {
    /// Which.
    pub epoch: Epoch,
    /// Its files.
    pub files: usize,
    /// Their sizes summed: its records take at most so much.
    pub bytes: u64,
}

/// An epoch for `window`, with an id that none had before.
pub fn new_epoch(window: Window) -> Result<Epoch, EntropyError> {
    Ok(Epoch { id: EpochId::from_random(random_bytes()?), window })
}

impl Journal {
    /// The owner's side of an open journal.
    pub fn of(lanes: &Lanes) -> Self {
        Self { shared: lanes.shared.clone(), cursors: BTreeMap::new(), buffer: vec![0; CHUNK] }
    }

    /// Begins `epoch`: what workers write from their next turn on belongs to it. Its id must never have been
    /// used before.
    pub fn begin(&mut self, epoch: Epoch) {
        self.shared.publish(Some(epoch));
    }

    /// Ends the current epoch without beginning another: before the process ends. Scans that still come are
    /// dropped.
    pub fn end(&mut self) {
        self.shared.publish(None);
    }

    /// The epoch that lanes turn to: the one begun last, by whichever owner.
    pub fn current(&self) -> Option<Epoch> {
        self.shared.current().epoch
    }

    /// Reads on in the files of this run, at most about `most` bytes, and hands over each scan with its epoch.
    pub fn read(&mut self, most: u64, mut each: impl FnMut(Epoch, Scan<'_>)) -> Progress {
        let pending = self.files(|known| !known.remains);
        self.read_files(&pending, most, |known, scan| each(known.epoch, scan))
    }

    /// Up to where the lanes have written by now.
    pub fn positions(&self) -> Positions {
        let files = self.files(|known| !known.remains);
        Positions(files.iter().map(|pending| (pending.file.number, pending.limit)).collect())
    }

    /// Whether all was read that was written then.
    pub fn has_read(&self, positions: &Positions) -> bool {
        let present = self.positions();
        // A file that is gone was read to its end before it went.
        let is_read = |(number, position): &(u64, u64)| {
            let is_present = present.0.iter().any(|(known, _)| known == number);
            !is_present || self.position(*number) >= *position
        };
        positions.0.iter().all(is_read)
    }

    /// Epochs of this run that are over and read to their end, oldest first: no lane will write another scan
    /// of them. They stay until they are removed.
    pub fn finished(&self) -> Vec<Epoch> {
        let registry = self.shared.registry();
        let epochs =
            registry.epochs.iter().filter(|known| !known.remains && self.is_over(&registry, known.number));
        // Looked at after the lanes turned, so the positions are the last.
        let is_read = |known: &&Known| {
            registry.files.iter().all(|file| {
                let (number, limit) = file.written();
                number != known.number || self.position(file.number) >= limit
            })
        };
        epochs.filter(is_read).map(|known| known.epoch).collect()
    }

    /// Bytes of the records of an epoch so far; of an earlier run's, see [`Remains::bytes`].
    pub fn bytes(&self, epoch: EpochId) -> u64 {
        let files = self.files(|known| known.epoch.id == epoch);
        files.iter().map(|pending| pending.limit.saturating_sub(FIRST_RECORD)).sum()
    }

    /// Bytes all files take on disk, spares included.
    pub fn total_bytes(&self) -> u64 {
        self.shared.space.taken()
    }

    /// The epochs of earlier runs whose files are there, oldest window first.
    pub fn remains(&self) -> Vec<Remains> {
        let registry = self.shared.registry();
        let mut remains: Vec<_> = registry
            .epochs
            .iter()
            .filter(|known| known.remains)
            .map(|known| {
                let sizes = registry
                    .files
                    .iter()
                    .map(|file| file.written())
                    .filter(|(number, _)| *number == known.number);
                let (files, bytes) =
                    sizes.fold((0, 0), |(files, bytes), (_, size)| (files + 1, bytes + size));
                Remains { epoch: known.epoch, files, bytes }
            })
            .collect();
        remains.sort_by_key(|remains| remains.epoch.window);
        remains
    }

    /// Reads on in what an earlier run left of `epoch`, at most about `most` bytes.
    pub fn replay(&mut self, epoch: EpochId, most: u64, mut each: impl FnMut(Epoch, Scan<'_>)) -> Progress {
        let pending = self.files(|known| known.remains && known.epoch.id == epoch);
        self.read_files(&pending, most, |known, scan| each(known.epoch, scan))
    }

    /// Has an epoch that is over be read again later, as what an earlier run left is: for who lets go of its counts.
    /// False, and nothing is done, while lanes may write it.
    #[must_use]
    pub fn park(&mut self, epoch: EpochId) -> bool {
        let mut registry = self.shared.registry();
        let Some(number) =
            registry.epochs.iter().find(|known| known.epoch.id == epoch).map(|known| known.number)
        else {
            return false;
        };
        if !self.is_over(&registry, number) {
            return false;
        }
        for known in registry.epochs.iter_mut().filter(|known| known.number == number) {
            known.remains = true;
        }
        for file in registry.files.iter().filter(|file| file.written().0 == number) {
            self.cursors.remove(&file.number);
        }
        true
    }

    /// The files of an epoch whose rows are all acknowledged, to be removed. `None` while lanes may write it.
    pub fn remove(&mut self, epoch: EpochId) -> Option<Removal> {
        self.take(epoch).map(Removal::deleting)
    }

    /// The files of an epoch that is not to be read, to be kept under another name. `None` while lanes may write
    /// it.
    pub fn expire(&mut self, epoch: EpochId) -> Option<Removal> {
        self.take(epoch).map(Removal::expiring)
    }

    /// What the lanes need: to be called some times a second, and run where blocking is allowed.
    pub fn supply(&mut self) -> Supply {
        Supply::of(&self.shared)
    }

    /// The files written since they were last synced, to be synced where blocking is allowed.
    pub fn syncing(&mut self) -> Syncing {
        Syncing::of(&self.shared)
    }

    fn position(&self, number: u64) -> u64 {
        self.cursors.get(&number).unwrap_or(&Cursor::START).position()
    }

    /// Whether no lane writes the epoch `number` any more.
    fn is_over(&self, registry: &Registry, number: u64) -> bool {
        self.shared.current_number() > number && registry.lanes.iter().all(|lane| lane.is_past(number))
    }

    fn take(&mut self, epoch: EpochId) -> Option<Vec<Arc<JournalFile>>> {
        let mut registry = self.shared.registry();
        let is_it = |known: &&Known| known.epoch.id == epoch;
        let known = *registry.epochs.iter().find(is_it)?;
        if !known.remains && !self.is_over(&registry, known.number) {
            return None;
        }
        registry.epochs.retain(|other| other.number != known.number);
        let taken =
            registry.files.extract_if(.., |file| file.written().0 == known.number).collect::<Vec<_>>();
        drop(registry);
        for file in &taken {
            self.cursors.remove(&file.number);
        }
        Some(taken)
    }

    /// The files of some epochs, in order of making.
    fn files(&self, is_wanted: impl Fn(&Known) -> bool) -> Vec<Pending> {
        let registry = self.shared.registry();
        let pending = |file: &Arc<JournalFile>| {
            let (number, limit) = file.written();
            let known = *registry.epochs.iter().find(|known| known.number == number)?;
            is_wanted(&known).then(|| Pending { file: file.clone(), known, limit })
        };
        registry.files.iter().filter_map(pending).collect()
    }

    fn read_files(
        &mut self,
        files: &[Pending],
        most: u64,
        mut each: impl FnMut(&Known, Scan<'_>),
    ) -> Progress {
        let mut progress = Progress::default();
        for Pending { file, known, limit } in files {
            let seed = header::seed(known.epoch);
            let cursor = self.cursors.entry(file.number).or_insert(Cursor::START);
            while cursor.position() < *limit {
                if progress.bytes >= most {
                    progress.has_more = true;
                    return progress;
                }
                let step = cursor.step(&file.file, *limit, seed, !known.remains, &mut self.buffer, |scan| {
                    each(known, scan);
                });
                match step {
                    Ok(step) => {
                        progress.scans += step.scans;
                        progress.bytes += step.bytes;
                        progress.damaged += step.damaged;
                    }
                    Err(failed) => {
                        progress.failure.get_or_insert(failed);
                        break;
                    }
                }
            }
        }
        progress
    }
}

/// A file that can be read up to `limit`.
struct Pending {
    file: Arc<JournalFile>,
    known: Known,
    limit: u64,
}
