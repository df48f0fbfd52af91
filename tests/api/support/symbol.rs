//! Reads images as a phone would: with a decoder that shares no code with the renderer.

use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg;
use rqrr::PreparedImage;

/// A short link as codes hold it: in capitals behind the scheme.
pub(crate) fn printed(link: &str) -> String {
    let (scheme, rest) = link.split_once(':').unwrap();
    format!("{scheme}:{}", rest.to_ascii_uppercase())
}

/// The one payload in a PNG.
pub(crate) fn decoded_png(bytes: &[u8]) -> String {
    let image = image::load_from_memory_with_format(bytes, image::ImageFormat::Png).unwrap().into_luma8();
    decoded(image.width(), image.height(), image.as_raw())
}

/// The one payload in an SVG, drawn at its own size times four.
pub(crate) fn decoded_svg(bytes: &[u8]) -> String {
    let tree = usvg::Tree::from_data(bytes, &usvg::Options::default()).unwrap();
    let size = tree.size().to_int_size().scale_by(4.0).unwrap();
    let mut pixels = Pixmap::new(size.width(), size.height()).unwrap();
    pixels.fill(Color::WHITE);
    resvg::render(&tree, Transform::from_scale(4.0, 4.0), &mut pixels.as_mut());
    let luminance: Vec<u8> = pixels.pixels().iter().map(|pixel| pixel.green()).collect();
    decoded(size.width(), size.height(), &luminance)
}

/// Reads an image given row by row, a byte for each pixel.
fn decoded(width: u32, height: u32, luminance: &[u8]) -> String {
    let (width, height) = (usize::try_from(width).unwrap(), usize::try_from(height).unwrap());
    let mut image = PreparedImage::prepare_from_greyscale(width, height, |x, y| luminance[y * width + x]);
    let grids = image.detect_grids();
    let [grid] = grids.as_slice() else { panic!("{} symbols in the image", grids.len()) };
    grid.decode().unwrap().1
}
