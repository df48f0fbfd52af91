//! The files are what their formats ask for, and all three show the same modules.

use std::process::Command;

use ezqr_render::options::{
    Colours, Geometry, ImageOptions, Millimetres, PixelSize, QuietZone, Resolution, Scale, Size,
};
use ezqr_render::{ErrorCorrection, ImageFormat, Symbol, Version, pdf, png, svg};

use crate::decoders::{has_program, luma, read_png};
use crate::random::{Random, options, text};

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
    assert_eq!(told(ImageOptions { printed_side, ..base }), Some((10_000, 10_000, ::png::Unit::Meter)));
    // Whatever side is asked for, a file made for a printer has its resolution.
    assert_eq!(
        told(ImageOptions { resolution, printed_side, ..base }),
        Some((11_811, 11_811, ::png::Unit::Meter))
    );
}

#[test]
fn a_printed_side_at_a_resolution_is_of_whole_dots_a_module() {
    let mut random = Random::new(15);
    for round in 0..400 {
        let dots_per_inch = *random.pick(&[72, 150, 203, 300, 600, 1_200]);
        let asked = 1.0 + f64::from(u32::try_from(random.below(90_000)).unwrap()) / 1_000.0;
        let version = Version::new(1 + u32::try_from(random.below(10)).unwrap()).unwrap();
        let options = ImageOptions {
            printed_side: Some(Millimetres::new(asked).unwrap()),
            resolution: Some(Resolution::new(dots_per_inch).unwrap()),
            ..ImageOptions::default()
        };
        let geometry = options.geometry(version);
        let modules = 17 + 4 * u32::from(version.number()) + 8;
        assert_eq!(geometry.side_pixels(), modules * geometry.scale(), "round {round}");
        let millimetres = |dots: u32| f64::from(modules * dots) * 25.4 / f64::from(dots_per_inch);
        let told = options.side_millimetres(ImageFormat::Png, version).unwrap();
        assert!((told - millimetres(geometry.scale())).abs() < 0.000_6, "round {round}");
        // One dot a module more or less is no nearer.
        let off = (told - asked).abs();
        let neighbours = [geometry.scale() - 1, geometry.scale() + 1];
        for dots in neighbours.into_iter().filter(|dots| *dots > 0) {
            assert!((millimetres(dots) - asked).abs() + 0.001 > off, "round {round}: {dots} dots");
        }
    }
}

#[test]
fn what_asks_for_pixels_or_no_resolution_keeps_its_pixels() {
    let version = Version::new(2).unwrap();
    let base = ImageOptions {
        printed_side: Some(Millimetres::new(25.0).unwrap()),
        resolution: Some(Resolution::new(203).unwrap()),
        ..ImageOptions::default()
    };
    // 25 mm are 199.8 dots, and 6 a module 198.
    assert_eq!(base.geometry(version).side_pixels(), 198);
    assert_eq!(base.side_millimetres(ImageFormat::Png, version), Some(24.774));
    let scaled = ImageOptions { size: Size::Scale(Scale::new(3).unwrap()), ..base };
    assert_eq!(scaled.geometry(version).side_pixels(), 99);
    assert_eq!(scaled.side_millimetres(ImageFormat::Png, version), Some(12.387));
    let without = ImageOptions { resolution: None, ..base };
    assert_eq!(without.geometry(version).side_pixels(), 330);
    let sides = ImageFormat::ALL.map(|format| without.side_millimetres(format, version));
    assert_eq!(sides, [Some(25.0); 3]);
    let sides = ImageFormat::ALL.map(|format| ImageOptions::default().side_millimetres(format, version));
    assert_eq!(sides, [None, None, Some(50.0)]);
    // Even less than a dot a module becomes one.
    let tiny = ImageOptions { printed_side: Some(Millimetres::new(1.0).unwrap()), ..base };
    assert_eq!(tiny.geometry(version).side_pixels(), 33);
}

/// A reader that checks all checksums and changes no sample.
fn checked(file: &[u8]) -> ::png::Reader<std::io::Cursor<&[u8]>> {
    let mut options = ::png::DecodeOptions::default();
    options.set_ignore_checksums(false);
    ::png::Decoder::new_with_options(std::io::Cursor::new(file), options).read_info().unwrap()
}

