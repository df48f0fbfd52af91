//! Countries.

use std::fmt;

/// A country by its ISO 3166-1 alpha-2 code, in capitals; or `ZZ`, unknown (as in Unicode CLDR).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

/// A text is no code of a country.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be two letters, such as DE (ISO 3166-1 alpha-2); ZZ is unknown")]
pub struct InvalidCountry;

impl Country {
    /// Where nobody knows.
    pub const UNKNOWN: Self = Self(*b"ZZ");

    /// The country of this code, in letters of either case. Whether a country has it is not checked.
    pub const fn parse(code: &str) -> Result<Self, InvalidCountry> {
        let [first, second] = *code.as_bytes() else { return Err(InvalidCountry) };
        if !first.is_ascii_alphabetic() || !second.is_ascii_alphabetic() {
            return Err(InvalidCountry);
        }
        Ok(Self([first.to_ascii_uppercase(), second.to_ascii_uppercase()]))
    }

    /// Its code.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or("ZZ")
    }

    /// Its number among all codes: below 676.
    pub const fn number(self) -> u16 {
        let [first, second] = self.0;
        (first - b'A') as u16 * 26 + (second - b'A') as u16
    }

    /// The country of this number.
    pub fn of_number(number: u16) -> Option<Self> {
        let letter =
            |value: u16| u8::try_from(value).ok().filter(|value| *value < 26).map(|value| b'A' + value);
        Some(Self([letter(number / 26)?, letter(number % 26)?]))
    }
}

impl fmt::Display for Country {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_in_either_case_and_numbers_turn_back() {
        assert_eq!(Country::parse("de").unwrap().as_str(), "DE");
        for text in ["", "D", "DEU", "D1", "Ä"] {
            assert_eq!(Country::parse(text), Err(InvalidCountry), "{text}");
        }
        for number in 0..676 {
            assert_eq!(Country::of_number(number).unwrap().number(), number);
        }
        assert_eq!(Country::of_number(676), None);
    }
}
