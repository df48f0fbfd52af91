//! A small file that tells whose the files around it are, and how far numbers were given out.
//!
//! Three lines, each a word and a value: `installation` with 64 hexadecimal digits, `next_block` and `generation`.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use ezqr_schema::{Block, EntropyError, InstallationFingerprint, random_bytes};

use crate::LeaseMark;

/// What a mark tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Whose the files around it are.
    pub installation: InstallationFingerprint,
    /// How far that installation's numbers were given out.
    pub leased: LeaseMark,
}

/// Why a mark cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum MarkError {
    /// It holds something else.
    #[error(
        "{} is damaged: it does not hold the lines `installation`, `next_block` and `generation`. Put it back from a \
         copy. Without one, remove it, but only if the files around it belong to this installation and no database \
         was put back lately", .0.display()
    )]
    Malformed(PathBuf),
    /// The file or its directory cannot be used.
    #[error("cannot use {}", .path.display())]
    Inaccessible {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// There is no randomness for the name of an unfinished file.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}

/// Where a mark is kept. Reading and writing block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkFile(PathBuf);

impl MarkFile {
    /// The mark at `path`, there or not.
    pub const fn at(path: PathBuf) -> Self {
        Self(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// What it tells; `None` when there is none.
    pub fn read(&self) -> Result<Option<Mark>, MarkError> {
        match fs::read(&self.0) {
            Ok(bytes) => match parse(&bytes) {
                Some(mark) => Ok(Some(mark)),
                None => Err(MarkError::Malformed(self.0.clone())),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(self.inaccessible(source)),
        }
    }

    /// Makes it tell `mark`, for good when this returns. A crash leaves the one before or this one, never a part.
    /// Its directory is made when missing.
    pub fn write(&self, mark: &Mark) -> Result<(), MarkError> {
        let directory = self.0.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."));
        let number = u64::from_ne_bytes(random_bytes()?);
        let mut unfinished = self.0.clone().into_os_string();
        unfinished.push(format!(".{number:016x}.new"));
        let unfinished = PathBuf::from(unfinished);
        let written = DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .and_then(|()| write_synced(&unfinished, &text(mark)))
            .and_then(|()| fs::rename(&unfinished, &self.0))
            .and_then(|()| File::open(directory)?.sync_all());
        written.map_err(|source| {
            // It is not there when it was renamed or never made.
            let _ = fs::remove_file(&unfinished);
            self.inaccessible(source)
        })
    }

    /// Makes it tell no less than `mark`; of another installation's mark nothing is kept.
    pub fn raise(&self, mark: &Mark) -> Result<(), MarkError> {
        match self.read()? {
            Some(found)
                if found.installation == mark.installation && !found.leased.is_behind(mark.leased) =>
            {
                Ok(())
            }
            Some(found) if found.installation == mark.installation => {
                self.write(&Mark { leased: found.leased.highest(mark.leased), ..*mark })
            }
            Some(_) | None => self.write(mark),
        }
    }

    fn inaccessible(&self, source: io::Error) -> MarkError {
        MarkError::Inaccessible { path: self.0.clone(), source }
    }
}

fn text(mark: &Mark) -> String {
    let Mark { installation, leased: LeaseMark { next_block, generation } } = mark;
    format!("installation {installation}\nnext_block {next_block}\ngeneration {generation}\n")
}

/// Exactly what [`text`] writes.
fn parse(bytes: &[u8]) -> Option<Mark> {
    let written = str::from_utf8(bytes).ok()?;
    let mut lines = written.lines().map(|line| line.split_once(' '));
    let mut value = |word| lines.next()?.filter(|(found, _)| *found == word).map(|(_, value)| value);
    let installation = InstallationFingerprint::parse(value("installation")?)?;
    let next_block = value("next_block")?.parse().ok().filter(|next| *next <= Block::COUNT)?;
    let generation = value("generation")?.parse().ok()?;
    let mark = Mark { installation, leased: LeaseMark { next_block, generation } };
    (text(&mark) == written).then_some(mark)
}

fn write_synced(path: &Path, content: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(path)?;
    file.write_all(content.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use ezqr_schema::InstallationSecret;

    use super::*;

    fn mark(secret: u8, next_block: u64, generation: u64) -> Mark {
        let installation = InstallationSecret::from_bytes([secret; 32]).fingerprint();
        Mark { installation, leased: LeaseMark { next_block, generation } }
    }

    #[test]
    fn a_mark_is_read_as_it_was_written_and_leaves_nothing_beside_it() {
        let directory = tempfile::tempdir().unwrap();
        let file = MarkFile::at(directory.path().join("made/for/it/installation"));
        assert_eq!(file.read().unwrap(), None);
        for next_block in [0, 7, Block::COUNT] {
            let mark = mark(1, next_block, u64::MAX);
            file.write(&mark).unwrap();
            assert_eq!(file.read().unwrap(), Some(mark));
        }
        assert_eq!(fs::read_dir(file.path().parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_mark_only_rises_unless_it_is_another_installations() {
        let directory = tempfile::tempdir().unwrap();
        let file = MarkFile::at(directory.path().join("installation"));
        for (raised, told) in [
            (mark(1, 5, 0), mark(1, 5, 0)),
            (mark(1, 4, 0), mark(1, 5, 0)),
            (mark(1, 3, 1), mark(1, 5, 1)),
            (mark(2, 1, 0), mark(2, 1, 0)),
        ] {
            file.raise(&raised).unwrap();
            assert_eq!(file.read().unwrap(), Some(told));
        }
    }

    #[test]
    fn what_is_no_mark_is_told_with_its_path_and_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let file = MarkFile::at(directory.path().join("installation"));
        let whole = text(&mark(1, 5, 0));
        let too_far = whole.replace("next_block 5", "next_block 16777217");
        let signed = whole.replace("generation 0", "generation +0");
        for damaged in ["", "x", &whole[..70], whole.trim_end(), &too_far, &signed, &format!("{whole}\n")] {
            fs::write(file.path(), damaged).unwrap();
            let told = file.read().unwrap_err().to_string();
            assert!(told.contains("/installation is damaged"), "{told}");
            assert!(file.raise(&mark(1, 5, 0)).is_err());
            assert_eq!(fs::read_to_string(file.path()).unwrap(), damaged);
        }
    }

    #[test]
    fn a_place_that_cannot_be_written_is_told_with_its_path() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("file"), "").unwrap();
        let file = MarkFile::at(directory.path().join("file/installation"));
        let told = file.write(&mark(1, 5, 0)).unwrap_err().to_string();
        assert!(told.contains("file/installation"), "{told}");
    }
}
