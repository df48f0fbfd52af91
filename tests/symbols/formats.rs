//! The files are what their formats ask for, and all three show the same modules.

use std::process::Command;

use ezqr_render::options::{
    Colours, Geometry, ImageOptions, Millimetres, PixelSize, QuietZone, Resolution, Scale, Size,
};
use ezqr_render::{ErrorCorrection, Symbol, Version, pdf, png, svg};
use resvg::{tiny_skia, usvg};

use crate::decoders::{Grey, has_program, luma, read_png, rqrr, rxing};
use crate::random::{Random, colours, options, text};

const LINK: &[u8] = b"https://r.ezqr.io/Ab3xK9pQ";

fn link() -> Symbol {
    Symbol::encode(LINK, ErrorCorrection::Medium).unwrap()
}

/// The image pixel by pixel, drawn as plainly as can be.
fn expected(symbol: &Symbol, geometry: Geometry) -> Vec<bool> {
    let (side, scale, start) = (geometry.side_pixels(), geometry.scale(), geometry.start_pixels());
    let module = |pixel: u32| pixel.checked_sub(start).map(|inside| (inside / scale) as usize);
    let is_dark = |x: u32, y: u32| module(x).zip(module(y)).is_some_and(|(x, y)| symbol.is_dark(x, y));
    (0..side).flat_map(|y| (0..side).map(move |x| (x, y))).map(|(x, y)| is_dark(x, y)).collect()
}

#[test]
fn every_pixel_of_a_png_is_its_modules() {
    let mut random = Random::new(11);
    for seed in 0..300 {
        let payload = text(&mut random);
        let symbol = Symbol::encode(&payload, ErrorCorrection::Low).unwrap();
        let options = ImageOptions {
            quiet_zone: QuietZone::new(u32::try_from(random.below(7)).unwrap()).unwrap(),
            ..options(&mut random)
        };
        let image = read_png(&png::write(&symbol, &options).unwrap());
        let dark = options.colours.dark();
        let dark = luma([dark.red, dark.green, dark.blue]);
        let seen: Vec<bool> = image.pixels.iter().map(|pixel| *pixel == dark).collect();
        assert!(seen == expected(&symbol, options.geometry(symbol.version())), "round {seed}: {options:?}");
    }
}

#[test]
fn an_image_of_sixteen_megapixels_is_right_to_the_last_pixel() {
    let options =
        ImageOptions { size: Size::Canvas(PixelSize::new(4_000).unwrap()), ..ImageOptions::default() };
    let symbol = link();
    let file = png::write(&symbol, &options).unwrap();
    let image = read_png(&file);
    let seen: Vec<bool> = image.pixels.iter().map(|pixel| *pixel == 0).collect();
    assert!(seen == expected(&symbol, options.geometry(symbol.version())));
    assert!(file.len() < 20_000, "{}", file.len());
}

#[test]
fn libpng_finds_no_fault() {
    if !has_program("pngcheck") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut random = Random::new(12);
    for round in 0..60 {
        let payload = text(&mut random);
        let symbol = Symbol::encode(&payload, ErrorCorrection::Medium).unwrap();
        let options =
            ImageOptions { resolution: Some(Resolution::new(300).unwrap()), ..options(&mut random) };
        let path = folder.path().join(format!("{round}.png"));
        std::fs::write(&path, png::write(&symbol, &options).unwrap()).unwrap();
        let output = Command::new("pngcheck").arg("-q").arg(&path).output().unwrap();
        assert!(
            output.status.success() && output.stdout.is_empty(),
            "{}",
            String::from_utf8_lossy(&output.stdout)
        );
    }
}

#[test]
fn a_resolution_is_told_in_pixels_a_metre() {
    let told = |options: ImageOptions| {
        let file = png::write(&link(), &options).unwrap();
        let reader = ::png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        reader.info().pixel_dims.map(|dimensions| (dimensions.xppu, dimensions.yppu, dimensions.unit))
    };
    let resolution = Some(Resolution::new(300).unwrap());
    let printed_side = Some(Millimetres::new(33.0).unwrap());
    let base = ImageOptions::default();
    assert_eq!(told(base), None);
    assert_eq!(told(ImageOptions { resolution, ..base }), Some((11_811, 11_811, ::png::Unit::Meter)));
    // 330 pixels on 33 mm.
    assert_eq!(
        told(ImageOptions { resolution, printed_side, ..base }),
        Some((10_000, 10_000, ::png::Unit::Meter))
    );
}

/// Draws an SVG on white at `pixels` a module.
fn rasterise(text: &str, pixels: u32) -> Grey {
    let tree = usvg::Tree::from_str(text, &usvg::Options::default()).unwrap();
    let side = tree.size().to_int_size().width() * pixels;
    let mut canvas = tiny_skia::Pixmap::new(side, side).unwrap();
    canvas.fill(tiny_skia::Color::WHITE);
    #[allow(clippy::cast_precision_loss, reason = "a small whole number")]
    let scale = tiny_skia::Transform::from_scale(pixels as f32, pixels as f32);
    resvg::render(&tree, scale, &mut canvas.as_mut());
    let pixels = canvas.pixels().iter().map(|pixel| luma([pixel.red(), pixel.green(), pixel.blue()]));
    Grey { side: side as usize, pixels: pixels.collect() }
}

