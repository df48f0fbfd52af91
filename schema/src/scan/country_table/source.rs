//! The source of the table: two texts of a line per range.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::packing;
use crate::scan::Country;

/// Most countries of a table, the unknown one included: what a byte counts.
const COUNTRIES: usize = 255;

/// A range's first address, as a number, and its country.
pub(super) type Range = (u64, Country);

/// Which country each range of addresses belongs to; what [`CountryRanges::pack`] makes a file of.
///
/// Invariant: in both families the first range begins at 0, and first addresses ascend; there are at most
/// [`COUNTRIES`] countries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountryRanges {
    /// By IPv4 address, 32 bits.
    pub(super) v4: Vec<Range>,
    /// By the first 48 bits of an IPv6 address.
    pub(super) v6: Vec<Range>,
}

/// Texts are no [`CountryRanges`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCountryRanges {
    /// A line is not `first address,country`.
    #[error("IPv{family}, line {line}: must be an address, a comma, and two letters or nothing")]
    Line {
        /// 4 or 6.
        family: u8,
        /// Counted from 1.
        line: usize,
    },
    /// A range of IPv6 begins within a /48.
    #[error("IPv6, line {line}: must begin at a multiple of a /48")]
    Finer {
        /// Counted from 1.
        line: usize,
    },
    /// A range does not begin after the one before, or the first not at 0.
    #[error("IPv{family}, line {line}: must begin behind the line before, the first at 0")]
    Order {
        /// 4 or 6.
        family: u8,
        /// Counted from 1.
        line: usize,
    },
    /// There is no line.
    #[error("IPv{family}: there is no range")]
    Empty {
        /// 4 or 6.
        family: u8,
    },
    /// There are too many countries for the file's form.
    #[error("there are more than {COUNTRIES} countries")]
    Countries,
}

impl CountryRanges {
    /// Reads a text of IPv4 ranges and one of IPv6 ranges: lines `first address,country`, sorted, each valid up
    /// to the next; no country is an unknown one. Neighbours of one country become one range.
    pub fn parse(v4: &str, v6: &str) -> Result<Self, InvalidCountryRanges> {
        let ranges = Self { v4: family(4, v4, first_v4)?, v6: family(6, v6, first_v6)? };
        if ranges.countries().len() > COUNTRIES { Err(InvalidCountryRanges::Countries) } else { Ok(ranges) }
    }

    /// The countries that occur, in order.
    pub(super) fn countries(&self) -> Vec<Country> {
        let countries: BTreeSet<Country> =
            self.v4.iter().chain(&self.v6).map(|(_, country)| *country).collect();
        countries.into_iter().collect()
    }

    /// The file for [`CountryTable::unpack`](super::CountryTable::unpack): the same for the same ranges.
    pub fn pack(&self) -> Vec<u8> {
        packing::pack(self)
    }
}

fn family(
    family: u8,
    text: &str,
    first: impl Fn(&str, usize) -> Result<u64, InvalidCountryRanges>,
) -> Result<Vec<Range>, InvalidCountryRanges> {
    let mut ranges: Vec<Range> = Vec::new();
    let mut before = None;
    for (line, text) in (1..).zip(text.lines()) {
        let fault = InvalidCountryRanges::Line { family, line };
        let (address, country) = text.split_once(',').ok_or(fault)?;
        let first = first(address, line)?;
        let country = if country.is_empty() { Ok(Country::UNKNOWN) } else { Country::parse(country) };
        let country = country.map_err(|_| fault)?;
        if before.map_or(first != 0, |before| before >= first) {
            return Err(InvalidCountryRanges::Order { family, line });
        }
        before = Some(first);
        if ranges.last().is_none_or(|last| last.1 != country) {
            ranges.push((first, country));
        }
    }
    if ranges.is_empty() { Err(InvalidCountryRanges::Empty { family }) } else { Ok(ranges) }
}

fn first_v4(text: &str, line: usize) -> Result<u64, InvalidCountryRanges> {
    let address: Ipv4Addr = text.parse().map_err(|_| InvalidCountryRanges::Line { family: 4, line })?;
    Ok(u32::from(address).into())
}

fn first_v6(text: &str, line: usize) -> Result<u64, InvalidCountryRanges> {
    let address: Ipv6Addr = text.parse().map_err(|_| InvalidCountryRanges::Line { family: 6, line })?;
    let bits = u128::from(address);
    if bits.trailing_zeros() < 80 {
        return Err(InvalidCountryRanges::Finer { line });
    }
    u64::try_from(bits >> 80).map_err(|_| InvalidCountryRanges::Finer { line })
}
