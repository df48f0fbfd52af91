//! The masks that break up a symbol's data (ISO/IEC 18004:2015, 7.8).

/// The mask applied to a symbol's data, 0 to 7 (ISO/IEC 18004:2015, table 10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mask(u8);

/// A number that is no mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("mask: 0 to 7, not {0}")]
pub struct UnknownMask(pub u32);

impl Mask {
    /// All eight, in order.
    pub const ALL: [Self; 8] = [Self(0), Self(1), Self(2), Self(3), Self(4), Self(5), Self(6), Self(7)];

    /// The mask of this number, 0 to 7.
    pub fn new(number: u32) -> Result<Self, UnknownMask> {
        match u8::try_from(number) {
            Ok(small @ 0..=7) => Ok(Self(small)),
            Ok(_) | Err(_) => Err(UnknownMask(number)),
        }
    }

    /// 0 to 7.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// Whether the mask inverts the data module in column `x` of row `y` (table 10).
    pub(super) const fn inverts(self, x: usize, y: usize) -> bool {
        match self.0 {
            0 => (x + y).is_multiple_of(2),
            1 => y.is_multiple_of(2),
            2 => x.is_multiple_of(3),
            3 => (x + y).is_multiple_of(3),
            4 => (x / 3 + y / 2).is_multiple_of(2),
            5 => x * y % 2 + x * y % 3 == 0,
            6 => (x * y % 2 + x * y % 3).is_multiple_of(2),
            _ => ((x + y) % 2 + x * y % 3).is_multiple_of(2),
        }
    }
}
