//! Where modules lie on the canvas of a PNG.

use super::{QuietZone, Size};
use crate::Version;

/// A square canvas with a symbol on it, in whole pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    side: u32,
    scale: u32,
    start: u32,
}

impl Geometry {
    pub(super) fn new(version: Version, size: Size, quiet_zone: QuietZone) -> Self {
        // At most 177, and twice the widest quiet zone: times the largest scale it stays far below 2^32.
        let modules = 17 + 4 * u32::from(version.number());
        let with_border = modules + 2 * quiet_zone.modules();
        match size {
            Size::Scale(scale) => {
                let scale = scale.pixels();
                Self { side: with_border * scale, scale, start: quiet_zone.modules() * scale }
            }
            Size::Canvas(asked) => {
                let scale = (asked.pixels() / with_border).max(1);
                let canvas = asked.pixels().max(with_border);
                Self { side: canvas, scale, start: (canvas - modules * scale) / 2 }
            }
        }
    }

    /// Pixels a side of the canvas.
    pub const fn side_pixels(self) -> u32 {
        self.side
    }

    /// Pixels a module.
    pub const fn scale(self) -> u32 {
        self.scale
    }

    /// Pixels left of, and above, the symbol. Right of and below it there may be one more.
    pub const fn start_pixels(self) -> u32 {
        self.start
    }
}
