//! The version of a symbol: how many modules a side has.

use qrcode::types::{EcLevel, Version as CrateVersion};

use ezqr_schema::ErrorCorrection;

/// The version of a symbol, 1 to 40 (ISO/IEC 18004:2015, 6.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u8);

/// A number that is no version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("version: 1 to 40, not {0}")]
pub struct UnknownVersion(pub u32);

impl Version {
    /// The smallest: 21 modules a side.
    pub const MIN: Self = Self(1);
    /// The largest: 177 modules a side.
    pub const MAX: Self = Self(40);

    /// The version of this number, 1 to 40.
    pub fn new(number: u32) -> Result<Self, UnknownVersion> {
        match u8::try_from(number) {
            Ok(small @ 1..=40) => Ok(Self(small)),
            Ok(_) | Err(_) => Err(UnknownVersion(number)),
        }
    }

    /// All forty, smallest first.
    pub fn all() -> impl DoubleEndedIterator<Item = Self> + Clone {
        (Self::MIN.0..=Self::MAX.0).map(Self)
    }

    /// 1 to 40.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// Modules a side, 21 to 177, without the quiet zone.
    pub const fn side_modules(self) -> usize {
        17 + 4 * self.0 as usize
    }

    /// Bits of data a symbol holds at `level`, the headers of its segments included (table 7).
    pub(crate) fn data_bits(self, level: ErrorCorrection) -> usize {
        qrcode::bits::Bits::new(self.as_crate_version()).max_len(crate_level(level)).unwrap_or_default()
    }

    pub(crate) fn as_crate_version(self) -> CrateVersion {
        CrateVersion::Normal(i16::from(self.0))
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

pub(crate) fn crate_level(level: ErrorCorrection) -> EcLevel {
    match level {
        ErrorCorrection::Low => EcLevel::L,
        ErrorCorrection::Medium => EcLevel::M,
        ErrorCorrection::Quartile => EcLevel::Q,
        ErrorCorrection::High => EcLevel::H,
    }
}
