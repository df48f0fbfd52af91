//! The lines of an image as tokens, and their Adler-32 checksum (RFC 1950), without the lines themselves.

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
    sums: (u64, u64),
}

const ADLER_BASE: u64 = 65_521;

impl Lines {
    pub(super) fn new(side: usize) -> Self {
        let bytes = 1 + side.div_ceil(8);
        Self { tokens: Tokens::new(bytes), bytes, sums: (1, 0) }
    }

    /// Draws a line `repeated` times, one or more. Its dark pixels come as runs (first, after the last) from
    /// left to right that do not touch.
    pub(super) fn draw(&mut self, dark: impl Iterator<Item = (usize, usize)>, repeated: usize) {
        let mut line =
            Line { tokens: &mut self.tokens, left: self.bytes, sums: (0, 0), pixel: 0, open: LIGHT };
        line.run(0, 1);
        for (first, after) in dark {
            line.fill(LIGHT, first);
            line.fill(DARK, after);
        }
        line.fill(LIGHT, (self.bytes - 1) * 8);
        let (plain, weighted) = line.sums;

        // What `repeated` rounds over the same bytes add to the two sums.
        let (bytes, rounds) = (self.bytes as u64, repeated as u64);
        let (a, b) = self.sums;
        let weighted_sums = bytes * ((rounds * a) % ADLER_BASE)
            + bytes * ((rounds * (rounds - 1) / 2 % ADLER_BASE) * (plain % ADLER_BASE) % ADLER_BASE)
            + rounds * (weighted % ADLER_BASE);
        self.sums = ((a + rounds * (plain % ADLER_BASE)) % ADLER_BASE, (b + weighted_sums) % ADLER_BASE);
        if repeated > 1 {
            self.tokens.copy(self.bytes * (repeated - 1), From::LastLine);
        }
    }

    /// Appends the lines, deflated, with header and checksum.
    pub(super) fn write(self, file: &mut Vec<u8>) {
        // Deflate with a window of 32 KiB, no preset dictionary, and the check bits to that.
        file.extend_from_slice(&[0x78, 0x9c]);
        self.tokens.write(file);
        let (a, b) = self.sums;
        for sum in [b, a] {
            // Below the base, 65 521.
            file.extend_from_slice(&u16::try_from(sum).unwrap_or(0).to_be_bytes());
        }
    }
}

/// A line in drawing.
struct Line<'a> {
    tokens: &'a mut Tokens,
    /// Bytes still to come.
    left: usize,
    /// The sum of the bytes, and the sum of each times the bytes from it to the end of the line.
    sums: (u64, u64),
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
            self.sums.0 += value * count;
            self.sums.1 += value * (count * left - count * (count - 1) / 2);
        }
        self.left -= count;
        if count > WORTH_A_COPY {
            self.tokens.literal(byte);
            self.tokens.copy(count - 1, From::LastByte);
        } else {
            for _ in 0..count {
                self.tokens.literal(byte);
            }
        }
    }
}
