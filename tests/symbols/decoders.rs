//! The decoders, and images as they see them.

use std::io::Cursor;
use std::path::Path;
use std::process::Command;

use rxing::{BarcodeFormat, DecodeHints};

use crate::skipped::skip;

/// A grey image, a byte a pixel.
pub(crate) struct Grey {
    pub(crate) side: usize,
    pub(crate) pixels: Vec<u8>,
}

/// Decodes a PNG with all its checksums checked, over white where it is transparent.
pub(crate) fn read_png(file: &[u8]) -> Grey {
    let mut options = png::DecodeOptions::default();
    options.set_ignore_checksums(false);
    let mut decoder = png::Decoder::new_with_options(Cursor::new(file), options);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    reader.finish().unwrap();
    assert_eq!(info.width, info.height);
    let samples = info.color_type.samples();
    let pixels = pixels[..info.buffer_size()].chunks_exact(samples).map(|pixel| match *pixel {
        [grey] | [grey, 255] => grey,
        [red, green, blue] | [red, green, blue, 255] => luma([red, green, blue]),
        [_, 0] | [_, _, _, 0] => 255,
        _ => panic!("{:?} is not what the renderer writes", info.color_type),
    });
    Grey { side: info.width as usize, pixels: pixels.collect() }
}

/// ITU-R BT.601, as decoders do it.
pub(crate) fn luma([red, green, blue]: [u8; 3]) -> u8 {
    let sum = 299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue);
    u8::try_from(sum / 1_000).unwrap()
}

/// What rxing reads.
pub(crate) fn rxing(image: &Grey) -> Option<String> {
    let side = u32::try_from(image.side).unwrap();
    let mut hints = DecodeHints { TryHarder: Some(true), ..DecodeHints::default() };
    let format = Some(BarcodeFormat::QR_CODE);
    let read =
        rxing::helpers::detect_in_luma_with_hints(image.pixels.clone(), side, side, format, &mut hints);
    read.ok().map(|read| read.getText().to_owned())
}

/// The bytes rqrr reads.
pub(crate) fn rqrr(image: &Grey) -> Option<Vec<u8>> {
    let pixel = |x: usize, y: usize| image.pixels[y * image.side + x];
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(image.side, image.side, pixel);
    prepared.detect_grids().into_iter().find_map(|grid| {
        let mut bytes = Vec::new();
        grid.decode_to(&mut bytes).ok().map(|_| bytes)
    })
}

/// Whether a program of the system can be used. Without it the check is skipped, loudly; where `CI` is set it
/// fails instead.
pub(crate) fn has_program(name: &str) -> bool {
    if Command::new(name).arg("--version").output().is_ok() {
        return true;
    }
    skip(&format!("{name} is not installed"));
    false
}

/// What zbarimg reads.
pub(crate) fn zbar(file: &Path) -> Option<String> {
    let output =
        Command::new("zbarimg").args(["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable"]).arg(file).output();
    let output = output.unwrap();
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.strip_suffix('\n').unwrap_or(&text).to_owned())
}
