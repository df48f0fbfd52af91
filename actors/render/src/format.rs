//! The formats an image comes in.

use crate::options::ImageOptions;
use crate::pdf::{self, PdfError};
use crate::png::{self, PngError};
use crate::{Symbol, svg};

/// The format of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ImageFormat {
    /// A raster image.
    Png,
    /// A vector image for screens.
    Svg,
    /// A page for print.
    Pdf,
}

/// An image that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// As a PNG.
    #[error(transparent)]
    Png(#[from] PngError),
    /// As a PDF.
    #[error(transparent)]
    Pdf(#[from] PdfError),
}

impl ImageFormat {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Png, Self::Svg, Self::Pdf];

    /// The ending of a file's name, which is also the format's name in the API.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
            Self::Pdf => "pdf",
        }
    }

    /// The media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Svg => "image/svg+xml",
            Self::Pdf => "application/pdf",
        }
    }

    /// The image of `symbol`. Only an SVG has a title.
    pub fn write(
        self,
        symbol: &Symbol,
        options: &ImageOptions,
        title: Option<&str>,
    ) -> Result<Vec<u8>, ImageError> {
        match self {
            Self::Png => Ok(png::write(symbol, options)?),
            Self::Svg => Ok(svg::write(symbol, options, title).into_bytes()),
            Self::Pdf => Ok(pdf::write(symbol, options)?),
        }
    }
}