/// Colour type, bit depth and all samples as they stand in the file, expanded by nothing.
fn samples(file: &[u8]) -> (::png::ColorType, ::png::BitDepth, Vec<u8>) {
    let mut reader = checked(file);
    assert!(reader.info().trns.is_none() && reader.info().palette.is_none());
    let mut samples = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut samples).unwrap();
    reader.finish().unwrap();
    samples.truncate(frame.buffer_size());
    (frame.color_type, frame.bit_depth, samples)
}

#[test]
fn transparency_is_a_sample_of_each_pixel() {
    let grey = (vec![0, 255], vec![255, 0]);
    let navy = (vec![0, 0x33, 0x66, 255], vec![255, 255, 255, 0]);
    for (dark, colour_type, (dark_pixel, light_pixel)) in
        [(None, ::png::ColorType::GrayscaleAlpha, grey), (Some("#003366"), ::png::ColorType::Rgba, navy)]
    {
        let colours = Colours::parse(dark, Some("transparent")).unwrap();
        for size in [
            Size::Unasked,
            Size::Scale(Scale::new(1).unwrap()),
            Size::Scale(Scale::new(2).unwrap()),
            Size::Canvas(PixelSize::new(301).unwrap()),
        ] {
            for payload in [LINK, &[b'x'; 700]] {
                let symbol = Symbol::encode(payload, ErrorCorrection::Medium).unwrap();
                let options = ImageOptions { colours, size, ..ImageOptions::default() };
                let file = png::write(&symbol, &options).unwrap();
                let (seen_type, depth, samples) = samples(&file);
                assert_eq!((seen_type, depth), (colour_type, ::png::BitDepth::Eight));
                let expected = expected(&symbol, options.geometry(symbol.version()));
                let pixels = samples.chunks_exact(dark_pixel.len());
                assert_eq!(pixels.len(), expected.len());
                let is_right = |(pixel, is_dark): (&[u8], &bool)| {
                    *pixel == *if *is_dark { &dark_pixel } else { &light_pixel }
                };
                assert!(pixels.zip(&expected).all(is_right), "{size:?}");
            }
        }
    }
}

#[test]
fn a_transparent_line_may_be_longer_than_the_window_of_deflate() {
    let colours = Colours::parse(Some("#003366"), Some("transparent")).unwrap();
    let size = Size::Canvas(PixelSize::new(8_210).unwrap());
    let options = ImageOptions { colours, size, ..ImageOptions::default() };
    let (symbol, geometry) = (link(), options.geometry(Version::new(2).unwrap()));
    let file = png::write(&symbol, &options).unwrap();
    let mut reader = checked(&file);
    let module = |pixel: u32| {
        pixel.checked_sub(geometry.start_pixels()).map(|inside| (inside / geometry.scale()) as usize)
    };
    let (mut line, mut drawn) = (Vec::new(), None);
    for y in 0..geometry.side_pixels() {
        if drawn != Some(module(y)) {
            let is_dark = |x| module(x).zip(module(y)).is_some_and(|(x, y)| symbol.is_dark(x, y));
            let pixel = |x| if is_dark(x) { [0, 0x33, 0x66, 255] } else { [255, 255, 255, 0] };
            line = (0..geometry.side_pixels()).flat_map(pixel).collect();
            drawn = Some(module(y));
        }
        assert!(reader.next_row().unwrap().unwrap().data() == line, "line {y}");
    }
    reader.finish().unwrap();
}

#[test]
fn transparent_files_of_a_short_link_stay_small() {
    let size = |dark: Option<&str>| {
        let colours = Colours::parse(dark, Some("transparent")).unwrap();
        png::write(&link(), &ImageOptions { colours, ..ImageOptions::default() }).unwrap().len()
    };
    let sizes = [size(None), size(Some("#003366"))];
    println!("grey, colour: {sizes:?} bytes");
    assert!(sizes[0] <= 1_450 && sizes[1] <= 2_150, "{sizes:?}");
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
