//! A deflate stream of one block (RFC 1951) from tokens that the caller has already found: literals, and
//! copies from one of two distances.

use super::huffman::{Code, code};

/// A literal byte, or a copy of 3 to 258 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token(u16);

const COPY: u16 = 1 << 15;
const FAR: u16 = 1 << 14;

/// Where a copy is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// The nearer of two distances: the byte before.
    Near,
    /// The farther: the pixel or the line before.
    Far,
}

/// The tokens of a stream and how often each symbol occurs in them.
pub(super) struct Tokens {
    list: Vec<Token>,
    symbols: [u32; 286],
    near: usize,
    far: usize,
}

/// The longest copy.
const LONGEST: usize = 258;
/// The shortest.
const SHORTEST: usize = 3;

/// Ends the block.
const END: usize = 256;

/// The symbol of a copy's length, how many bits follow it, and their value (3.2.5).
const fn length_symbol(beyond_shortest: u16) -> (usize, u32, u16) {
    match beyond_shortest {
        ..8 => (257 + beyond_shortest as usize, 0, 0),
        255.. => (285, 0, 0),
        _ => {
            let extra = beyond_shortest.ilog2() - 2;
            let step = beyond_shortest >> extra;
            (257 + 4 * extra as usize + step as usize, extra, beyond_shortest & ((1 << extra) - 1))
        }
    }
}

/// The symbol of a distance, how many bits follow it, and their value (3.2.5).
fn distance_symbol(distance: usize) -> (usize, u32, usize) {
    let beyond = distance - 1;
    if beyond < 4 {
        return (beyond, 0, 0);
    }
    let extra = beyond.ilog2() - 1;
    (2 * extra as usize + (beyond >> extra), extra, beyond & ((1 << extra) - 1))
}

impl Tokens {
    /// No tokens yet. Copies will come from `near` bytes back, 1 to 4, or from `far` bytes back, more than that and up to 32 768.
    pub(super) fn new(near: usize, far: usize) -> Self {
        Self { list: Vec::with_capacity(2_048), symbols: [0; 286], near, far }
    }

    pub(super) fn literal(&mut self, byte: u8) {
        self.list.push(Token(u16::from(byte)));
        self.count(usize::from(byte));
    }

    /// Copies `length` bytes, 3 or more.
    pub(super) fn copy(&mut self, length: usize, from: From) {
        let kind = match from {
            From::Near => COPY,
            From::Far => COPY | FAR,
        };
        let mut left = length;
        while left > 0 {
            let all_but_shortest = left.saturating_sub(SHORTEST).clamp(SHORTEST, LONGEST);
            let part = if left <= LONGEST { left } else { all_but_shortest };
            let beyond = u16::try_from(part.saturating_sub(SHORTEST)).unwrap_or(0);
            self.list.push(Token(kind | beyond));
            self.count(length_symbol(beyond).0);
            left -= part;
        }
    }

    #[inline]
    fn count(&mut self, symbol: usize) {
        if let Some(count) = self.symbols.get_mut(symbol) {
            *count += 1;
        }
    }

    /// Appends the block to `file`: dynamic codes, final.
    pub(super) fn write(mut self, file: &mut Vec<u8>) {
        self.count(END);
        let symbols = code(&self.symbols, 15);
        // Up to four bytes a distance has no bits beside its symbol.
        let (near, _, _) = distance_symbol(self.near);
        let (far, far_extra, far_value) = distance_symbol(self.far);
        // Both distances get a code whether they occur or not: they are one bit each.
        let mut counts = [0; 30];
        for distance in [near, far] {
            if let Some(count) = counts.get_mut(distance) {
                *count = 1;
            }
        }
        let distances = code(&counts, 15);
        let code_of = |codes: &[Code], symbol: usize| codes.get(symbol).copied().unwrap_or_default();

        let mut bits = BitWriter { file, held: 0, count: 0 };
        bits.push(0b101, 3);
        write_codes(&mut bits, &symbols, &distances);
        let near = code_of(&distances, near);
        let far = code_of(&distances, far);
        let far_bits = u64::from(far.bits) | (far_value as u64) << far.length;
        let far_length = u32::from(far.length) + far_extra;
        for token in &self.list {
            if token.0 & COPY == 0 {
                let code = code_of(&symbols, usize::from(token.0));
                bits.push(u64::from(code.bits), u32::from(code.length));
                continue;
            }
            let (symbol, extra, value) = length_symbol(token.0 & 0xff);
            let code = code_of(&symbols, symbol);
            bits.push(u64::from(code.bits) | u64::from(value) << code.length, u32::from(code.length) + extra);
            if token.0 & FAR == 0 {
                bits.push(u64::from(near.bits), u32::from(near.length));
            } else {
                bits.push(far_bits, far_length);
            }
        }
        let end = code_of(&symbols, END);
        bits.push(u64::from(end.bits), u32::from(end.length));
        bits.finish();
    }
}

