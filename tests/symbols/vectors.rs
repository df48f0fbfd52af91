//! SVG and PDF show the modules, to renderers of others.

use std::process::Command;

use ezqr_render::options::*;
use ezqr_render::{ErrorCorrection, Symbol, pdf, svg};
use resvg::{tiny_skia, usvg};

use crate::decoders::{Grey, has_program, luma, read_png, rqrr, rxing};
use crate::random::{Random, colours, options, text};

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
        let options = ImageOptions { colours, ..ImageOptions::default() };
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

/// The dark modules of an SVG as a renderer sees them that knows one thing only: to fill the path of the second
/// element, by the even-odd rule or by that of windings. Whatever else stands there fails.
fn filled(text: &str, side: usize) -> [Vec<bool>; 2] {
    let (_, path) = text.rsplit_once(" d=\"").unwrap();
    let (path, rest) = path.split_once('"').unwrap();
    assert_eq!(rest, "/></svg>");
    let mut windings = vec![0_i32; side * side];
    let command = regex::Regex::new("([MmhHvVz])([0-9-]*)[ ]?([0-9-]*)").unwrap();
    let (mut at, mut start, mut read) = ((0, 0), (0, 0), 0);
    let mut vertical = |x: i32, from: i32, to: i32| {
        for y in from.min(to)..from.max(to) {
            for column in x..i32::try_from(side).unwrap() {
                windings[usize::try_from(y).unwrap() * side + usize::try_from(column).unwrap()] +=
                    (from - to).signum();
            }
        }
    };
    for part in command.captures_iter(path) {
        read += part[0].len();
        let number = |group: usize| part[group].parse::<i32>();
        let (x, y) = at;
        at = match &part[1] {
            "M" => (number(2).unwrap(), number(3).unwrap()),
            "m" => (x + number(2).unwrap(), y + number(3).unwrap()),
            "h" => (x + number(2).unwrap(), y),
            "H" => (number(2).unwrap(), y),
            "v" => (x, y + number(2).unwrap()),
            "V" => (x, number(2).unwrap()),
            _ => start,
        };
        if matches!(&part[1], "M" | "m") {
            start = at;
        } else {
            assert!(x == at.0 || y == at.1, "only straight lines: {}", &part[0]);
            vertical(at.0, y, at.1);
        }
    }
    assert_eq!(read, path.len(), "{path}");
    [
        windings.iter().map(|times| times % 2 != 0).collect(),
        windings.iter().map(|times| *times != 0).collect(),
    ]
}

#[test]
fn an_svg_is_read_by_what_can_do_nothing_but_fill() {
    let mut random = Random::new(16);
    for round in 0..100 {
        let payload = text(&mut random);
        let symbol = Symbol::encode(&payload, ErrorCorrection::Medium).unwrap();
        let options = options(&mut random);
        let text = svg::write(&symbol, &options, None);
        assert!(!text.contains("stroke"), "{text}");
        let quiet_zone = options.quiet_zone.modules() as usize;
        let side = symbol.side_modules() + 2 * quiet_zone;
        for modules in filled(&text, side) {
            for (at, is_dark) in modules.iter().enumerate() {
                let inside = (at % side).checked_sub(quiet_zone).zip((at / side).checked_sub(quiet_zone));
                let drawn = inside.is_some_and(|(x, y)| symbol.is_dark(x, y));
                assert_eq!(*is_dark, drawn, "round {round}, {at} of {side}");
            }
            let wide = 4 * side;
            let pixel = |at: usize| if modules[at / wide / 4 * side + at % wide / 4] { 0 } else { 255 };
            let image = Grey { side: wide, pixels: (0..wide * wide).map(pixel).collect() };
            assert_eq!(rxing(&image).map(String::into_bytes).as_ref(), Some(&payload), "round {round}");
        }
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
