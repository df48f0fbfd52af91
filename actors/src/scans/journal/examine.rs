//! Looking at a journal without taking it.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use ezqr_schema::scan::Epoch;

use super::cursor::{CHUNK, Cursor};
use super::directory::{Aside, Entry, entries};
use super::header;
use super::opening::{Head, head};

/// What a journal holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Examination {
    /// Epochs with files, in order of their windows.
    pub epochs: Vec<ExaminedEpoch>,
    /// Files made ahead, without a scan.
    pub unused: usize,
    /// Files that nobody can tell the epoch of, those included that an opening set aside before.
    pub damaged: Vec<PathBuf>,
    /// Files that were set aside because their window was too long ago.
    pub expired: Vec<PathBuf>,
}

/// What a journal holds of one epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExaminedEpoch {
    /// Which.
    pub epoch: Epoch,
    /// Its files.
    pub files: usize,
    /// Their sizes summed.
    pub bytes: u64,
    /// Scans in them.
    pub records: u64,
    /// Stretches of bytes that hold no record, of at least one lost record each.
    pub damaged: u64,
}

/// Reads the whole journal in `directory`, beside a server that writes it or without one. Changes nothing.
/// Blocks as long as reading all files takes.
pub fn examine(directory: &Path) -> io::Result<Examination> {
    let mut examination = Examination::default();
    let mut buffer = vec![0; CHUNK];
    for (entry, path) in entries(directory)? {
        match entry {
            Entry::File(_) => match File::open(&path) {
                Ok(file) => examine_file(&mut examination, &file, path, &mut buffer)?,
                // A server removed it meanwhile: its scans are in the store.
                Err(gone) if gone.kind() == io::ErrorKind::NotFound => {}
                Err(failed) => return Err(failed),
            },
            Entry::Aside(_, Aside::Damaged) => examination.damaged.push(path),
            Entry::Aside(_, Aside::Expired) => examination.expired.push(path),
            Entry::Foreign => {}
        }
    }
    examination.epochs.sort_by_key(|examined| (examined.epoch.window, examined.epoch.id));
    Ok(examination)
}

fn examine_file(
    examination: &mut Examination,
    file: &File,
    path: PathBuf,
    buffer: &mut [u8],
) -> io::Result<()> {
    let epoch = match head(file)? {
        Head::Of(epoch) => epoch,
        Head::Unused => {
            examination.unused += 1;
            return Ok(());
        }
        Head::Damaged => {
            examination.damaged.push(path);
            return Ok(());
        }
    };
    let size = file.metadata()?.len();
    let mut examined = ExaminedEpoch { epoch, files: 1, bytes: size, records: 0, damaged: 0 };
    let (mut cursor, seed) = (Cursor::START, header::seed(epoch));
    while cursor.position() < size {
        let step = cursor.step(file, size, seed, false, buffer, |_| {})?;
        examined.records += step.scans;
        examined.damaged += step.damaged;
    }
    match examination.epochs.iter_mut().find(|known| known.epoch == epoch) {
        Some(known) => {
            known.files += 1;
            known.bytes += examined.bytes;
            known.records += examined.records;
            known.damaged += examined.damaged;
        }
        None => examination.epochs.push(examined),
    }
    Ok(())
}
