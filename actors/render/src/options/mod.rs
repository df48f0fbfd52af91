//! What a caller may ask of an image. Every type here is valid once it exists.

mod colour;
mod geometry;
mod invalid;
mod measure;

pub use colour::{Colour, Colours, Light, MINIMUM_CONTRAST};
pub use geometry::Geometry;
pub use invalid::{Field, InvalidOption};
pub use measure::{MAXIMUM_QUIET_ZONE, Millimetres, PixelSize, QuietZone, Resolution, Scale};

pub(crate) use measure::MILLIMETRES_AN_INCH;
use measure::to_the_micrometre;

use crate::{ImageFormat, TextEncoding, Version};

/// How many pixels an image gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    /// Nothing is asked. A PNG gets whole dots a module, those that come nearest to the printed side at the resolution,
    /// where both are given; else 10 pixels a module. An SVG tells the printed side, if there is one.
    #[default]
    Unasked,
    /// So many pixels a module.
    Scale(Scale),
    /// A canvas of so many pixels a side: as many whole pixels a module as fit, the rest added to the quiet
    /// zone on all sides. A canvas too small for one pixel a module grows to hold it.
    Canvas(PixelSize),
}

/// The options of an image, in any format. A format ignores what it has no use for: a PDF has no pixels, an SVG no
/// resolution.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ImageOptions {
    /// Pixels of a PNG; width and height of an SVG.
    pub size: Size,
    /// The light border.
    pub quiet_zone: QuietZone,
    /// Dark and light.
    pub colours: Colours,
    /// The printed side that is asked for; [`Self::side_millimetres`] is the one that comes of it. A PDF without one
    /// gets [`pdf::DEFAULT_SIDE`](crate::pdf::DEFAULT_SIDE), an SVG none.
    pub printed_side: Option<Millimetres>,
    /// The resolution that a PNG is made for, and tells.
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
        let modules = Geometry::modules(version, self.quiet_zone);
        let scale = match (self.size, self.printed_side, self.resolution) {
            (Size::Canvas(side), _, _) => return Geometry::on_canvas(version, side, self.quiet_zone),
            (Size::Scale(scale), _, _) => scale.pixels(),
            (Size::Unasked, Some(side), Some(resolution)) => resolution.dots_a_module(side, modules),
            (Size::Unasked, _, _) => Scale::default().pixels(),
        };
        Geometry::scaled(version, scale, self.quiet_zone)
    }

    /// The printed side that an image of a symbol of `version` tells, in millimetres to the micrometre; `None` when it
    /// tells none. A PNG of a resolution is so long as its pixels are.
    pub fn side_millimetres(&self, format: ImageFormat, version: Version) -> Option<f64> {
        match (format, self.resolution) {
            (ImageFormat::Png, Some(resolution)) => {
                let dots = f64::from(self.geometry(version).side_pixels());
                Some(to_the_micrometre(dots * MILLIMETRES_AN_INCH / f64::from(resolution.dots_per_inch())))
            }
            (ImageFormat::Png | ImageFormat::Svg, _) => self.printed_side.map(Millimetres::length),
            (ImageFormat::Pdf, _) => {
                Some(self.printed_side.map_or(crate::pdf::DEFAULT_SIDE, Millimetres::length))
            }
        }
    }
}
