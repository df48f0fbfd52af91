//! SVG: one path, filled, of the outlines of the dark areas.

use crate::Symbol;
use crate::decimal::push_decimal;
use crate::options::{Colour, ImageOptions, Light, Size};
use crate::symbol::{Corner, outlines};

/// The image of `symbol`, its coordinates in modules from the top left of the quiet zone. A `title` is what a
/// screen reader says of it; characters that XML does not allow are left out.
pub fn write(symbol: &Symbol, options: &ImageOptions, title: Option<&str>) -> String {
    let quiet_zone = options.quiet_zone.modules();
    let side = u32::from(symbol.version().number()) * 4 + 17 + 2 * quiet_zone;
    // Somewhat more than the outlines take.
    let mut text = Vec::with_capacity(512 + 2 * symbol.side_modules() * symbol.side_modules());
    text.extend_from_slice(br#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 "#);
    push_decimal(&mut text, side);
    text.push(b' ');
    push_decimal(&mut text, side);
    if let Some(length) = shown_side(options, side) {
        for part in [r#"" width=""#, &length, r#"" height=""#, &length] {
            text.extend_from_slice(part.as_bytes());
        }
    }
    text.extend_from_slice(br#"">"#);
    if let Some(title) = title {
        text.extend_from_slice(b"<title>");
        escape(&mut text, title);
        text.extend_from_slice(b"</title>");
    }
    if let Light::Opaque(light) = options.colours.light() {
        text.extend_from_slice(br#"<path fill=""#);
        push_colour(&mut text, light);
        text.extend_from_slice(br#"" d="M0 0h"#);
        push_decimal(&mut text, side);
        text.push(b'v');
        push_decimal(&mut text, side);
        text.extend_from_slice(br#"H0z"/>"#);
    }
    text.extend_from_slice(br#"<path fill=""#);
    push_colour(&mut text, options.colours.dark());
    text.extend_from_slice(br#"" d=""#);
    push_outlines(&mut text, symbol, quiet_zone);
    text.extend_from_slice(br#""/></svg>"#);
    // All of it is ASCII, but for the title, which is text.
    String::from_utf8(text).unwrap_or_default()
}

/// Width and height as the file tells them: what is asked, in pixels or millimetres; else nothing, and the image
/// fills whatever shows it.
fn shown_side(options: &ImageOptions, side_modules: u32) -> Option<String> {
    match (options.size, options.printed_side) {
        (Size::Scale(scale), _) => Some((scale.pixels() * side_modules).to_string()),
        (Size::Canvas(side), _) => Some(side.pixels().to_string()),
        (Size::Unasked, Some(side)) => Some(format!("{}mm", side.length())),
        (Size::Unasked, None) => None,
    }
}

/// The dark areas, filled within their outlines: nothing hangs on the width of a stroke, which some editors leave as it
/// is when they scale, and which cutters and engravers do not know.
fn push_outlines(text: &mut Vec<u8>, symbol: &Symbol, quiet_zone: u32) {
    // Where the last outline began, which is where the pen is once it is closed.
    let mut pen = None;
    outlines(symbol, |corners| {
        let mut corners = corners.iter().map(|(x, y)| (quiet_zone + x, quiet_zone + y));
        let Some(start) = corners.next() else { return };
        push_move(text, pen, start);
        pen = Some(start);
        let (mut x, mut y) = start;
        while let Some((next, _)) = corners.next() {
            push_line(text, *b"hH", x, next);
            x = next;
            // The last line, which is vertical, is drawn by closing.
            let Some((_, next)) = corners.next() else { break };
            push_line(text, *b"vV", y, next);
            y = next;
        }
        text.push(b'z');
    });
}

fn push_move(text: &mut Vec<u8>, pen: Option<Corner>, (x, y): Corner) {
    let Some((pen_x, pen_y)) = pen else {
        text.push(b'M');
        push_decimal(text, x);
        text.push(b' ');
        push_decimal(text, y);
        return;
    };
    text.push(b'm');
    push_difference(text, pen_x, x);
    // Outlines come from the top down.
    text.push(b' ');
    push_difference(text, pen_y, y);
}

/// A line in one direction, by its length or by where it ends: whichever is shorter to write.
fn push_line(text: &mut Vec<u8>, [relative, absolute]: [u8; 2], from: u32, to: u32) {
    let written = |number: u32| if number < 10 { 1 } else { 2 + usize::from(number >= 100) };
    if written(from.abs_diff(to)) + usize::from(to < from) <= written(to) {
        text.push(relative);
        push_difference(text, from, to);
    } else {
        text.push(absolute);
        push_decimal(text, to);
    }
}

fn push_difference(text: &mut Vec<u8>, from: u32, to: u32) {
    if to < from {
        text.push(b'-');
    }
    push_decimal(text, from.abs_diff(to));
}

/// The colour, in three digits where they do.
fn push_colour(text: &mut Vec<u8>, colour: Colour) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let channels = [colour.red, colour.green, colour.blue];
    let is_short = channels.iter().all(|channel| channel >> 4 == channel & 0xf);
    text.push(b'#');
    for channel in channels {
        let [high, low] = [channel >> 4, channel & 0xf].map(|digit| DIGITS.get(usize::from(digit)));
        text.extend(high.into_iter().chain(low.filter(|_| !is_short)));
    }
}

/// Text content (XML 1.0, 2.2 and 2.4).
fn escape(text: &mut Vec<u8>, title: &str) {
    for character in title.chars() {
        match character {
            '&' => text.extend_from_slice(b"&amp;"),
            '<' => text.extend_from_slice(b"&lt;"),
            '>' => text.extend_from_slice(b"&gt;"),
            // A bare carriage return would be read as a line feed.
            '\r' => text.extend_from_slice(b"&#13;"),
            '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::write;
    use crate::options::{Colours, ImageOptions, Millimetres, PixelSize, Scale, Size};
    use crate::{ErrorCorrection, Symbol};

    fn symbol() -> Symbol {
        Symbol::encode(b"https://r.ezqr.io/Ab3xK9pQ", ErrorCorrection::Medium).unwrap()
    }

    #[test]
    fn coordinates_are_modules_with_the_quiet_zone() {
        let text = write(&symbol(), &ImageOptions::default(), None);
        assert!(text.starts_with(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 33 33"><path fill="#fff" d="M0 0h33v33H0z"/><path fill="#000" d="M4 4h7v7H4z"##
        ));
    }

    #[test]
    fn a_title_is_escaped_and_stripped_of_what_xml_refuses() {
        let text = write(&symbol(), &ImageOptions::default(), Some("a<b>&\u{1}\r\u{fffe}ü"));
        assert!(text.contains("<title>a&lt;b&gt;&amp;&#13;ü</title>"));
    }

    #[test]
    fn a_printed_side_and_colours_are_told() {
        let options = ImageOptions {
            printed_side: Some(Millimetres::new(25.5).unwrap()),
            colours: Colours::parse(Some("#123456"), Some("transparent")).unwrap(),
            ..ImageOptions::default()
        };
        let text = write(&symbol(), &options, None);
        assert!(text.contains(r#"width="25.5mm" height="25.5mm""#));
        assert!(text.contains(r##"<path fill="#123456""##));
        assert_eq!(text.matches("fill").count(), 1);
    }

    #[test]
    fn pixels_that_are_asked_for_are_width_and_height() {
        let told = |size: Size| {
            let text = write(&symbol(), &ImageOptions { size, ..ImageOptions::default() }, None);
            let (_, told) = text.split_once("viewBox=\"0 0 33 33\"").unwrap();
            told.split_once('>').unwrap().0.to_owned()
        };
        assert_eq!(told(Size::Unasked), "");
        assert_eq!(told(Size::Scale(Scale::new(8).unwrap())), r#" width="264" height="264""#);
        assert_eq!(told(Size::Canvas(PixelSize::new(512).unwrap())), r#" width="512" height="512""#);
    }

    #[test]
    fn nothing_is_stroked() {
        for payload in ["7", "https://r.ezqr.io/Ab3xK9pQ", &"x".repeat(2_300)] {
            let symbol = Symbol::encode(payload.as_bytes(), ErrorCorrection::Medium).unwrap();
            let text = write(&symbol, &ImageOptions::default(), None);
            assert!(!text.contains("stroke") && !text.contains("style"), "{text}");
        }
    }
}
