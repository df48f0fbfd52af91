//! SVG: one path, one stroke a run of dark modules.

use crate::Symbol;
use crate::decimal::push_decimal;
use crate::options::{Colour, ImageOptions, Light};
use crate::symbol::dark_runs;

/// The image of `symbol`, its coordinates in modules from the top left of the quiet zone. A `title` is what a
/// screen reader says of it; characters that XML does not allow are left out.
pub fn write(symbol: &Symbol, options: &ImageOptions, title: Option<&str>) -> String {
    let quiet_zone = options.quiet_zone.modules();
    let side = u32::from(symbol.version().number()) * 4 + 17 + 2 * quiet_zone;
    // Somewhat more than the strokes take: half the modules are dark, in runs of two, of six bytes.
    let mut text = Vec::with_capacity(512 + 2 * symbol.side_modules() * symbol.side_modules());
    text.extend_from_slice(br#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 "#);
    push_decimal(&mut text, side);
    text.push(b' ');
    push_decimal(&mut text, side);
    if let Some(side) = options.printed_side {
        let millimetres = side.length().to_string();
        for part in [r#"" width=""#, &millimetres, r#"mm" height=""#, &millimetres, "mm"] {
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
    text.extend_from_slice(br#"<path stroke=""#);
    push_colour(&mut text, options.colours.dark());
    text.extend_from_slice(br#"" d=""#);
    push_strokes(&mut text, symbol, quiet_zone);
    text.extend_from_slice(br#""/></svg>"#);
    // All of it is ASCII, but for the title, which is text.
    String::from_utf8(text).unwrap_or_default()
}

/// The runs as strokes one module wide, through the middle of their row.
fn push_strokes(text: &mut Vec<u8>, symbol: &Symbol, quiet_zone: u32) {
    // Where the last stroke ended. A row may have none.
    let mut pen = None;
    for (y, row) in (0..).zip(symbol.rows()) {
        for (first, modules) in dark_runs(row) {
            match pen {
                None => {
                    text.push(b'M');
                    push_decimal(text, quiet_zone + first);
                    text.push(b' ');
                    push_decimal(text, quiet_zone + y);
                    text.extend_from_slice(b".5h");
                }
                Some((end, row)) => {
                    text.push(b'm');
                    if first < end {
                        text.push(b'-');
                    }
                    push_decimal(text, first.abs_diff(end));
                    text.push(b' ');
                    push_decimal(text, y - row);
                    text.push(b'h');
                }
            }
            push_decimal(text, modules);
            pen = Some((first + modules, y));
        }
    }
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
    use crate::options::{Colours, ImageOptions, Millimetres};
    use crate::{ErrorCorrection, Symbol};

    fn symbol() -> Symbol {
        Symbol::encode(b"https://r.ezqr.io/Ab3xK9pQ", ErrorCorrection::Medium).unwrap()
    }

    #[test]
    fn coordinates_are_modules_with_the_quiet_zone() {
        let text = write(&symbol(), &ImageOptions::default(), None);
        assert!(text.starts_with(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 33 33"><path fill="#fff" d="M0 0h33v33H0z"/><path stroke="#000" d="M4 4.5h7m"##
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
        assert!(text.contains(r##"stroke="#123456""##));
        assert!(!text.contains("fill"));
    }
}
