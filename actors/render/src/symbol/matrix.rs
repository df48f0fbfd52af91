//! From codewords to modules: the patterns of the version, the codewords, the mask, the format information.

use ezqr_schema::ErrorCorrection;

use super::penalty::{ROWS_ABOVE, ROWS_BELOW, add_window, balance};
use super::template::{Overlay, Template};
use super::window::{LANES, Lanes};
use super::{LONGEST_SIDE, Mask, Rows};

/// Draws a symbol into light `rows` and returns its mask: the one asked for, else the one of the lowest
/// penalty, among equals the first.
pub(super) fn draw<'a>(
    template: &Template,
    codewords: impl IntoIterator<Item = &'a u8>,
    level: ErrorCorrection,
    asked: Option<Mask>,
    rows: &mut Rows,
) -> Mask {
    for (row, pattern) in rows.iter_mut().zip(&template.patterns) {
        *row = *pattern;
    }
    template.placement.draw(codewords, rows.as_flattened_mut());
    let overlays = template.overlays(level);
    let mask = asked.unwrap_or_else(|| {
        let side = template.patterns.len();
        // A smaller table takes less time to clear.
        match side {
            ..=32 => best_mask::<{ 32 + LIGHT_ROWS }>(overlays, rows, side),
            33..=64 => best_mask::<{ 64 + LIGHT_ROWS }>(overlays, rows, side),
            _ => best_mask::<{ LONGEST_SIDE + LIGHT_ROWS }>(overlays, rows, side),
        }
    });
    for overlay in overlays {
        for (row, inverted) in rows.iter_mut().zip(&overlay.rows) {
            overlay.window.invert(inverted.get(usize::from(mask.number())).copied().unwrap_or(0), row);
        }
    }
    mask
}

const LIGHT_ROWS: usize = ROWS_ABOVE + ROWS_BELOW;

/// The mask of the lowest penalty. `ROWS` is at least `side` and the light rows.
fn best_mask<const ROWS: usize>(overlays: &[Overlay], unmasked: &Rows, side: usize) -> Mask {
    let (mut points, mut dark) = ([0; LANES], [0; LANES]);
    let mut candidates = [[0; LANES]; ROWS];
    for Overlay { window, rows } in overlays {
        let drawn = candidates.iter_mut().skip(ROWS_ABOVE);
        for ((candidates, unmasked), inverted) in drawn.zip(unmasked).zip(rows) {
            let shown = window.of(unmasked);
            *candidates = inverted.map(|inverted| shown ^ inverted);
        }
        let rows: &[Lanes] = candidates.get(..side + LIGHT_ROWS).unwrap_or(&candidates);
        add_window(rows, *window, &mut points, &mut dark);
    }
    let penalties = points.iter().zip(dark).map(|(points, dark)| points + balance(dark, side));
    let best = penalties.zip(Mask::ALL).min_by_key(|(penalty, _)| *penalty);
    best.map_or(Mask::ALL[0], |(_, mask)| mask)
}
