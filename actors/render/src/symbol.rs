//! A QR symbol: its modules, and how it came to them.

use ezqr_schema::ErrorCorrection;

use crate::{EncodeError, SymbolRequest, Version};

/// The mask applied to a symbol's data, 0 to 7 (ISO/IEC 18004:2015, table 10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mask(u8);

/// A number that is no mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("mask: 0 to 7, not {0}")]
pub struct UnknownMask(pub u32);

impl Mask {
    /// The mask of this number, 0 to 7.
    pub fn new(number: u32) -> Result<Self, UnknownMask> {
        match u8::try_from(number) {
            Ok(small @ 0..=7) => Ok(Self(small)),
            Ok(_) | Err(_) => Err(UnknownMask(number)),
        }
    }

    /// All eight.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..8).map(Self)
    }

    /// 0 to 7.
    pub const fn number(self) -> u8 {
        self.0
    }
}

/// A QR symbol, without its quiet zone. It lies in place: about 4 KiB, nothing on the heap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    version: Version,
    level: ErrorCorrection,
    mask: Mask,
    rows: [[u64; 3]; 177],
}

impl Symbol {
    /// The smallest symbol that holds `payload` at `level` or better.
    pub fn encode(payload: &[u8], level: ErrorCorrection) -> Result<Self, EncodeError> {
        SymbolRequest::new(payload).at_least(level).encode()
    }

    pub(crate) fn draw(request: &SymbolRequest<'_>) -> Result<Self, EncodeError> {
        let version = request.best_version()?;
        let level = crate::version::crate_level(request.level);
        let mut rows = [[0; 3]; 177];
        let code = qrcode::QrCode::with_version(request.payload, version.as_crate_version(), level);
        let colours = code.map(qrcode::QrCode::into_colors).unwrap_or_default();
        for (row, line) in rows.iter_mut().zip(colours.chunks(version.side_modules())) {
            for (x, colour) in line.iter().enumerate() {
                if let Some(word) = row.get_mut(x / 64) {
                    *word |= u64::from(*colour == qrcode::Color::Dark) << (x % 64);
                }
            }
        }
        Ok(Self { version, level: request.level, mask: request.mask.unwrap_or(Mask(0)), rows })
    }

    /// Its version.
    pub const fn version(&self) -> Version {
        self.version
    }

    /// The level it reached, at least the one asked for.
    pub const fn level(&self) -> ErrorCorrection {
        self.level
    }

    /// Its mask.
    pub const fn mask(&self) -> Mask {
        self.mask
    }

    /// Modules a side, 21 to 177.
    pub const fn side_modules(&self) -> usize {
        self.version.side_modules()
    }

    /// Whether the module in column `x` of row `y` is dark. Outside the symbol all is light.
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        let word = self.rows.get(y).and_then(|row| row.get(x / 64));
        word.is_some_and(|word| word >> (x % 64) & 1 == 1)
    }

    /// The rows, topmost first. Column `x` is bit `x % 64` of word `x / 64`; bits beyond the side are zero.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[u64; 3]> {
        self.rows.iter().take(self.side_modules())
    }
}
