//! PNG (ISO/IEC 15948), straight from rows of modules: there is no buffer of pixels.

mod deflate;
mod huffman;
mod lines;

use self::lines::Lines;
use crate::Symbol;
use crate::options::{Colours, Geometry, ImageOptions, Light};
use crate::symbol::dark_runs;

/// The most pixels an image may have; callers that bound further ask
/// [`ImageOptions::pixels`](crate::options::ImageOptions::pixels) first.
pub const MAXIMUM_PIXELS: u64 = 1 << 30;

/// An image that is not drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PngError {
    /// More than [`MAXIMUM_PIXELS`].
    #[error("an image of {pixels} pixels: at most {MAXIMUM_PIXELS}")]
    TooManyPixels {
        /// The pixels it would have.
        pixels: u64,
    },
}

/// The image of `symbol`: one bit a pixel, grey where it is black on white, else with a palette.
pub fn write(symbol: &Symbol, options: &ImageOptions) -> Result<Vec<u8>, PngError> {
    let pixels = options.pixels(symbol.version());
    if pixels > MAXIMUM_PIXELS {
        return Err(PngError::TooManyPixels { pixels });
    }
    let geometry = options.geometry(symbol.version());
    let mut file = Vec::with_capacity(1_024);
    file.extend_from_slice(b"\x89PNG\r\n\x1a\n");
    write_header(&mut file, geometry, options);
    chunk(&mut file, *b"IDAT", |file| draw(symbol, geometry).write(file));
    chunk(&mut file, *b"IEND", |_| {});
    Ok(file)
}

/// What comes before the pixels.
fn write_header(file: &mut Vec<u8>, geometry: Geometry, options: &ImageOptions) {
    const BITS: u8 = 1;
    const GREY: u8 = 0;
    const PALETTE: u8 = 3;
    let side = geometry.side_pixels();
    let colours = options.colours;
    let is_grey = colours == Colours::default();
    chunk(file, *b"IHDR", |file| {
        file.extend_from_slice(&side.to_be_bytes());
        file.extend_from_slice(&side.to_be_bytes());
        // Deflate, the five basic filters, no interlace.
        file.extend_from_slice(&[BITS, if is_grey { GREY } else { PALETTE }, 0, 0, 0]);
    });
    if !is_grey {
        let (dark, light) = (colours.dark(), colours.light().over_white());
        let palette = [dark.red, dark.green, dark.blue, light.red, light.green, light.blue];
        chunk(file, *b"PLTE", |file| file.extend_from_slice(&palette));
    }
    if colours.light() == Light::Transparent {
        chunk(file, *b"tRNS", |file| file.extend_from_slice(&[0xff, 0]));
    }
    if let Some(pixels) = pixels_a_metre(side, options) {
        const METRE: u8 = 1;
        chunk(file, *b"pHYs", |file| {
            file.extend_from_slice(&pixels.to_be_bytes());
            file.extend_from_slice(&pixels.to_be_bytes());
            file.push(METRE);
        });
    }
}

/// The resolution as the file tells it.
fn pixels_a_metre(side: u32, options: &ImageOptions) -> Option<u32> {
    let pixels = match (options.printed_side, options.resolution) {
        (Some(millimetres), _) => f64::from(side) * 1_000.0 / millimetres.length(),
        (None, Some(resolution)) => f64::from(resolution.dots_per_inch()) * 1_000.0 / 25.4,
        (None, None) => return None,
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
    let whole = pixels.round() as u32;
    Some(whole.max(1))
}

fn draw(symbol: &Symbol, geometry: Geometry) -> Lines {
    let (side, start, scale) =
        (geometry.side_pixels() as usize, geometry.start_pixels() as usize, geometry.scale() as usize);
    let mut lines = Lines::new(side);
    if start > 0 {
        lines.draw(std::iter::empty(), start);
    }
    for row in symbol.rows() {
        let runs = dark_runs(row).map(|(first, modules)| {
            let first = start + first as usize * scale;
            (first, first + modules as usize * scale)
        });
        lines.draw(runs, scale);
    }
    let below = side - start - symbol.side_modules() * scale;
    if below > 0 {
        lines.draw(std::iter::empty(), below);
    }
    lines
}

/// Appends a chunk: length, name, data, and the CRC of name and data.
fn chunk(file: &mut Vec<u8>, name: [u8; 4], data: impl FnOnce(&mut Vec<u8>)) {
    let start = file.len();
    file.extend_from_slice(&[0; 4]);
    file.extend_from_slice(&name);
    data(file);
    let Some((length, checked)) = file.get_mut(start..).and_then(<[u8]>::split_first_chunk_mut) else {
        return;
    };
    // An image of the most pixels deflates to far less than 4 GiB.
    *length = u32::try_from(checked.len() - name.len()).unwrap_or(u32::MAX).to_be_bytes();
    let checksum = crc32fast::hash(checked);
    file.extend_from_slice(&checksum.to_be_bytes());
}
