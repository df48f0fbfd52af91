//! Generated short codes: sequence numbers as they are printed.

use std::fmt;

use crate::Sequence;

/// Crockford's base 32: digits and capitals without I, L, O and U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const SYMBOL_BITS: u32 = 5;

/// Eight symbols of Crockford's base 32, upper case: a scrambled [`Sequence`].
///
/// Every value of this type stands for exactly one sequence number, minted or not.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ShortCode(u64);

impl ShortCode {
    /// Symbols of a short code.
    pub const LENGTH: usize = 8;

    /// The short code `text` means: case is ignored, I and L are read as 1, O as 0.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != Self::LENGTH {
            return None;
        }
        text.bytes().try_fold(0, |value, byte| Some((value << SYMBOL_BITS) | symbol(byte)?)).map(Self)
    }

    /// Wraps a scrambled number below 2^40.
    pub(crate) const fn from_scrambled(value: u64) -> Self {
        debug_assert!(value >> Sequence::BITS == 0);
        Self(value)
    }

    /// The scrambled number.
    pub(crate) const fn scrambled(self) -> u64 {
        self.0
    }
}

/// Whether `text` has the length and symbols of a generated code, or of the nine-symbol ones that are
/// kept free for an installation that has used up its eight.
pub(crate) fn looks_generated(text: &str) -> bool {
    matches!(text.len(), 8 | 9) && text.bytes().all(|byte| symbol(byte).is_some())
}

fn symbol(byte: u8) -> Option<u64> {
    let folded = match byte.to_ascii_uppercase() {
        b'I' | b'L' => b'1',
        b'O' => b'0',
        other => other,
    };
    let position = ALPHABET.iter().position(|symbol| *symbol == folded)?;
    u64::try_from(position).ok()
}

impl fmt::Display for ShortCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for place in (0..8).rev() {
            let index = (self.0 >> (place * SYMBOL_BITS)) & 31;
            let symbol =
                usize::try_from(index).ok().and_then(|index| ALPHABET.get(index)).ok_or(fmt::Error)?;
            fmt::Write::write_char(formatter, char::from(*symbol))?;
        }
        Ok(())
    }
}

impl fmt::Debug for ShortCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ShortCode({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_lookalikes_are_folded() {
        let code = ShortCode::parse("10ABCDEF").unwrap();
        for text in ["ioabcdef", "LOabcdEF", "l0ABCDEF"] {
            assert_eq!(ShortCode::parse(text), Some(code), "{text}");
        }
        assert_eq!(code.to_string(), "10ABCDEF");
    }

    #[test]
    fn other_lengths_and_symbols_are_no_short_code() {
        for text in ["", "1234567", "123456789", "1234567U", "1234-678", "1234567é", "1234567\0"] {
            assert_eq!(ShortCode::parse(text), None, "{text}");
        }
    }
}
