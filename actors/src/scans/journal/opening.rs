//! What earlier runs left.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::directory::{self, Aside, Directory, Entry, OpenError, inaccessible};
use super::file::JournalFile;
use super::header::{self, HEADER_BYTES};
use super::shared::{Known, Registry};
use super::space::Space;

/// Bytes that are looked at in one go.
const CHUNK: usize = 256 << 10;

/// What was found when a journal was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// Files with scans of earlier runs.
    pub remaining: usize,
    /// Files that nobody can tell the epoch of: they were renamed, are kept, and not read.
    pub damaged: Vec<PathBuf>,
    /// Files made ahead and never used, which were removed.
    pub unused: usize,
}

pub(super) struct Found {
    pub(super) registry: Registry,
    pub(super) next_file: u64,
    pub(super) opened: Opened,
}

/// What the head of a file tells.
pub(super) enum Head {
    Of(ezqr_schema::scan::Epoch),
    /// Nothing: no record was ever written.
    Unused,
    /// Something follows, but nobody can tell of which epoch.
    Damaged,
}

/// Notes the files of earlier runs.
pub(super) fn open(directory: &Directory, space: &Space) -> Result<Found, OpenError> {
    let mut found = Found { registry: Registry::default(), next_file: 1, opened: Opened::default() };
    let entries = directory::entries(&directory.path);
    for (entry, path) in entries.map_err(|source| inaccessible(&directory.path, source))? {
        match entry {
            Entry::File(number) => {
                found.next_file = found.next_file.max(number.saturating_add(1));
                note(&mut found, number, &path, space).map_err(|source| inaccessible(&path, source))?;
            }
            Entry::Aside(number, _) => found.next_file = found.next_file.max(number.saturating_add(1)),
            Entry::Foreign => {}
        }
    }
    Ok(found)
}

fn note(found: &mut Found, number: u64, path: &Path, space: &Space) -> io::Result<()> {
    let file = File::open(path)?;
    let epoch = match head(&file)? {
        Head::Of(epoch) => epoch,
        Head::Unused => {
            found.opened.unused += 1;
            return fs::remove_file(path);
        }
        Head::Damaged => {
            found.opened.damaged.push(directory::set_aside(path, Aside::Damaged)?);
            return Ok(());
        }
    };
    let epochs = &mut found.registry.epochs;
    let known = epochs.iter().find(|known| known.epoch == epoch).map(|known| known.number);
    let epoch_number = known.unwrap_or_else(|| {
        let number = epochs.len() as u64 + 1;
        epochs.push(Known { number, epoch, remains: true });
        number
    });
    let size = file.metadata()?.len();
    let file =
        JournalFile::remaining(number, path.to_owned(), file, space.take_anyway(size), epoch_number, size);
    found.registry.files.push(Arc::new(file));
    found.opened.remaining += 1;
    Ok(())
}

/// Reads the head of a file.
pub(super) fn head(file: &File) -> io::Result<Head> {
    let mut bytes = [0; HEADER_BYTES];
    let read = read_up_to(file, &mut bytes, 0)?;
    if read == HEADER_BYTES
        && let Some(epoch) = header::decode(&bytes)
    {
        return Ok(Head::Of(epoch));
    }
    let mut chunk = vec![0; CHUNK];
    let mut position = HEADER_BYTES as u64;
    loop {
        let read = read_up_to(file, &mut chunk, position)?;
        let read_bytes = chunk.get(..read).unwrap_or_default();
        if !is_blank(read_bytes) {
            return Ok(Head::Damaged);
        }
        if read == 0 {
            return Ok(Head::Unused);
        }
        position += read as u64;
    }
}

/// Whether all bytes are zeros.
pub(super) fn is_blank(bytes: &[u8]) -> bool {
    bytes.chunks(256).all(|chunk| chunk.iter().fold(0, |all, byte| all | byte) == 0)
}

/// Fills `buffer` from `offset` on, as far as the file goes.
pub(super) fn read_up_to(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(room) = buffer.get_mut(filled..).filter(|room| !room.is_empty()) {
        match file.read_at(room, offset + filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(interrupted) if interrupted.kind() == io::ErrorKind::Interrupted => {}
            Err(failed) => return Err(failed),
        }
    }
    Ok(filled)
}
