//! The lines of an image of one bit a pixel as tokens, and their checksum, without the lines themselves.

use super::DrawLine;
use super::checksum::{Checksum, Sums};
use super::deflate::{From, Tokens};

/// From how many equal bytes on a copy of the byte before is shorter than literals, which in these images are
/// of two or three bits each.
const WORTH_A_COPY: usize = 8;

const LIGHT: u8 = 0xff;
const DARK: u8 = 0x00;

/// The lines drawn so far. Light pixels are ones.
pub(super) struct Lines {
    tokens: Tokens,
    /// Bytes of a line: the filter type, then eight pixels a byte.
    bytes: usize,
    checksum: Checksum,
}

impl Lines {
    pub(super) fn new(side: usize) -> Self {
        let bytes = 1 + side.div_ceil(8);
        Self { tokens: Tokens::new(1, bytes), bytes, checksum: Checksum::default() }
    }

    /// Appends the lines, deflated, with header and checksum.
    pub(super) fn write(self, file: &mut Vec<u8>) {
        self.checksum.write_around(self.tokens, file);
    }
}

impl DrawLine for Lines {
    fn draw(&mut self, dark: impl Iterator<Item = (usize, usize)>, repeated: usize) {
        let mut line =
            Line { tokens: &mut self.tokens, left: self.bytes, sums: Sums::default(), pixel: 0, open: LIGHT };
        line.run(0, 1);
        for (first, after) in dark {
            line.fill(LIGHT, first);
            line.fill(DARK, after);
        }
        line.fill(LIGHT, (self.bytes - 1) * 8);
        let sums = line.sums;
        self.checksum.add(self.bytes, sums, repeated);
        if repeated > 1 {
            self.tokens.copy(self.bytes * (repeated - 1), From::Far);
        }
    }
}

/// A line in drawing.
struct Line<'a> {
    tokens: &'a mut Tokens,
    /// Bytes still to come.
    left: usize,
    sums: Sums,
    /// The next pixel.
    pixel: usize,
    /// The byte that pixel lies in, if it has been begun.
    open: u8,
}

impl Line<'_> {
    /// Sets the pixels up to `after`.
    #[inline]
    fn fill(&mut self, colour: u8, after: usize) {
        let begun = self.pixel % 8;
        if begun > 0 {
            let rest = LIGHT >> begun;
            self.open = self.open & !rest | colour & rest;
            let end = self.pixel - begun + 8;
            if after < end {
                self.pixel = after;
                return;
            }
            self.run(self.open, 1);
            self.pixel = end;
        }
        let whole = (after - self.pixel) / 8;
        if whole > 0 {
            self.run(colour, whole);
        }
        self.open = colour;
        self.pixel = after;
    }

    /// Adds `count` equal bytes, one or more.
    #[inline]
    fn run(&mut self, byte: u8, count: usize) {
        if byte > 0 {
            let (value, left, count) = (u64::from(byte), self.left as u64, count as u64);
            self.sums.plain += value * count;
            self.sums.weighted += value * (count * left - count * (count - 1) / 2);
        }
        self.left -= count;
        if count > WORTH_A_COPY {
            self.tokens.literal(byte);
            self.tokens.copy(count - 1, From::Near);
        } else {
            for _ in 0..count {
                self.tokens.literal(byte);
            }
        }
    }
}
