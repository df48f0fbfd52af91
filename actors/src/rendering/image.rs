//! One image: what it is made of, and making it.

use ezqr_render::options::ImageOptions;
use ezqr_render::{
    EncodeError, ErrorCorrection, ImageError, ImageFormat, Symbol, TextEncoding, version_of_text,
};

/// Everything an image is made of: the same request gives the same bytes.
#[derive(Clone, Debug)]
pub struct ImageRequest {
    /// What the pattern holds.
    pub pattern: String,
    /// The least level; it rises while the version stays.
    pub level: ErrorCorrection,
    /// Whether it says that it is UTF-8, when it is not all ASCII.
    pub encoding: TextEncoding,
    /// The format.
    pub format: ImageFormat,
    /// Size, quiet zone and colours.
    pub options: ImageOptions,
}

/// Why there is no image.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The pattern fits no symbol of the level.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The symbol could not be drawn.
    #[error(transparent)]
    Draw(#[from] ImageError),
}

impl ImageRequest {
    /// How many pixels the image has. Vectors have none, so nothing is to be bounded there.
    pub fn pixels(&self) -> Result<u64, EncodeError> {
        match self.format {
            ImageFormat::Png => {
                Ok(self.options.pixels(version_of_text(&self.pattern, self.level, self.encoding)?))
            }
            ImageFormat::Svg | ImageFormat::Pdf => Ok(0),
        }
    }

    /// The printed side that the image tells, in millimetres to the micrometre; `None` when it tells none.
    pub fn side_millimetres(&self) -> Result<Option<f64>, EncodeError> {
        let ImageOptions { printed_side, resolution, .. } = self.options;
        if self.format != ImageFormat::Pdf && printed_side.is_none() && resolution.is_none() {
            return Ok(None);
        }
        let version = version_of_text(&self.pattern, self.level, self.encoding)?;
        Ok(self.options.side_millimetres(self.format, version))
    }

    /// Makes the image, on the thread that asks.
    pub fn render(&self) -> Result<Vec<u8>, RenderError> {
        let symbol = Symbol::of_text(&self.pattern, self.level, self.encoding)?;
        // No title: an image is public, and a code's name is its owner's.
        Ok(self.format.write(&symbol, &self.options, None)?)
    }
}