#[test]
fn an_svg_shows_the_modules_and_is_read() {
    let mut random = Random::new(13);
    for round in 0..150 {
        let payload = text(&mut random);
        let symbol = Symbol::encode(&payload, ErrorCorrection::Medium).unwrap();
        let colours = if round % 2 == 0 { Colours::default() } else { colours(&mut random) };
        let options =
            ImageOptions { colours, size: Size::Scale(Scale::new(3).unwrap()), ..ImageOptions::default() };
        let image = rasterise(&svg::write(&symbol, &options, Some("A & <B>")), 3);
        let dark = luma([colours.dark().red, colours.dark().green, colours.dark().blue]);
        // The middle of each module: at its edges a rasteriser may blend.
        for y in 0..image.side / 3 {
            for x in 0..image.side / 3 {
                let pixel = image.pixels[(3 * y + 1) * image.side + 3 * x + 1];
                let is_dark = x >= 4 && y >= 4 && symbol.is_dark(x - 4, y - 4);
                assert_eq!(pixel.abs_diff(dark) < 2, is_dark, "round {round}, {x}, {y}");
            }
        }
        assert_eq!(rxing(&image).map(String::into_bytes), Some(payload), "round {round}");
    }
}

#[test]
fn a_pdf_shows_the_modules_at_its_printed_size() {
    if !has_program("pdftoppm") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut random = Random::new(14);
    for round in 0..25 {
        let payload = text(&mut random);
        let symbol = Symbol::encode(&payload, ErrorCorrection::Medium).unwrap();
        // Three pixels a module at 254 dots an inch, ten a millimetre.
        let side = u32::from(symbol.version().number()) * 4 + 17 + 8;
        let millimetres = f64::from(side) * 0.3;
        let colours = if round % 2 == 0 { Colours::default() } else { colours(&mut random) };
        let options = ImageOptions {
            colours,
            printed_side: Some(Millimetres::new(millimetres).unwrap()),
            size: Size::Scale(Scale::new(3).unwrap()),
            ..ImageOptions::default()
        };
        let path = folder.path().join("symbol.pdf");
        std::fs::write(&path, pdf::write(&symbol, &options).unwrap()).unwrap();
        let plainly = ["-r", "254", "-png", "-aa", "no", "-aaVector", "no"];
        let output = Command::new("pdftoppm").args(plainly).arg(&path).output().unwrap();
        assert!(
            output.status.success() && output.stderr.is_empty(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let image = read_png(&output.stdout);
        assert!(image.side.abs_diff(3 * side as usize) <= 1, "{} pixels", image.side);
        assert_eq!(rqrr(&image).as_ref(), Some(&payload), "round {round}");
        assert_eq!(rxing(&image).map(String::into_bytes), Some(payload), "round {round}");
    }
}

#[test]
fn the_same_request_gives_the_same_bytes() {
    let options =
        ImageOptions { printed_side: Some(Millimetres::new(40.0).unwrap()), ..ImageOptions::default() };
    let draw = || {
        let symbol = link();
        (
            png::write(&symbol, &options).unwrap(),
            svg::write(&symbol, &options, None),
            pdf::write(&symbol, &options).unwrap(),
        )
    };
    let (first, second) = (draw(), draw());
    assert!(first == second);
    let other = pdf::write(&link(), &ImageOptions::default()).unwrap();
    assert!(other != first.2);
}

#[test]
fn files_of_a_short_link_keep_their_sizes() {
    let (symbol, options) = (link(), ImageOptions::default());
    let sizes = [
        png::write(&symbol, &options).unwrap().len(),
        svg::write(&symbol, &options, None).len(),
        pdf::write(&symbol, &options).unwrap().len(),
    ];
    println!("PNG, SVG, PDF: {sizes:?} bytes");
    assert!(sizes[0] <= 500 && sizes[1] <= 1_192 && sizes[2] <= 5_028, "{sizes:?}");
}

#[test]
fn pixels_are_known_before_drawing_and_bounded() {
    let scale = |pixels: u32| ImageOptions {
        size: Size::Scale(Scale::new(pixels).unwrap()),
        ..ImageOptions::default()
    };
    assert_eq!(scale(10).pixels(Version::new(2).unwrap()), 330 * 330);
    let huge = scale(Scale::MAXIMUM);
    let pixels = huge.pixels(Version::MAX);
    assert_eq!(pixels, 185_000 * 185_000);
    let version_40 = Symbol::encode(&[b'x'; 2_900], ErrorCorrection::Low).unwrap();
    assert_eq!(png::write(&version_40, &huge), Err(png::PngError::TooManyPixels { pixels }));
}

#[test]
fn a_canvas_grows_to_hold_the_symbol_and_else_keeps_its_size() {
    let geometry = |pixels: u32| {
        let size = Size::Canvas(PixelSize::new(pixels).unwrap());
        ImageOptions { size, ..ImageOptions::default() }.geometry(Version::new(2).unwrap())
    };
    assert_eq!((geometry(10).side_pixels(), geometry(10).scale()), (33, 1));
    assert_eq!(
        (geometry(300).side_pixels(), geometry(300).scale(), geometry(300).start_pixels()),
        (300, 9, 37)
    );
}
