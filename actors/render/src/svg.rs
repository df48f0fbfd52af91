//! SVG: one path, one stroke a run of dark modules.

use std::fmt::Write as _;

use crate::Symbol;
use crate::options::{ImageOptions, Light};
use crate::symbol::dark_runs;

/// The image of `symbol`, its coordinates in modules. A `title` is what a screen reader says of it.
pub fn write(symbol: &Symbol, options: &ImageOptions, title: Option<&str>) -> String {
    let quiet_zone = options.quiet_zone.modules();
    let side = 17 + 4 * u32::from(symbol.version().number()) + 2 * quiet_zone;
    let mut text = String::with_capacity(4_096);
    // Writing to a string does not fail.
    let _ = draw(&mut text, symbol, options, title, quiet_zone, side);
    text
}

fn draw(
    text: &mut String,
    symbol: &Symbol,
    options: &ImageOptions,
    title: Option<&str>,
    quiet_zone: u32,
    side: u32,
) -> std::fmt::Result {
    write!(text, r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}""#)?;
    if let Some(millimetres) = options.printed_side {
        write!(text, r#" width="{0}mm" height="{0}mm""#, millimetres.length())?;
    }
    text.push('>');
    if let Some(title) = title {
        text.push_str("<title>");
        escape(text, title);
        text.push_str("</title>");
    }
    if let Light::Opaque(light) = options.colours.light() {
        write!(text, r#"<path fill="{light}" d="M0 0h{side}v{side}H0z"/>"#)?;
    }
    write!(text, r#"<path stroke="{}" d=""#, options.colours.dark())?;
    for (y, row) in (quiet_zone..).zip(symbol.rows()) {
        let mut pen = None;
        for (x, modules) in dark_runs(row) {
            match pen {
                None => write!(text, "M{} {}.5h{modules}", x + quiet_zone, y)?,
                Some(end) => write!(text, "m{} 0h{modules}", x - end)?,
            }
            pen = Some(x + modules);
        }
    }
    text.push_str(r#""/></svg>"#);
    Ok(())
}

/// Text content; what XML 1.0 does not allow in a document is left out.
fn escape(text: &mut String, title: &str) {
    for character in title.chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => {
                text.push(character);
            }
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
        }
    }
}
