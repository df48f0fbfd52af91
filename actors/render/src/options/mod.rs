//! What a caller may ask of an image. Every type here is valid once it exists.

mod colour;
mod geometry;
mod invalid;
mod measure;

pub use colour::{Colour, Colours, Light, MINIMUM_CONTRAST};
pub use geometry::Geometry;
pub use invalid::{Field, InvalidOption};
pub use measure::{MAXIMUM_QUIET_ZONE, Millimetres, PixelSize, QuietZone, Resolution, Scale};

use crate::{TextEncoding, Version};

/// How many pixels an image gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// So many pixels a module.
    Scale(Scale),
    /// A canvas of so many pixels a side: as many whole pixels a module as fit, the rest added to the quiet
    /// zone on all sides. A canvas too small for one pixel a module grows to hold it.
    Canvas(PixelSize),
}

impl Default for Size {
    fn default() -> Self {
        Self::Scale(Scale::default())
    }
}

/// The options of an image, in any format. A format ignores what it has no use for: SVG and PDF have no
/// pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ImageOptions {
    /// Pixels of a PNG.
    pub size: Size,
    /// The light border.
    pub quiet_zone: QuietZone,
    /// Dark and light.
    pub colours: Colours,
    /// The printed side. A PDF without one gets [`pdf::DEFAULT_SIDE`](crate::pdf::DEFAULT_SIDE), an SVG none;
    /// a PNG tells its resolution by it.
    pub printed_side: Option<Millimetres>,
    /// The resolution a PNG tells; `printed_side` goes before it.
    pub resolution: Option<Resolution>,
    /// Whether text that is not all ASCII says that it is UTF-8; `None`: as whoever makes the symbol sees fit.
    pub encoding: Option<TextEncoding>,
}

impl ImageOptions {
    /// Whether images drawn with these options keep to the standard.
    pub const fn is_conformant(&self) -> bool {
        self.quiet_zone.is_conformant()
    }

    /// The pixels that an image of a symbol of `version` has, known before it is drawn.
    pub fn pixels(&self, version: Version) -> u64 {
        let side = u64::from(self.geometry(version).side_pixels());
        side * side
    }

    /// Where the modules of a symbol of `version` lie on the canvas.
    pub fn geometry(&self, version: Version) -> Geometry {
        Geometry::new(version, self.size, self.quiet_zone)
    }
}
