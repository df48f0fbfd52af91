//! The country of an address, by the table that comes with the program.

mod packing;
mod ranges;
mod source;
#[cfg(test)]
mod tests;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub use self::packing::InvalidCountryTable;
use self::ranges::Ranges;
pub use self::source::{CountryRanges, InvalidCountryRanges};
use super::Country;

/// What has to stand wherever a country found by the shipped table is shown (CC BY 4.0, section 3).
pub const GEO_ATTRIBUTION: &str = "IP geolocation data by DB-IP (https://db-ip.com), IP to Country Lite, \
     October 2026, licensed under CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/); modified: repacked, \
     IPv6 cut to /48, five IPv6 blocks corrected.";

/// What `examples/pack_countries.rs` made of the source; the crate's README tells how.
const SHIPPED: &[u8] = include_bytes!("../../geo/countries.bin");

/// The countries of all addresses: of single IPv4 addresses, and of IPv6 networks of 48 bits.
///
/// It takes about 3 MB and is made once. A look-up reads one entry of a directory by the address's first 16
/// bits and searches the ranges that begin with them.
#[derive(Debug)]
pub struct CountryTable {
    v4: Ranges<u16>,
    v6: Ranges<u32>,
    countries: Box<[Country]>,
}

impl CountryTable {
    /// The table that is compiled in.
    pub fn shipped() -> Result<Self, InvalidCountryTable> {
        Self::unpack(SHIPPED)
    }

    /// The table of a file that [`CountryRanges::pack`] made.
    pub fn unpack(packed: &[u8]) -> Result<Self, InvalidCountryTable> {
        packing::unpack(packed)
    }

    /// Where `address` is used; [`Country::UNKNOWN`] for one that belongs to nobody, such as a private one.
    pub fn country(&self, address: IpAddr) -> Country {
        let place = match address {
            IpAddr::V4(address) => self.place_of_v4(address),
            IpAddr::V6(address) => match carried(address) {
                Some(address) => self.place_of_v4(address),
                None => self.place_of_v6(address),
            },
        };
        self.countries.get(usize::from(place)).copied().unwrap_or(Country::UNKNOWN)
    }

    fn place_of_v4(&self, address: Ipv4Addr) -> u8 {
        let [first, second, third, fourth] = address.octets();
        self.v4.country(u16::from_be_bytes([first, second]), u16::from_be_bytes([third, fourth]))
    }

    fn place_of_v6(&self, address: Ipv6Addr) -> u8 {
        let [first, second, third, ..] = address.segments();
        self.v6.country(first, u32::from(second) << 16 | u32::from(third))
    }

    /// What it takes of memory, in bytes.
    pub fn heap_bytes(&self) -> usize {
        self.v4.heap_bytes() + self.v6.heap_bytes() + size_of_val(&*self.countries)
    }
}

/// The IPv4 address that an IPv6 one stands for: mapped (RFC 4291, 2.5.5.2), 6to4 (RFC 3056, 2) or Teredo, which
/// holds it inverted (RFC 4380, 4).
fn carried(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let of_segments = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match address.segments() {
        [0x2002, high, low, ..] => Some(of_segments(high, low)),
        [0x2001, 0, _, _, _, _, high, low] => Some(of_segments(!high, !low)),
        _ => address.to_ipv4_mapped(),
    }
}