/// The order in which the lengths of the code lengths' codes stand (3.2.7).
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// Writes the lengths of both codes, themselves in a prefix code (3.2.7).
fn write_codes(bits: &mut BitWriter<'_>, symbols: &[Code; 286], distances: &[Code; 30]) {
    let used = |codes: &[Code]| codes.iter().rposition(|code| code.length > 0).map_or(0, |last| last + 1);
    let (literals, distances_used) = (used(symbols).max(257), used(distances).max(1));
    let all: Vec<u8> = symbols
        .iter()
        .take(literals)
        .chain(distances.iter().take(distances_used))
        .map(|code| code.length)
        .collect();
    // Each step is a symbol, the bits after it and their value.
    let mut steps: Vec<(u8, u32, usize)> = Vec::with_capacity(64);
    for run in all.chunk_by(|left, right| left == right) {
        let Some(length) = run.first() else { continue };
        let mut left = run.len();
        if *length > 0 {
            steps.push((*length, 0, 0));
            left -= 1;
        }
        while left > 0 {
            let (step, taken) = match (*length, left) {
                (0, 11..) => ((18, 7, left.min(138) - 11), left.min(138)),
                (0, 3..) => ((17, 3, left - 3), left),
                (1.., 3..) => ((16, 2, left.min(6) - 3), left.min(6)),
                (_, _) => ((*length, 0, 0), 1),
            };
            steps.push(step);
            left -= taken;
        }
    }
    let mut counts = [0; 19];
    for (symbol, _, _) in &steps {
        if let Some(count) = counts.get_mut(usize::from(*symbol)) {
            *count += 1;
        }
    }
    let codes = code(&counts, 7);
    let code_of = |symbol: usize| codes.get(symbol).copied().unwrap_or_default();
    let ordered =
        ORDER.iter().rposition(|symbol| code_of(*symbol).length > 0).map_or(4, |last| (last + 1).max(4));
    bits.push((literals - 257) as u64, 5);
    bits.push((distances_used - 1) as u64, 5);
    bits.push((ordered - 4) as u64, 4);
    for symbol in ORDER.iter().take(ordered) {
        bits.push(u64::from(code_of(*symbol).length), 3);
    }
    for (symbol, extra, value) in steps {
        let code = code_of(usize::from(symbol));
        bits.push(u64::from(code.bits) | (value as u64) << code.length, u32::from(code.length) + extra);
    }
}

/// Bits into bytes, lowest first.
struct BitWriter<'a> {
    file: &'a mut Vec<u8>,
    held: u64,
    count: u32,
}

impl BitWriter<'_> {
    /// Up to 32 bits.
    #[inline]
    fn push(&mut self, bits: u64, count: u32) {
        self.held |= bits << self.count;
        self.count += count;
        if self.count >= 32 {
            let [a, b, c, d, ..] = self.held.to_le_bytes();
            self.file.extend_from_slice(&[a, b, c, d]);
            self.held >>= 32;
            self.count -= 32;
        }
    }

    fn finish(mut self) {
        while self.count > 0 {
            let [byte, ..] = self.held.to_le_bytes();
            self.file.push(byte);
            self.held >>= 8;
            self.count = self.count.saturating_sub(8);
        }
    }
}
