//! One file, as its writer and its reader share it.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crossbeam::utils::CachePadded;
use ezqr_schema::scan::Epoch;

use super::directory::Directory;
use super::header::{self, HEADER_BYTES};
use super::map::Map;
use super::record::Record;
use super::space::Taken;

/// Where records begin in a file.
pub(super) const FIRST_RECORD: u64 = HEADER_BYTES as u64;

/// A file of the journal.
#[derive(Debug)]
pub(super) struct JournalFile {
    /// Tells the files of a directory apart; part of its name.
    pub(super) number: u64,
    pub(super) path: PathBuf,
    pub(super) file: File,
    /// The number of the epoch it belongs to, 0 while it is spare. It may change as long as the file holds no
    /// record; so a reader loads the position first.
    epoch: AtomicU64,
    /// Up to here its bytes are complete.
    position: CachePadded<AtomicU64>,
    /// Up to here they survive a loss of power, as does its name when that is beyond the head.
    synced: AtomicU64,
    _space: Taken,
}

impl JournalFile {
    pub(super) fn spare(number: u64, path: PathBuf, file: File, space: Taken) -> Self {
        Self::at(number, path, file, space, 0, FIRST_RECORD)
    }

    /// A file of an earlier run, which is as it is.
    pub(super) fn remaining(
        number: u64,
        path: PathBuf,
        file: File,
        space: Taken,
        epoch: u64,
        size: u64,
    ) -> Self {
        Self::at(number, path, file, space, epoch, size)
    }

    fn at(number: u64, path: PathBuf, file: File, space: Taken, epoch: u64, position: u64) -> Self {
        Self {
            number,
            path,
            file,
            epoch: AtomicU64::new(epoch),
            position: CachePadded::new(AtomicU64::new(position)),
            synced: AtomicU64::new(position),
            _space: space,
        }
    }

    /// The number of its epoch, and up to where it can be read.
    pub(super) fn written(&self) -> (u64, u64) {
        // In this order: records that are there were written for the epoch loaded after them.
        let position = self.position.load(Ordering::Acquire);
        (self.epoch.load(Ordering::Acquire), position)
    }

    pub(super) fn is_synced(&self) -> bool {
        self.synced.load(Ordering::Relaxed) >= self.position.load(Ordering::Relaxed)
    }

    /// Makes what is written survive a loss of power. Blocks.
    pub(super) fn sync(&self, directory: &Directory) -> io::Result<()> {
        let position = self.position.load(Ordering::Acquire);
        self.file.sync_data()?;
        if self.synced.load(Ordering::Relaxed) <= FIRST_RECORD {
            directory.sync();
        }
        self.synced.fetch_max(position, Ordering::Relaxed);
        Ok(())
    }
}

/// How bytes get into a file.
#[derive(Debug)]
pub(super) enum Target {
    /// Through memory; its blocks are allocated.
    Mapped(Map),
    /// By a system call each.
    Written,
}

/// A file with room, and the right to write it.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) file: Arc<JournalFile>,
    target: Target,
    /// Where the next record goes.
    position: u64,
    size: u64,
}

impl Writer {
    pub(super) const fn new(file: Arc<JournalFile>, target: Target, size: u64) -> Self {
        Self { file, target, position: FIRST_RECORD, size }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.position == FIRST_RECORD
    }

    pub(super) const fn has_room(&self, bytes: u64) -> bool {
        self.position + bytes <= self.size
    }

    /// Gives the file, which holds no record, to an epoch of this number.
    pub(super) fn begin(&mut self, number: u64, epoch: Epoch) -> io::Result<()> {
        let header = header::encode(epoch);
        match &mut self.target {
            Target::Mapped(map) => inside(map.write(0, &header))?,
            Target::Written => self.file.file.write_all_at(&header, 0)?,
        }
        self.file.epoch.store(number, Ordering::Release);
        Ok(())
    }

    /// Adds a record, for which there is room.
    pub(super) fn append(&mut self, record: &Record) -> io::Result<()> {
        let bytes = record.as_bytes();
        match &mut self.target {
            Target::Mapped(map) => {
                let position = usize::try_from(self.position).map_err(io::Error::other)?;
                let (length, rest) = bytes.split_first_chunk::<4>().ok_or(io::ErrorKind::InvalidInput)?;
                // The length last: a process that is killed in between leaves a record that is not there.
                inside(map.write(position + length.len(), rest))?;
                inside(map.publish(position, u32::from_le_bytes(*length)))?;
            }
            Target::Written => self.file.file.write_all_at(bytes, self.position)?,
        }
        self.position += bytes.len() as u64;
        self.file.position.store(self.position, Ordering::Release);
        Ok(())
    }
}

fn inside(is_inside: bool) -> io::Result<()> {
    if is_inside { Ok(()) } else { Err(io::ErrorKind::StorageFull.into()) }
}
