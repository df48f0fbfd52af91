//! PNG (ISO/IEC 15948).

use std::io::Write as _;

use crate::Symbol;
use crate::options::{ImageOptions, Light};

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

/// The image of `symbol`.
pub fn write(symbol: &Symbol, options: &ImageOptions) -> Result<Vec<u8>, PngError> {
    let pixels = options.pixels(symbol.version());
    if pixels > MAXIMUM_PIXELS {
        return Err(PngError::TooManyPixels { pixels });
    }
    let geometry = options.geometry(symbol.version());
    let (side, start, scale) =
        (geometry.side_pixels() as usize, geometry.start_pixels() as usize, geometry.scale() as usize);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = Vec::new();
    header.extend(geometry.side_pixels().to_be_bytes());
    header.extend(geometry.side_pixels().to_be_bytes());
    header.extend([1, 3, 0, 0, 0]);
    chunk(&mut file, *b"IHDR", &header);
    let (dark, light) = (options.colours.dark(), options.colours.light().over_white());
    chunk(&mut file, *b"PLTE", &[light.red, light.green, light.blue, dark.red, dark.green, dark.blue]);
    if options.colours.light() == Light::Transparent {
        chunk(&mut file, *b"tRNS", &[0]);
    }
    let mut lines = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    for y in 0..side {
        let mut line = vec![0_u8; 1 + side.div_ceil(8)];
        for x in 0..side {
            let module = |at: usize| at.checked_sub(start).map(|inside| inside / scale);
            if let (Some(column), Some(row)) = (module(x), module(y))
                && symbol.is_dark(column, row)
                && let Some(byte) = line.get_mut(1 + x / 8)
            {
                *byte |= 0x80 >> (x % 8);
            }
        }
        // Writing to a vector does not fail.
        let _ = lines.write_all(&line);
    }
    chunk(&mut file, *b"IDAT", &lines.finish().unwrap_or_default());
    chunk(&mut file, *b"IEND", &[]);
    Ok(file)
}

fn chunk(file: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    file.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
    file.extend(name);
    file.extend(data);
    let mut checksum = crc32fast::Hasher::new();
    checksum.update(&name);
    checksum.update(data);
    file.extend(checksum.finalize().to_be_bytes());
}
