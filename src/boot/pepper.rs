//! The pepper file: 32 random bytes as 64 hexadecimal digits and a line feed.
//!
//! It lies apart from the store, so that a copy of the store alone lets nobody test guesses at keys. All nodes
//! of an installation have the same one.

use std::fmt::Write as _;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use ezqr_schema::{EntropyError, Pepper, random_bytes};

const DIGITS: usize = 64;

/// Why the pepper cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum PepperError {
    /// An installation is there, and the file is not.
    #[error(
        "the pepper file {} is missing: put the one there that this installation was made with, which all \
         nodes are given, or let store.pepper_file name it", .0.display()
    )]
    Missing(PathBuf),
    /// It is another installation's: no key would be accepted.
    #[error(
        "the pepper file {} is not the one this installation was made with: all nodes are given the same, \
         which store.pepper_file names", .0.display()
    )]
    Foreign(PathBuf),
    /// It holds something else.
    #[error("the pepper file {} does not hold 64 hexadecimal digits", .0.display())]
    Malformed(PathBuf),
    /// It cannot be read or written.
    #[error("cannot use the pepper file {}", .path.display())]
    Inaccessible {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// There is no randomness for a new one.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}

/// Where the pepper is kept.
#[derive(Clone, Debug)]
pub(crate) struct PepperFile(PathBuf);

impl PepperFile {
    pub(crate) const fn at(path: PathBuf) -> Self {
        Self(path)
    }

    /// The pepper of the installation whose pepper has this fingerprint.
    pub(crate) fn of_installation(&self, fingerprint: [u8; 32]) -> Result<Pepper, PepperError> {
        let pepper = self.load()?.ok_or_else(|| PepperError::Missing(self.0.clone()))?;
        self.checked(pepper, fingerprint)
    }

    /// `pepper`, when it is the one with this fingerprint.
    pub(super) fn checked(&self, pepper: Pepper, fingerprint: [u8; 32]) -> Result<Pepper, PepperError> {
        if pepper.fingerprint() == fingerprint {
            Ok(pepper)
        } else {
            Err(PepperError::Foreign(self.0.clone()))
        }
    }

    /// The pepper for an installation that is about to be founded, made now when there is none. Never call it
    /// once there is one: a pepper made later is not the one its keys were hashed with.
    pub(super) fn load_or_create(&self) -> Result<Pepper, PepperError> {
        match self.load()? {
            Some(pepper) => Ok(pepper),
            None => self.create(),
        }
    }

    fn load(&self) -> Result<Option<Pepper>, PepperError> {
        let text = match fs::read_to_string(&self.0) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                return Err(PepperError::Malformed(self.0.clone()));
            }
            Err(source) => return Err(self.inaccessible(source)),
        };
        parse(text.trim_ascii_end()).map(Some).ok_or_else(|| PepperError::Malformed(self.0.clone()))
    }

    /// Writes a new pepper under a name of its own first, so that a crash leaves a whole one or none. When
    /// several processes do so at once, the first wins and all have its pepper.
    fn create(&self) -> Result<Pepper, PepperError> {
        let pepper = Pepper::from_bytes(random_bytes()?);
        let digits = pepper.as_bytes().iter().fold(String::new(), |mut digits, byte| {
            // Writing to a string does not fail.
            let _ = write!(digits, "{byte:02x}");
            digits
        });
        let directory = self.0.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."));
        let number = u64::from_ne_bytes(random_bytes()?);
        let unfinished = self.0.with_extension(format!("{number:016x}.new"));
        let written = DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .and_then(|()| write_synced(&unfinished, &digits))
            // Unlike renaming, it replaces nothing.
            .and_then(|()| fs::hard_link(&unfinished, &self.0));
        // There is none when it could not be written.
        let _ = fs::remove_file(&unfinished);
        let is_own = match written {
            Ok(()) => true,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => false,
            Err(source) => return Err(self.inaccessible(source)),
        };
        // An installation may be founded with it next, whoever wrote it.
        File::open(directory).and_then(|it| it.sync_all()).map_err(|source| self.inaccessible(source))?;
        if is_own { Ok(pepper) } else { self.load()?.ok_or_else(|| PepperError::Missing(self.0.clone())) }
    }

    fn inaccessible(&self, source: io::Error) -> PepperError {
        PepperError::Inaccessible { path: self.0.clone(), source }
    }
}

fn parse(digits: &str) -> Option<Pepper> {
    let is_hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if digits.len() != DIGITS || !is_hexadecimal {
        return None;
    }
    let mut bytes = [0; DIGITS / 2];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(Pepper::from_bytes(bytes))
}

fn write_synced(path: &Path, digits: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(path)?;
    file.write_all(digits.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn file(directory: &tempfile::TempDir, name: &str) -> PepperFile {
        PepperFile::at(directory.path().join(name))
    }

    #[test]
    fn a_pepper_is_made_once_with_its_directory_and_is_nobody_elses_business() {
        let directory = tempfile::tempdir().unwrap();
        let kept = file(&directory, "secrets/of/ezqr.pepper");
        let first = kept.load_or_create().unwrap();
        assert_eq!(kept.load_or_create().unwrap().as_bytes(), first.as_bytes());
        assert_eq!(kept.of_installation(first.fingerprint()).unwrap().as_bytes(), first.as_bytes());
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&kept.0), mode(kept.0.parent().unwrap())), (0o600, 0o700));
        let names = fs::read_dir(kept.0.parent().unwrap()).unwrap();
        let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["ezqr.pepper"]);
    }

    #[test]
    fn all_who_make_a_pepper_at_once_have_the_first_one() {
        let directory = tempfile::tempdir().unwrap();
        let kept = file(&directory, "pepper");
        let made = std::thread::scope(|scope| {
            let makers = [(); 8].map(|()| scope.spawn(|| kept.create().unwrap()));
            makers.map(|maker| maker.join().unwrap())
        });
        let left = kept.load().unwrap().unwrap();
        assert!(made.iter().all(|pepper| pepper.as_bytes() == left.as_bytes()));
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_wrong_with_a_pepper_is_told_with_its_path_and_setting() {
        let directory = tempfile::tempdir().unwrap();
        let told = |file: &PepperFile| file.of_installation([7; 32]).map(drop).unwrap_err().to_string();
        let missing = told(&file(&directory, "none"));
        assert!(missing.contains("/none is missing") && missing.contains("store.pepper_file"), "{missing}");
        fs::write(directory.path().join("other"), format!("{}\n", "0".repeat(64))).unwrap();
        let foreign = told(&file(&directory, "other"));
        assert!(foreign.contains("/other is not the one this installation was made with"), "{foreign}");
        assert!(foreign.contains("all nodes are given the same, which store.pepper_file names"), "{foreign}");
        for content in ["", "0", &"g".repeat(64), &"0".repeat(66), &"+1".repeat(32), "é"] {
            let path = directory.path().join("malformed");
            fs::write(&path, content).unwrap();
            assert!(told(&file(&directory, "malformed")).ends_with("does not hold 64 hexadecimal digits"));
            assert!(matches!(file(&directory, "malformed").load_or_create(), Err(PepperError::Malformed(_))));
            assert_eq!(fs::read_to_string(&path).unwrap(), content, "it is left alone");
        }
    }
}
