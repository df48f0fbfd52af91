//! PNG (ISO/IEC 15948), straight from rows of modules: there is no buffer of pixels.

mod alpha;
mod checksum;
mod deflate;
mod huffman;
mod lines;

use self::alpha::AlphaLines;
use self::lines::Lines;
use crate::Symbol;
use crate::options::{Colour, Colours, Geometry, ImageOptions, Light, MILLIMETRES_AN_INCH};
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

/// The image of `symbol`. Opaque, it has one bit a pixel: grey where it is black on white, else with a palette. Where
/// light is transparent it has eight bits a sample and a sample of alpha, because a palette of which one entry is
/// transparent is drawn as nothing by programs that put images into PDFs; what cannot be seen through is white there.
pub fn write(symbol: &Symbol, options: &ImageOptions) -> Result<Vec<u8>, PngError> {
    let pixels = options.pixels(symbol.version());
    if pixels > MAXIMUM_PIXELS {
        return Err(PngError::TooManyPixels { pixels });
    }
    let geometry = options.geometry(symbol.version());
    let form = Form::of(options.colours);
    let mut file = Vec::with_capacity(1_024);
    file.extend_from_slice(b"\x89PNG\r\n\x1a\n");
    write_header(&mut file, form, geometry, options);
    chunk(&mut file, *b"IDAT", |file| write_pixels(file, form, symbol, geometry));
    chunk(&mut file, *b"IEND", |_| {});
    Ok(file)
}

/// How pixels are written (ISO/IEC 15948, 11.2.2).
#[derive(Clone, Copy)]
enum Form {
    /// One bit: black or white.
    Grey,
    /// One bit: the first or the second of these colours.
    Palette(Colour, Colour),
    /// A grey of eight bits, this one where it is dark, and alpha.
    GreyAlpha(u8),
    /// Red, green and blue of eight bits, these where it is dark, and alpha.
    ColourAlpha(Colour),
}

impl Form {
    fn of(colours: Colours) -> Self {
        let dark = colours.dark();
        match colours.light() {
            Light::Transparent if dark.red == dark.green && dark.green == dark.blue => {
                Self::GreyAlpha(dark.red)
            }
            Light::Transparent => Self::ColourAlpha(dark),
            Light::Opaque(_) if colours == Colours::default() => Self::Grey,
            Light::Opaque(light) => Self::Palette(dark, light),
        }
    }

    /// Bits of a sample, and the colour type.
    const fn depth_and_type(self) -> [u8; 2] {
        match self {
            Self::Grey => [1, 0],
            Self::Palette(_, _) => [1, 3],
            Self::GreyAlpha(_) => [8, 4],
            Self::ColourAlpha(_) => [8, 6],
        }
    }
}

/// What comes before the pixels.
fn write_header(file: &mut Vec<u8>, form: Form, geometry: Geometry, options: &ImageOptions) {
    let side = geometry.side_pixels();
    chunk(file, *b"IHDR", |file| {
        file.extend_from_slice(&side.to_be_bytes());
        file.extend_from_slice(&side.to_be_bytes());
        file.extend_from_slice(&form.depth_and_type());
        // Deflate, the five basic filters, no interlace.
        file.extend_from_slice(&[0, 0, 0]);
    });
    if let Form::Palette(dark, light) = form {
        let palette = [dark.red, dark.green, dark.blue, light.red, light.green, light.blue];
        chunk(file, *b"PLTE", |file| file.extend_from_slice(&palette));
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

/// The resolution as the file tells it: the one it is made for, else the one at which it has the printed side.
fn pixels_a_metre(side: u32, options: &ImageOptions) -> Option<u32> {
    let pixels = match (options.printed_side, options.resolution) {
        (_, Some(resolution)) => f64::from(resolution.dots_per_inch()) * 1_000.0 / MILLIMETRES_AN_INCH,
        (Some(millimetres), None) => f64::from(side) * 1_000.0 / millimetres.length(),
        (None, None) => return None,
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
    let whole = pixels.round() as u32;
    Some(whole.max(1))
}

fn write_pixels(file: &mut Vec<u8>, form: Form, symbol: &Symbol, geometry: Geometry) {
    const OPAQUE: u8 = 0xff;
    const CLEAR: u8 = 0;
    const WHITE: u8 = 0xff;
    let side = geometry.side_pixels() as usize;
    match form {
        Form::Grey | Form::Palette(_, _) => {
            let mut lines = Lines::new(side);
            draw(symbol, geometry, &mut lines);
            lines.write(file);
        }
        Form::GreyAlpha(grey) => {
            let mut lines = AlphaLines::new(side, [grey, OPAQUE], [WHITE, CLEAR]);
            draw(symbol, geometry, &mut lines);
            lines.write(file);
        }
        Form::ColourAlpha(Colour { red, green, blue }) => {
            let mut lines = AlphaLines::new(side, [red, green, blue, OPAQUE], [WHITE, WHITE, WHITE, CLEAR]);
            draw(symbol, geometry, &mut lines);
            lines.write(file);
        }
    }
}

/// What lines can be drawn into, from the top down.
trait DrawLine {
    /// Draws a line `repeated` times, one or more. Its dark pixels come as runs (first, after the last) from
    /// left to right that do not touch.
    fn draw(&mut self, dark: impl Iterator<Item = (usize, usize)>, repeated: usize);
}

fn draw(symbol: &Symbol, geometry: Geometry, lines: &mut impl DrawLine) {
    let (side, start, scale) =
        (geometry.side_pixels() as usize, geometry.start_pixels() as usize, geometry.scale() as usize);
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
