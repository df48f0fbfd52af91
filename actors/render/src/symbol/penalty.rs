//! The penalty of a masked symbol (ISO/IEC 18004:2015, 7.8.3), for several candidates at once.
//!
//! Everything is found for a whole row of modules together: five of a colour are four neighbouring pairs that
//! agree, a block is two such pairs above each other, and what is found is counted as set bits.

use super::row::{LANES, Row};

/// Rows of light that the caller lays above and below the symbol: the finder-like patterns look ten rows back
/// and four ahead.
pub(super) const ROWS_ABOVE: usize = 10;
/// See [`ROWS_ABOVE`].
pub(super) const ROWS_BELOW: usize = 4;

/// The penalties of the candidates in `rows`: `side` rows, with the light ones above and below.
pub(super) fn penalties<const WORDS: usize>(rows: &[Row<WORDS>], side: usize) -> [u32; LANES] {
    let columns = Row::columns(side);
    let columns_with_a_right = Row::columns(side - 1);
    let mut points = [0; LANES];
    let mut dark = [0; LANES];

    let mut pairs_above = Row::LIGHT;
    let mut inside = Row::LIGHT;
    let (mut twos_1, mut threes_1, mut threes_2, mut fives_1) =
        (Row::LIGHT, Row::LIGHT, Row::LIGHT, Row::LIGHT);
    for window in rows.windows(ROWS_ABOVE + 1 + ROWS_BELOW) {
        let [u10, u9, u8, u7, u6, u5, u4, u3, u2, u1, x, d1, d2, d3, d4] = window else { continue };
        let (x, u1, d1) = (*x, *u1, *d1);

        // Rule 1 along the row: five or more of a colour.
        let right = x >> 1;
        let pairs = !(x ^ right) & columns_with_a_right;
        let threes = pairs & pairs >> 1;
        let fives = threes & threes >> 2;
        let starts = fives & !(fives << 1);

        // Rule 1 down the columns. Above the first row there is nothing that could agree with it.
        let twos = !(x ^ u1) & inside;
        let threes_down = twos & twos_1;
        let fives_down = threes_down & threes_2;
        let starts_down = fives_down & !fives_1;

        // Rule 2: blocks of two by two.
        let blocks = pairs & pairs_above & twos;

        // Rule 3 along the row: dark, light, three dark, light, dark, with four light on one side and one on the other.
        let light_then_dark = !x & right;
        let core = (x & !right) & ((x & right & x >> 2) >> 2) & (light_then_dark >> 5);
        let two_right = x | right;
        let four_right = (two_right | two_right >> 2) >> 7;
        let left = x << 1;
        let two_left = left | left << 1;
        let four_left = two_left | two_left << 2;
        let light_before = core & !four_left & !(x >> 7);
        let light_after = core & !four_right & !left;

        // And down the columns; x is the last module of the pattern.
        let core_down = x & !u1 & *u2 & *u3 & *u4 & !*u5 & *u6;
        let four_above = *u7 | *u8 | *u9 | *u10;
        let four_below = d1 | *d2 | *d3 | *d4;
        let light_above = core_down & !four_above & !d1;
        let light_below = core_down & !four_below & !*u7;

        add(&mut points, 1, fives);
        add(&mut points, 2, starts);
        add(&mut points, 1, fives_down);
        add(&mut points, 2, starts_down);
        add(&mut points, 3, blocks);
        add(&mut points, 40, light_before);
        add(&mut points, 40, light_after);
        add(&mut points, 40, light_above);
        add(&mut points, 40, light_below);
        add(&mut dark, 1, x);

        pairs_above = pairs;
        inside = columns;
        (twos_1, threes_2, threes_1, fives_1) = (twos, threes_1, threes_down, fives_down);
    }
    for (points, dark) in points.iter_mut().zip(dark) {
        *points += balance(dark, side);
    }
    points
}

#[inline]
fn add<const WORDS: usize>(points: &mut [u32; LANES], weight: u32, found: Row<WORDS>) {
    for (points, count) in points.iter_mut().zip(found.count()) {
        *points += weight * count;
    }
}

/// Rule 4: ten points for every whole 5 % that the share of dark modules is away from a half.
fn balance(dark: u32, side: usize) -> u32 {
    // At most 177 a side.
    let total = u32::try_from(side * side).unwrap_or(1);
    // Half of an odd number is never met, so the distance is above zero.
    10 * ((20 * dark).abs_diff(10 * total).div_ceil(total) - 1)
}
