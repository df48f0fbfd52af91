//! The pepper file: 32 random bytes as 64 hexadecimal digits and a line feed.
//!
//! It lies apart from the database, so that a copy of the database alone lets nobody test guesses at keys.
//! All nodes of an installation have the same one.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use ezqr_schema::{EntropyError, Pepper, random_bytes};

const FILE: &str = "pepper";
/// Longer than any pepper file, so that a wrong path does not read a huge one.
const DIGITS: usize = 64;

/// Why there is no pepper.
#[derive(Debug, thiserror::Error)]
pub enum PepperError {
    /// The file is not there.
    #[error("the pepper file {} is missing", .path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be read or written.
    #[error("cannot use the pepper file {}", .path.display())]
    Inaccessible {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file holds something else.
    #[error("the pepper file {} does not hold 64 hexadecimal digits", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
    },
    /// There is no randomness for a new one.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}

/// The pepper of the data directory `directory`, made now when there is none.
///
/// Call it as the server of the directory, and only while the installation is not founded yet or the file
/// exists: a pepper made later is not the one the keys were hashed with.
pub fn load_or_create_pepper(directory: &Path) -> Result<Pepper, PepperError> {
    match load_pepper(directory) {
        Err(PepperError::Missing { path }) => create(directory, &path),
        loaded => loaded,
    }
}

/// The pepper of the data directory `directory`, which must be there.
pub fn load_pepper(directory: &Path) -> Result<Pepper, PepperError> {
    let path = directory.join(FILE);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(PepperError::Missing { path }),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            return Err(PepperError::Malformed { path });
        }
        Err(source) => return Err(PepperError::Inaccessible { path, source }),
    };
    parse(text.trim_ascii_end()).ok_or(PepperError::Malformed { path })
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

/// Writes a new pepper under another name first, so that a crash leaves a whole one or none.
fn create(directory: &Path, path: &Path) -> Result<Pepper, PepperError> {
    let pepper = Pepper::from_bytes(random_bytes()?);
    let digits = pepper.as_bytes().iter().fold(String::new(), |mut digits, byte| {
        // Writing to a string does not fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    });
    let unfinished = directory.join("pepper.new");
    let written = write_synced(&unfinished, &digits)
        .and_then(|()| fs::rename(&unfinished, path))
        .and_then(|()| File::open(directory)?.sync_all());
    match written {
        Ok(()) => Ok(pepper),
        Err(source) => Err(PepperError::Inaccessible { path: path.to_owned(), source }),
    }
}

fn write_synced(path: &Path, digits: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(digits.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}
