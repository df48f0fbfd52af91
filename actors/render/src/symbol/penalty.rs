//! The penalty of the eight candidates of a symbol, one for each mask (ISO/IEC 18004:2015, 7.8.3).
//!
//! Everything is found for a whole row of modules together: five of a colour are four neighbouring pairs that
//! agree, a block is two such pairs above each other, and what is found is counted as set bits. The same is
//! done to all candidates side by side, in a loop that the compiler turns into vector instructions; `pulp` has
//! it compiled twice, for any processor and for one with AVX2, which takes a third of the instructions.

#![expect(clippy::indexing_slicing, reason = "a lane is below LANES, the length of every array here")]
#![expect(
    clippy::inline_always,
    reason = "what is not inlined into the dispatched call is compiled for any processor only"
)]

use super::window::{LANES, Lanes, Window};

/// Rows of light that the caller lays above the symbol: the finder-like patterns look ten rows back.
pub(super) const ROWS_ABOVE: usize = 10;
/// Rows of light below it: they look four ahead.
pub(super) const ROWS_BELOW: usize = 4;

const ROWS: usize = ROWS_ABOVE + 1 + ROWS_BELOW;

/// What the rows before have left to the next one, and what they have added up to.
#[derive(Default)]
struct Tally {
    /// By rules 1 to 3.
    points: Lanes,
    dark: Lanes,
    pairs: Lanes,
    twos_down: Lanes,
    /// Of the last row and of the one before it.
    threes_down: [Lanes; 2],
    fives_down: Lanes,
}

/// Adds to `points` those that rules 1 to 3 give within one window, and to `dark` its dark modules. `rows`
/// are those of the symbol with the light ones above and below.
pub(super) fn add_window(rows: &[Lanes], window: Window, points: &mut Lanes, dark: &mut Lanes) {
    pulp::Arch::new().dispatch(AddWindow { rows, window, points, dark });
}

/// The call that `pulp` compiles for each processor.
struct AddWindow<'a> {
    rows: &'a [Lanes],
    window: Window,
    points: &'a mut Lanes,
    dark: &'a mut Lanes,
}

impl pulp::NullaryFnOnce for AddWindow<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let mut tally = Tally { points: *self.points, dark: *self.dark, ..Tally::default() };
        // Above the first row there is nothing that could agree with it.
        let mut with_above = 0;
        for rows in self.rows.windows(ROWS) {
            if let Ok(rows) = rows.try_into() {
                add_row(rows, self.window, with_above, &mut tally);
            }
            with_above = self.window.columns;
        }
        (*self.points, *self.dark) = (tally.points, tally.dark);
    }
}

#[inline(always)]
fn add_row(rows: &[Lanes; ROWS], window: Window, with_above: u64, tally: &mut Tally) {
    let [up_10, up_9, up_8, up_7, up_6, up_5, up_4, up_3, up_2, up_1, row, down_1, down_2, down_3, down_4] =
        rows;
    let Window { columns, counted, .. } = window;
    for lane in 0..LANES {
        let (x, up_1, down_1) = (row[lane], up_1[lane], down_1[lane]);

        // Rule 1 along the row: five or more of a colour; three points for five and one for each more.
        let right = x >> 1;
        let pairs = !(x ^ right) & columns & columns >> 1;
        let threes = pairs & pairs >> 1;
        let fives = threes & threes >> 2;
        let starts = fives & !(fives << 1);

        // Rule 1 down the columns.
        let twos_down = !(x ^ up_1) & with_above;
        let threes_down = twos_down & tally.twos_down[lane];
        let fives_down = threes_down & tally.threes_down[1][lane];
        let starts_down = fives_down & !tally.fives_down[lane];

        // Rule 2: blocks of two by two.
        let blocks = pairs & tally.pairs[lane] & twos_down;

        // Rule 3 along the row: dark, light, three dark, light, dark, with four light on one side and one on
        // the other; outside the symbol all is light. x is the first module.
        let core = x & !right & (x & right & x >> 2) >> 2 & (!x & right) >> 5;
        let two_right = x | right;
        let four_right = (two_right | two_right >> 2) >> 7;
        let left = x << 1;
        let two_left = left | left << 1;
        let four_left = two_left | two_left << 2;
        let light_before = core & !four_left & !(x >> 7);
        let light_after = core & !four_right & !left;

        // Rule 3 down the columns. x is the last module.
        let (up_7, one_below) = (up_7[lane], down_1);
        let core = x & !up_1 & up_2[lane] & up_3[lane] & up_4[lane] & !up_5[lane] & up_6[lane];
        let four_above = up_7 | up_8[lane] | up_9[lane] | up_10[lane];
        let four_below = one_below | down_2[lane] | down_3[lane] | down_4[lane];
        let light_above = core & !four_above & !one_below;
        let light_below = core & !four_below & !up_7;

        let count = |found: u64| u64::from((found & counted).count_ones());
        tally.points[lane] += count(fives)
            + count(fives_down)
            + 2 * (count(starts) + count(starts_down))
            + 3 * count(blocks)
            + 40 * (count(light_before) + count(light_after) + count(light_above) + count(light_below));
        tally.dark[lane] += count(x);

        tally.pairs[lane] = pairs;
        tally.twos_down[lane] = twos_down;
        tally.threes_down[1][lane] = tally.threes_down[0][lane];
        tally.threes_down[0][lane] = threes_down;
        tally.fives_down[lane] = fives_down;
    }
}

/// Rule 4: ten points for every 5 % that the share of dark modules is away from a half, the last begun 5 % left out. A
/// share on the border of two of the standard's ranges counts to the one nearer to a half.
pub(super) fn balance(dark: u64, side: usize) -> u64 {
    let total = (side * side) as u64;
    // Half of an odd number is never met, so the distance is above zero.
    10 * ((20 * dark).abs_diff(10 * total).div_ceil(total) - 1)
}

#[cfg(test)]
mod tests {
    use super::balance;

    /// The points by the ranges of the standard: the least `k` for which the share is within 50 % and 5 (k + 1) %
    /// above or below it.
    fn by_ranges(dark: u64, total: u64) -> u64 {
        let is_within = |k: u64| (45 - 5 * k) * total <= 100 * dark && 100 * dark <= (55 + 5 * k) * total;
        10 * (0..9).find(|k| is_within(*k)).unwrap_or(9)
    }

    #[test]
    fn the_share_of_dark_modules_is_rated_by_the_ranges_of_the_standard() {
        for side in [21, 25, 45, 177_usize] {
            let total = (side * side) as u64;
            for dark in 0..=total {
                assert_eq!(balance(dark, side), by_ranges(dark, total), "{dark} of {total}");
            }
        }
        // On the borders, which only sides of a multiple of five can meet: 40 and 60 %.
        assert_eq!([249, 250, 251, 374, 375, 376].map(|dark| balance(dark, 25)), [20, 10, 10, 10, 10, 20]);
    }
}
