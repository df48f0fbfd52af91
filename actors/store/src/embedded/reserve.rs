//! Room on the disk that is kept for what must work when there is none.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use ezqr_schema::random_bytes;

/// A file of the data directory that is given up, for its room, when an account is to be suspended or a key revoked and
/// the disk is full. The server makes it again at its next start.
#[derive(Clone, Debug)]
pub struct Reserve(PathBuf);

impl Reserve {
    /// Bytes of it: the logs and indexes of both databases, as new ones, and some pages.
    pub const BYTES: u64 = 1 << 20;

    /// The reserve of a data directory.
    pub fn of(directory: &Path) -> Self {
        Self(directory.join("reserve"))
    }

    /// Whether it is there.
    pub fn exists(&self) -> bool {
        fs::metadata(&self.0).is_ok_and(|found| found.len() >= Self::BYTES)
    }

    /// Whether the disk has less room than it takes.
    pub fn is_needed(&self) -> bool {
        let directory = self.0.parent().unwrap_or(Path::new("."));
        free_bytes(directory).is_ok_and(|free| free < Self::BYTES)
    }

    /// Removes it, for its room. Answers whether it was there.
    pub fn give_up(&self) -> io::Result<bool> {
        match fs::remove_file(&self.0) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Makes it, unless it is there or there is no room for it, which is said.
    pub fn make_if_missing(&self) {
        if self.exists() {
            return;
        }
        if let Err(error) = self.make() {
            tracing::warn!(path = %self.0.display(), %error, "no room is kept for suspending and revoking");
        }
    }

    /// With random bytes: a file system that compresses would keep no room for others.
    fn make(&self) -> io::Result<()> {
        let mut options = OpenOptions::new();
        let mut file = options.create(true).truncate(true).write(true).mode(0o600).open(&self.0)?;
        let mut left = Self::BYTES;
        let written = (|| {
            while left > 0 {
                let chunk: [u8; 8_192] = random_bytes().map_err(io::Error::other)?;
                file.write_all(&chunk)?;
                left = left.saturating_sub(chunk.len() as u64);
            }
            file.sync_all()
        })();
        if written.is_err() {
            // A part of it takes room and is of no use.
            let _ = fs::remove_file(&self.0);
        }
        written
    }
}

/// Bytes that this process may still write to the disk of `directory`.
pub(super) fn free_bytes(directory: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(directory)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reserve_is_made_once_given_up_once_and_made_again() {
        let directory = tempfile::tempdir().unwrap();
        let reserve = Reserve::of(directory.path());
        assert!(!reserve.exists() && !reserve.give_up().unwrap());
        reserve.make_if_missing();
        let content = fs::read(directory.path().join("reserve")).unwrap();
        assert!(reserve.exists() && content.len() as u64 == Reserve::BYTES);
        reserve.make_if_missing();
        assert_eq!(fs::read(directory.path().join("reserve")).unwrap(), content, "it is left alone");
        assert!(reserve.give_up().unwrap() && !reserve.exists() && !reserve.give_up().unwrap());
        // A part of one is none.
        fs::write(directory.path().join("reserve"), "x").unwrap();
        assert!(!reserve.exists());
        reserve.make_if_missing();
        assert!(reserve.exists());
    }

    #[test]
    fn where_it_cannot_be_made_nothing_is_left() {
        let directory = tempfile::tempdir().unwrap();
        let reserve = Reserve::of(&directory.path().join("missing"));
        reserve.make_if_missing();
        assert!(!reserve.exists() && fs::read_dir(directory.path()).unwrap().next().is_none());
    }
}
