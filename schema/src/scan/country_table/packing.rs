//! The file of a table.
//!
//! Eight bytes that name the form, the CRC-32 of what follows (little-endian), and a deflate stream (RFC 1951) of:
//! the number of countries, a byte, and two letters each; then for IPv4 and for IPv6 the number of ranges, each
//! range's country as its place among the countries, a byte, and for every range but the first, which begins at
//! 0, its distance from the one before.
//!
//! Numbers are of variable length ([`leb128`](crate::leb128)). Ranges mostly end on powers of two, so a distance
//! `odd << shift` is the number `(odd >> 1) << 6 | shift`. Countries and distances lie apart because each deflates
//! better among its like.

use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;

use super::CountryTable;
use super::ranges::Ranges;
use super::source::CountryRanges;
use crate::leb128;
use crate::scan::Country;

/// What the file begins with; another form gets another number.
const FORM: [u8; 8] = *b"ezqrgeo1";

/// Longest content, in bytes: five times what today's has.
const CONTENT_LIMIT: usize = 8 << 20;

/// Miniz's level that tries hardest.
const STRONGEST: u8 = 10;

/// A file is no table of countries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCountryTable {
    /// It begins otherwise.
    #[error("is no table of countries that this program can read")]
    Form,
    /// Its checksum is another one.
    #[error("is damaged: its checksum does not fit")]
    Checksum,
    /// Its content ends early, or says what it cannot mean.
    #[error("is malformed")]
    Malformed,
}

pub(super) fn pack(ranges: &CountryRanges) -> Vec<u8> {
    let countries = ranges.countries();
    let mut content = vec![low_byte(countries.len() as u64)];
    content.extend(countries.iter().flat_map(|country| country.as_str().bytes()));
    for family in [&ranges.v4, &ranges.v6] {
        leb128::put(&mut content, family.len() as u64);
        let place = |country: &Country| countries.binary_search(country).unwrap_or_default() as u64;
        content.extend(family.iter().map(|(_, country)| low_byte(place(country))));
        for (before, range) in family.iter().zip(family.iter().skip(1)) {
            let distance = range.0 - before.0;
            let shift = distance.trailing_zeros();
            leb128::put(&mut content, distance >> shift >> 1 << 6 | u64::from(shift));
        }
    }
    let body = compress_to_vec(&content, STRONGEST);
    [&FORM[..], &crc32fast::hash(&body).to_le_bytes(), &body].concat()
}

const fn low_byte(number: u64) -> u8 {
    number.to_le_bytes()[0]
}

pub(super) fn unpack(packed: &[u8]) -> Result<CountryTable, InvalidCountryTable> {
    let rest = packed.strip_prefix(&FORM).ok_or(InvalidCountryTable::Form)?;
    let (checksum, body) = rest.split_first_chunk().ok_or(InvalidCountryTable::Checksum)?;
    if crc32fast::hash(body) != u32::from_le_bytes(*checksum) {
        return Err(InvalidCountryTable::Checksum);
    }
    let content = decompress_to_vec_with_limit(body, CONTENT_LIMIT);
    let content = content.map_err(|_| InvalidCountryTable::Malformed)?;
    Content(&content).table().ok_or(InvalidCountryTable::Malformed)
}

/// What is still to be read.
struct Content<'packed>(&'packed [u8]);

impl<'packed> Content<'packed> {
    fn table(mut self) -> Option<CountryTable> {
        let count = self.byte()?;
        let codes = self.bytes(usize::from(count) * 2)?;
        let codes = codes.chunks_exact(2).map(|code| Country::parse(str::from_utf8(code).ok()?).ok());
        let countries = codes.collect::<Option<_>>()?;
        let v4 = self.family(count, |first| {
            let [a, b, c, d] = u32::try_from(first).ok()?.to_be_bytes();
            Some((u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])))
        })?;
        let v6 = self.family(count, |first| {
            let [0, 0, a, b, rest @ ..] = first.to_be_bytes() else { return None };
            Some((u16::from_be_bytes([a, b]), u32::from_be_bytes(rest)))
        })?;
        self.0.is_empty().then_some(CountryTable { v4, v6, countries })
    }

    /// The ranges of one family; `split` parts a first address into its first 16 bits and the rest.
    fn family<Rest: Copy + Ord>(
        &mut self,
        countries: u8,
        split: impl Fn(u64) -> Option<(u16, Rest)>,
    ) -> Option<Ranges<Rest>> {
        let count = usize::try_from(self.number()?).ok()?;
        let places = self.bytes(count)?;
        let mut ranges = Ranges::with_capacity(count);
        let mut first = 0;
        for (index, place) in places.iter().enumerate() {
            if index > 0 {
                first = self.distance()?.checked_add(first)?;
            }
            let (network, rest) = split(first)?;
            if *place >= countries {
                return None;
            }
            ranges.push(network, rest, *place);
        }
        Some(ranges.finish())
    }

    /// A distance; never 0.
    fn distance(&mut self) -> Option<u64> {
        let number = self.number()?;
        let (odd, shift) = ((number >> 6) * 2 + 1, number & 0x3f);
        (u64::from(odd.leading_zeros()) >= shift).then(|| odd << shift)
    }

    fn number(&mut self) -> Option<u64> {
        leb128::take(&mut self.0)
    }

    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*byte)
    }

    fn bytes(&mut self, count: usize) -> Option<&'packed [u8]> {
        let (bytes, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(bytes)
    }
}
