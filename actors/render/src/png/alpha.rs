//! The lines of an image whose pixels have an alpha sample, eight bits each, as tokens.
//!
//! A line that repeats the one before is written as its difference to that, which is zeros (filter type 2 of PNG). So
//! all copies are of the byte or the pixel before: a copy of the line before would cost more bits, and in wide images
//! it would lie beyond the window of deflate.

use super::DrawLine;
use super::checksum::{Checksum, Sums};
use super::deflate::{From, Tokens};

/// The filter types of a line (ISO/IEC 15948, 9.2).
const NONE: u8 = 0;
const UP: u8 = 2;

/// The shortest copy of deflate, in bytes.
const SHORTEST_COPY: usize = 3;

/// The lines drawn so far, of pixels of `SAMPLES` bytes.
pub(super) struct AlphaLines<const SAMPLES: usize> {
    tokens: Tokens,
    /// Pixels of a line.
    side: usize,
    dark: [u8; SAMPLES],
    light: [u8; SAMPLES],
    checksum: Checksum,
}

impl<const SAMPLES: usize> AlphaLines<SAMPLES> {
    /// No lines yet, of `side` pixels.
    pub(super) fn new(side: usize, dark: [u8; SAMPLES], light: [u8; SAMPLES]) -> Self {
        Self { tokens: Tokens::new(1, SAMPLES), side, dark, light, checksum: Checksum::default() }
    }

    /// Appends the lines, deflated, with header and checksum.
    pub(super) fn write(self, file: &mut Vec<u8>) {
        self.checksum.write_around(self.tokens, file);
    }
}

impl<const SAMPLES: usize> DrawLine for AlphaLines<SAMPLES> {
    fn draw(&mut self, dark: impl Iterator<Item = (usize, usize)>, repeated: usize) {
        let mut line = Line { tokens: &mut self.tokens, left: self.side * SAMPLES, sums: Sums::default() };
        line.tokens.literal(NONE);
        let mut pixel = 0;
        for (first, after) in dark {
            line.run(self.light, first - pixel);
            line.run(self.dark, after - first);
            pixel = after;
        }
        line.run(self.light, self.side - pixel);
        let sums = line.sums;
        let bytes = 1 + self.side * SAMPLES;
        self.checksum.add(bytes, sums, 1);

        if repeated > 1 {
            for _ in 1..repeated {
                self.tokens.literal(UP);
                self.tokens.literal(0);
                self.tokens.copy(self.side * SAMPLES - 1, From::Near);
            }
            let sums = Sums { plain: u64::from(UP), weighted: u64::from(UP) * bytes as u64 };
            self.checksum.add(bytes, sums, repeated - 1);
        }
    }
}

/// A line in drawing, behind its filter type.
struct Line<'a> {
    tokens: &'a mut Tokens,
    /// Bytes still to come.
    left: usize,
    sums: Sums,
}

impl Line<'_> {
    /// Adds `count` equal pixels.
    fn run<const SAMPLES: usize>(&mut self, pixel: [u8; SAMPLES], count: usize) {
        if count == 0 {
            return;
        }
        // A byte counts once for each byte from it to the end of the line; each pixel on, that is `SAMPLES` less.
        let (pixels, less) = (count as u64, (SAMPLES * count * (count - 1) / 2) as u64);
        for (byte, left) in pixel.iter().zip((0..=self.left).rev()) {
            let value = u64::from(*byte);
            self.sums.plain += value * pixels;
            self.sums.weighted += value * (pixels * left as u64 - less);
        }
        self.left -= count * SAMPLES;

        let again = (count - 1) * SAMPLES;
        let written = if again < SHORTEST_COPY { count } else { 1 };
        for byte in std::iter::repeat_n(pixel, written).flatten() {
            self.tokens.literal(byte);
        }
        if again >= SHORTEST_COPY {
            self.tokens.copy(again, From::Far);
        }
    }
}
