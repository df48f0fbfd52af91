//! Reading one file.

use std::fs::File;
use std::io;

use ezqr_schema::scan::Scan;

use super::file::FIRST_RECORD;
use super::opening::{is_blank, read_up_to};
use super::record::{ALIGNMENT, LONGEST_RECORD, Parsed, parse};

/// Bytes that are read in one go.
pub(super) const CHUNK: usize = 256 << 10;

/// How far a file has been read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor {
    position: u64,
    /// Where bytes began that hold no record; they go up to the position.
    stretch: Option<Stretch>,
}

#[derive(Clone, Copy, Debug)]
struct Stretch {
    start: u64,
    /// All zeros so far.
    is_blank: bool,
}

/// What was read in one go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) bytes: u64,
    pub(super) scans: u64,
    /// Stretches without a record that came to their end, and records that nobody understands.
    pub(super) damaged: u64,
}

impl Cursor {
    pub(super) const START: Self = Self { position: FIRST_RECORD, stretch: None };

    pub(super) const fn position(&self) -> u64 {
        self.position
    }

    /// Reads on, at most a buffer of bytes, not beyond `limit`.
    ///
    /// Where no record is, the next one is looked for, four bytes on at a time: one damaged record, its length
    /// included, costs no other. A record is not found where there is none, because its checksum starts from
    /// the random id of the epoch. `is_whole` says that records go up to the limit; otherwise zeros may.
    pub(super) fn step(
        &mut self,
        file: &File,
        limit: u64,
        seed: u32,
        is_whole: bool,
        buffer: &mut [u8],
        mut each: impl FnMut(Scan<'_>),
    ) -> io::Result<Step> {
        let wanted = usize::try_from(limit.saturating_sub(self.position)).unwrap_or(usize::MAX);
        let room = wanted.min(buffer.len());
        let room = buffer.get_mut(..room).unwrap_or_default();
        let read = read_up_to(file, room, self.position)?;
        let is_last = read == wanted || read < room.len();
        let mut rest = buffer.get(..read).unwrap_or_default();
        let mut step = Step { bytes: read as u64, ..Step::default() };
        while !rest.is_empty() {
            let size = match parse(rest, seed) {
                Parsed::Incomplete if !is_last => break,
                Parsed::Scan(scan, size) => {
                    if self.is_late(file, seed)? {
                        return Ok(step);
                    }
                    step.damaged += u64::from(self.stretch.take().is_some());
                    step.scans += 1;
                    each(scan);
                    size
                }
                Parsed::Foreign(size) => {
                    step.damaged += 1 + u64::from(self.stretch.take().is_some());
                    size
                }
                Parsed::Blank | Parsed::Garbled | Parsed::Incomplete => self.pass(rest),
            };
            self.position += size as u64;
            rest = rest.get(size..).unwrap_or_default();
        }
        if is_last
            && self.stretch.is_some_and(|stretch| is_whole || !stretch.is_blank)
            && !self.is_late(file, seed)?
        {
            self.stretch = None;
            step.damaged += 1;
        }
        if is_last && read < wanted {
            // The file is shorter than it was: there is nothing more to come.
            self.position = limit;
        }
        Ok(step)
    }

    /// Goes over bytes that begin no record, and says how many.
    fn pass(&mut self, rest: &[u8]) -> usize {
        let blank =
            rest.chunks(CHUNK / 64).take_while(|chunk| is_blank(chunk)).map(<[u8]>::len).sum::<usize>();
        // The last zeros may be the first bytes of a length, if they are not whole words.
        let passed = blank.max(ALIGNMENT).min(rest.len());
        let passed_bytes = rest.get(..passed).unwrap_or_default();
        let stretch = self.stretch.get_or_insert(Stretch { start: self.position, is_blank: true });
        stretch.is_blank &= is_blank(passed_bytes);
        passed
    }

    /// Whether the stretch has become a record since it was read, because the file is being written. Then the
    /// cursor is back at it.
    fn is_late(&mut self, file: &File, seed: u32) -> io::Result<bool> {
        let Some(stretch) = self.stretch else { return Ok(false) };
        let mut bytes = [0; LONGEST_RECORD];
        let read = read_up_to(file, &mut bytes, stretch.start)?;
        let is_record = matches!(parse(bytes.get(..read).unwrap_or_default(), seed), Parsed::Scan(..));
        if is_record {
            *self = Self { position: stretch.start, stretch: None };
        }
        Ok(is_record)
    }
}
