//! One image: what it is made of, and making it.

use ezqr_render::options::ImageOptions;
use ezqr_render::{EncodeError, ErrorCorrection, Symbol, best_version, pdf, png, svg};

/// The formats of images.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Pixels.
    Png,
    /// Vectors for the web.
    Svg,
    /// Vectors for print.
    Pdf,
}

impl Format {
    /// All of them, the preferred first.
    pub const ALL: [Self; 3] = [Self::Png, Self::Svg, Self::Pdf];

    /// The ending of file names.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
            Self::Pdf => "pdf",
        }
    }

    /// The media type (RFC 2083, SVG 1.1 appendix P, RFC 8118).
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Svg => "image/svg+xml",
            Self::Pdf => "application/pdf",
        }
    }
}

/// Everything an image is made of: the same request gives the same bytes.
#[derive(Clone, Debug)]
pub struct ImageRequest {
    /// What the pattern holds.
    pub pattern: String,
    /// The least level; it rises while the version stays.
    pub level: ErrorCorrection,
    /// The format.
    pub format: Format,
    /// Size, quiet zone and colours.
    pub options: ImageOptions,
    /// What an SVG says it shows.
    pub title: Option<String>,
}

/// Why there is no image.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The pattern fits no symbol of the level.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// A PNG could not be written.
    #[error(transparent)]
    Png(#[from] png::PngError),
    /// A PDF could not be written.
    #[error(transparent)]
    Pdf(#[from] pdf::PdfError),
}

impl ImageRequest {
    /// How many pixels the image has. Vectors have none, so nothing is to be bounded there.
    pub fn pixels(&self) -> Result<u64, EncodeError> {
        match self.format {
            Format::Png => Ok(self.options.pixels(best_version(self.pattern.as_bytes(), self.level)?)),
            Format::Svg | Format::Pdf => Ok(0),
        }
    }

    /// Makes the image, on the thread that asks.
    pub fn render(&self) -> Result<Vec<u8>, RenderError> {
        let symbol = Symbol::encode(self.pattern.as_bytes(), self.level)?;
        Ok(match self.format {
            Format::Png => png::write(&symbol, &self.options)?,
            Format::Svg => svg::write(&symbol, &self.options, self.title.as_deref()).into_bytes(),
            Format::Pdf => pdf::write(&symbol, &self.options)?,
        })
    }
}
