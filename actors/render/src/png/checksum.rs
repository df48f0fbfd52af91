//! The frame around a deflate stream (RFC 1950), and its Adler-32 checksum, made line by line.

use super::deflate::Tokens;

const BASE: u64 = 65_521;

/// What the bytes of a line add to the checksum.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    /// The sum of the bytes.
    pub(super) plain: u64,
    /// The sum of each byte times the bytes from it to the end of the line.
    pub(super) weighted: u64,
}

/// The checksum of the lines so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Checksum {
    a: u64,
    b: u64,
}

impl Default for Checksum {
    fn default() -> Self {
        Self { a: 1, b: 0 }
    }
}

impl Checksum {
    /// Adds `rounds` lines, one or more, of the same `bytes`.
    pub(super) fn add(&mut self, bytes: usize, line: Sums, rounds: usize) {
        let (bytes, rounds) = (bytes as u64, rounds as u64);
        let (plain, weighted) = (line.plain % BASE, line.weighted % BASE);
        let added = bytes * ((rounds * self.a) % BASE)
            + bytes * ((rounds * (rounds - 1) / 2 % BASE) * plain % BASE)
            + rounds * weighted;
        self.b = (self.b + added) % BASE;
        self.a = (self.a + rounds * plain) % BASE;
    }

    /// Appends `tokens`, deflated, with the header before and this checksum behind them.
    pub(super) fn write_around(self, tokens: Tokens, file: &mut Vec<u8>) {
        // Deflate with a window of 32 KiB, no preset dictionary, and the check bits to that.
        file.extend_from_slice(&[0x78, 0x9c]);
        tokens.write(file);
        for sum in [self.b, self.a] {
            // Below the base.
            file.extend_from_slice(&u16::try_from(sum).unwrap_or(0).to_be_bytes());
        }
    }
}
