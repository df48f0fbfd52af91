//! Whether the log beside a database is whole to its end.
//!
//! SQLite reads a log up to the first frame that does not check, and takes that for its end: what follows is lost
//! without a word. So frames behind it are looked for here, and the index of the log is asked how many there were. The
//! formats are <https://www.sqlite.org/fileformat2.html#the_write_ahead_log> and <https://www.sqlite.org/walformat.html>.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::Path;

use super::files::beside;

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// Marks logs whose checksums are over words with the lowest byte first.
const LITTLE_ENDIAN: u32 = 0x377f_0682;

/// What is wrong with the log of `database`, if anything is. Nobody may have the database open, this process included:
/// closing the files would let go of SQLite's locks on them.
pub(super) fn fault(database: &Path) -> io::Result<Option<String>> {
    let file = match File::open(beside(database, "-wal")) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let length = file.metadata()?.len();
    if length == 0 {
        return Ok(None);
    }
    let mut reader = BufReader::with_capacity(1 << 20, file);
    let mut header = [0; HEADER];
    if !filled(&mut reader, &mut header)? {
        return Ok(Some(format!("its log has {length} bytes, fewer than its head")));
    }
    let Some(head) = Head::of(&header) else { return Ok(Some("the head of its log is damaged".to_owned())) };
    let walked = walk(&mut reader, &head)?;
    let indexed = fs::read(beside(database, "-shm")).ok().and_then(|index| frames_of_index(&index, &head));
    Ok(match (walked, indexed) {
        (Walked { whole, behind }, _) if behind > 0 => Some(format!(
            "its log is damaged behind frame {whole}: {behind} frames that follow cannot be read, and what they hold \
             is lost unless their write was never acknowledged"
        )),
        (Walked { whole, .. }, Some(indexed)) if whole < indexed => {
            Some(format!("its log lost its end: {whole} frames are there, and there were {indexed}"))
        }
        _ => None,
    })
}

struct Head {
    is_little_endian: bool,
    page_bytes: usize,
    salts: [u8; 8],
    checksum: (u32, u32),
}

impl Head {
    /// `None` when it does not check.
    fn of(bytes: &[u8; HEADER]) -> Option<Self> {
        let magic = word(bytes, 0)?;
        let page_bytes = usize::try_from(word(bytes, 8)?).ok()?;
        if magic & !1 != LITTLE_ENDIAN
            || !(512..=65_536).contains(&page_bytes)
            || !page_bytes.is_power_of_two()
        {
            return None;
        }
        let is_little_endian = magic == LITTLE_ENDIAN;
        let checksum = sum(is_little_endian, (0, 0), bytes.get(..24)?);
        let salts = *bytes.get(16..24)?.first_chunk()?;
        let head = Self { is_little_endian, page_bytes, salts, checksum };
        (checksum == (word(bytes, 24)?, word(bytes, 28)?)).then_some(head)
    }
}

struct Walked {
    /// Frames that check.
    whole: u64,
    /// Frames of the same log behind the first that does not, that one included.
    behind: u64,
}

fn walk(reader: &mut impl Read, head: &Head) -> io::Result<Walked> {
    let mut frame = vec![0; FRAME_HEADER + head.page_bytes];
    let mut walked = Walked { whole: 0, behind: 0 };
    let mut checksum = Some(head.checksum);
    while filled(reader, &mut frame)? {
        let is_of_this_log = frame.get(8..16) == Some(head.salts.as_slice());
        checksum = checksum.filter(|_| is_of_this_log).and_then(|before| next_checksum(head, before, &frame));
        match checksum {
            Some(_) => walked.whole += 1,
            // What follows is left over from before the log was begun anew.
            None if !is_of_this_log => return Ok(walked),
            None => walked.behind += 1,
        }
    }
    Ok(walked)
}

/// The checksum up to this frame, when it is the one in it.
fn next_checksum(head: &Head, before: (u32, u32), frame: &[u8]) -> Option<(u32, u32)> {
    let position = sum(head.is_little_endian, before, frame.get(..8)?);
    let content = sum(head.is_little_endian, position, frame.get(FRAME_HEADER..)?);
    (content == (word(frame, 16)?, word(frame, 20)?)).then_some(content)
}

/// How many frames were committed, as the index that processes share has it: it outlives their being killed. `None`
/// when it is not of this log.
fn frames_of_index(index: &[u8], head: &Head) -> Option<u64> {
    let is_begun = index.get(12).is_some_and(|begun| *begun == 1);
    let frames = u32::from_ne_bytes(*index.get(16..20)?.first_chunk()?);
    (is_begun && index.get(32..40) == Some(head.salts.as_slice())).then_some(u64::from(frames))
}

