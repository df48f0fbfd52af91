//! Where modules lie on the canvas of a PNG.

use super::{PixelSize, QuietZone};
use crate::Version;

/// A square canvas with a symbol on it, in whole pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    side: u32,
    scale: u32,
    start: u32,
}

impl Geometry {
    /// Modules a side, the quiet zone included: at most 177, and twice the widest quiet zone.
    pub(super) fn modules(version: Version, quiet_zone: QuietZone) -> u32 {
        17 + 4 * u32::from(version.number()) + 2 * quiet_zone.modules()
    }

    /// A canvas of so many pixels a module. Times the largest scale, and times the dots of the longest side at the
    /// highest resolution, a side stays far below 2^32.
    pub(super) fn scaled(version: Version, scale: u32, quiet_zone: QuietZone) -> Self {
        Self { side: Self::modules(version, quiet_zone) * scale, scale, start: quiet_zone.modules() * scale }
    }

    /// A canvas of so many pixels a side, or more where not even one a module fits.
    pub(super) fn on_canvas(version: Version, asked: PixelSize, quiet_zone: QuietZone) -> Self {
        let with_border = Self::modules(version, quiet_zone);
        let modules = with_border - 2 * quiet_zone.modules();
        let scale = (asked.pixels() / with_border).max(1);
        let side = asked.pixels().max(with_border);
        Self { side, scale, start: (side - modules * scale) / 2 }
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
