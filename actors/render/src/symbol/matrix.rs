//! From codewords to modules: the patterns of the version, the codewords, the mask, the format information.

use ezqr_schema::ErrorCorrection;

use super::format::{bit_in_column_8, formats, left_of_row_8, right_of_row_8};
use super::penalty::{ROWS_ABOVE, ROWS_BELOW, penalties};
use super::row::{LANES, Row};
use super::template::Template;
use super::{LONGEST_SIDE, Mask, Rows};

/// A group of candidates, with the light rows that the penalties are counted with.
type Candidates<const WORDS: usize> = [Row<WORDS>; ROWS_ABOVE + LONGEST_SIDE + ROWS_BELOW];

/// Draws a symbol into light `rows` and returns its mask: the one asked for, else the one of the lowest
/// penalty, among equals the first.
pub(super) fn draw<'a, const WORDS: usize>(
    template: &Template<WORDS>,
    codewords: impl IntoIterator<Item = &'a u8>,
    level: ErrorCorrection,
    asked: Option<Mask>,
    rows: &mut Rows,
) -> Mask {
    let side = template.patterns.len();
    let mut unmasked = [[0; WORDS]; LONGEST_SIDE];
    for (row, pattern) in unmasked.iter_mut().zip(&template.patterns) {
        *row = *pattern;
    }
    template.placement.draw(codewords, unmasked.as_flattened_mut());

    let mut candidates: Candidates<WORDS> = [Row::LIGHT; ROWS_ABOVE + LONGEST_SIDE + ROWS_BELOW];
    let mut best: Option<(u32, Mask)> = None;
    let masks = Mask::ALL.as_chunks::<LANES>().0;
    let formats = formats(level);
    for ((masks, formats), inverted) in masks.iter().zip(formats.as_chunks::<LANES>().0).zip(&template.masks)
    {
        if asked.is_some_and(|asked| !masks.contains(&asked)) {
            continue;
        }
        let drawn = candidates.iter_mut().skip(ROWS_ABOVE);
        for ((candidate, unmasked), inverted) in drawn.zip(&unmasked).zip(inverted) {
            *candidate = Row::same(*unmasked) ^ *inverted;
        }
        draw_formats(&mut candidates, side, *formats);
        let points = match asked {
            Some(asked) => masks.map(|mask| if mask == asked { 0 } else { u32::MAX }),
            None => penalties(candidates.get(..ROWS_ABOVE + side + ROWS_BELOW).unwrap_or(&candidates), side),
        };
        for (lane, (points, mask)) in points.into_iter().zip(masks).enumerate() {
            if best.is_none_or(|(least, _)| points < least) {
                best = Some((points, *mask));
                take(&candidates, lane, side, rows);
            }
        }
    }
    best.map_or(Mask::ALL[0], |(_, mask)| mask)
}

/// Draws the format information of each candidate (figure 25).
fn draw_formats<const WORDS: usize>(candidates: &mut Candidates<WORDS>, side: usize, formats: [u32; LANES]) {
    for y in (0..=8).chain(side - 7..side) {
        let Some(first) = candidates.get_mut(ROWS_ABOVE + y).and_then(|row| row.0.first_mut()) else {
            continue;
        };
        if let Some(bit) = bit_in_column_8(y, side) {
            for (word, format) in first.iter_mut().zip(formats) {
                *word |= u64::from(format >> bit & 1) << 8;
            }
        }
    }
    let Some(Row(row_8)) = candidates.get_mut(ROWS_ABOVE + 8) else { return };
    for (words, first) in row_8.iter_mut().zip((0..).step_by(64)) {
        for (word, format) in words.iter_mut().zip(formats) {
            let right = right_of_row_8(format);
            *word |= match (side - 8).checked_sub(first) {
                Some(shift @ 0..64) => right << shift,
                None if first < side => right >> (first + 8 - side),
                Some(_) | None => 0,
            };
            if first == 0 {
                *word |= left_of_row_8(format);
            }
        }
    }
}

/// Copies one candidate out.
fn take<const WORDS: usize>(candidates: &Candidates<WORDS>, lane: usize, side: usize, rows: &mut Rows) {
    for (row, Row(words)) in rows.iter_mut().zip(candidates.iter().skip(ROWS_ABOVE)).take(side) {
        for (to, from) in row.iter_mut().zip(words) {
            *to = from.get(lane).copied().unwrap_or(0);
        }
    }
}