/// Fills `buffer`; `false` at the end.
fn filled(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match reader.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.first_chunk().map(|word| u32::from_be_bytes(*word))
}

fn sum(is_little_endian: bool, before: (u32, u32), bytes: &[u8]) -> (u32, u32) {
    let read = if is_little_endian { u32::from_le_bytes } else { u32::from_be_bytes };
    let (pairs, _) = bytes.as_chunks::<8>();
    pairs.iter().fold(before, |(first, second), [a, b, c, d, e, f, g, h]| {
        let first = first.wrapping_add(read([*a, *b, *c, *d])).wrapping_add(second);
        let second = second.wrapping_add(read([*e, *f, *g, *h])).wrapping_add(first);
        (first, second)
    })
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;
    use tempfile::TempDir;

    use super::*;
    use crate::embedded::connection::open_writer;

    /// A copy of a database while its writer is still there, as a kill leaves it: rows in frames of their own.
    fn killed() -> TempDir {
        let (live, copy) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let writer = open_writer(&live.path().join("a.db")).unwrap();
        writer.execute_batch("CREATE TABLE numbers (number INTEGER, padding TEXT)").unwrap();
        for number in 0..40 {
            writer.execute("INSERT INTO numbers VALUES (?, ?)", (number, "x".repeat(900))).unwrap();
        }
        for name in ["a.db", "a.db-wal", "a.db-shm"] {
            fs::copy(live.path().join(name), copy.path().join(name)).unwrap();
        }
        copy
    }

    fn rows(copy: &TempDir) -> u32 {
        let connection = Connection::open(copy.path().join("a.db")).unwrap();
        connection.query_row("SELECT count(*) FROM numbers", [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn a_log_that_a_kill_left_is_whole() {
        let copy = killed();
        assert_eq!(fault(&copy.path().join("a.db")).unwrap(), None);
        assert_eq!(rows(&copy), 40);
        assert_eq!(fault(&copy.path().join("none.db")).unwrap(), None);
    }

    #[test]
    fn a_log_that_lost_its_end_is_told_while_its_index_is_there() {
        let copy = killed();
        let log = copy.path().join("a.db-wal");
        let length = fs::metadata(&log).unwrap().len();
        File::options().write(true).open(&log).unwrap().set_len(length - 3 * 8_216).unwrap();
        let told = fault(&copy.path().join("a.db")).unwrap().unwrap();
        assert!(told.starts_with("its log lost its end: "), "{told}");
        assert!(rows(&copy) < 40, "SQLite does not say so");
    }

    #[test]
    fn a_flipped_bit_is_told_and_what_is_behind_it_counted() {
        let copy = killed();
        let log = copy.path().join("a.db-wal");
        let mut bytes = fs::read(&log).unwrap();
        let frames = (bytes.len() - HEADER) / (FRAME_HEADER + 8_192);
        bytes[HEADER + 5 * (FRAME_HEADER + 8_192) + 100] ^= 1;
        fs::write(&log, &bytes).unwrap();
        let told = fault(&copy.path().join("a.db")).unwrap().unwrap();
        let behind = format!("damaged behind frame 5: {} frames that follow", frames - 5);
        assert!(told.contains(&behind), "{told}");
        bytes[0] ^= 1;
        fs::write(&log, &bytes).unwrap();
        assert!(fault(&copy.path().join("a.db")).unwrap().unwrap().contains("head"));
    }

    #[test]
    fn frames_left_over_from_an_earlier_log_are_no_fault() {
        let live = TempDir::new().unwrap();
        let copy = TempDir::new().unwrap();
        let writer = open_writer(&live.path().join("a.db")).unwrap();
        writer.execute_batch("CREATE TABLE numbers (number INTEGER, padding TEXT)").unwrap();
        for number in 0..40 {
            writer.execute("INSERT INTO numbers VALUES (?, ?)", (number, "x".repeat(900))).unwrap();
        }
        writer.query_row("PRAGMA wal_checkpoint(RESTART)", [], |_| Ok(())).unwrap();
        writer.execute("INSERT INTO numbers VALUES (40, '')", []).unwrap();
        for name in ["a.db", "a.db-wal", "a.db-shm"] {
            fs::copy(live.path().join(name), copy.path().join(name)).unwrap();
        }
        assert_eq!(fault(&copy.path().join("a.db")).unwrap(), None);
        assert_eq!(rows(&copy), 41);
    }
}
