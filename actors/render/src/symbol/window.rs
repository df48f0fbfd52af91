//! Rows too wide for one word are looked at through windows of 64 columns that overlap, so that whatever
//! begins in the columns a window counts can be seen in it whole.

/// The candidates of a symbol, one for each mask, side by side.
pub(super) const LANES: usize = 8;

/// One row of one window in all candidates. The window's leftmost column is the lowest bit.
pub(super) type Lanes = [u64; LANES];

/// Columns that a pattern's surroundings reach to its left.
const LEFT: usize = 4;
/// Columns that a pattern and its surroundings reach to its right.
const RIGHT: usize = 10;
/// From one window to the next.
const STEP: usize = 64 - LEFT - RIGHT;

/// 64 columns of a symbol.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// The column of the lowest bit.
    pub(super) first: usize,
    /// Which of the columns the symbol has.
    pub(super) columns: u64,
    /// In which of them this window counts what begins there, and no other does.
    pub(super) counted: u64,
}

impl Window {
    /// The windows of a symbol of `side` columns.
    pub(super) fn all(side: usize) -> impl Iterator<Item = Self> {
        let windows = if side <= 64 { 1 } else { (side - 64).div_ceil(STEP) + 1 };
        (0..windows).map(move |index| {
            let first = index * STEP;
            let start = if index == 0 { 0 } else { LEFT };
            let end = if index + 1 == windows { side - first } else { 64 - RIGHT };
            Self { first, columns: ones(side - first), counted: ones(end) & !ones(start) }
        })
    }

    /// The columns that no window before it shows.
    const fn columns_of_its_own(self) -> u64 {
        if self.first == 0 { u64::MAX } else { !ones(64 - STEP) }
    }

    /// What the window shows of a row.
    pub(super) fn of(self, row: &[u64; 3]) -> u64 {
        let (skipped, shift) = (self.first / 64, self.first % 64);
        let mut words = row.iter().skip(skipped).copied();
        let (low, high) = (words.next().unwrap_or(0), words.next().unwrap_or(0));
        if shift == 0 { low } else { low >> shift | high << (64 - shift) }
    }

    /// Inverts modules of a row. Where windows overlap, only the first of them does.
    pub(super) fn invert(self, inverted: u64, row: &mut [u64; 3]) {
        let inverted = inverted & self.columns_of_its_own();
        let (skipped, shift) = (self.first / 64, self.first % 64);
        let mut words = row.iter_mut().skip(skipped);
        if let Some(low) = words.next() {
            *low ^= inverted << shift;
        }
        if let Some(high) = words.next()
            && shift > 0
        {
            *high ^= inverted >> (64 - shift);
        }
    }
}

/// The lowest `count` bits, all from 64 on.
const fn ones(count: usize) -> u64 {
    if count < 64 { (1 << count) - 1 } else { u64::MAX }
}

#[cfg(test)]
mod tests {
    use super::Window;
    use crate::Version;

    #[test]
    fn every_column_is_counted_once_with_its_surroundings() {
        for side in Version::all().map(Version::side_modules) {
            let mut counted = vec![0; side];
            for window in Window::all(side) {
                for bit in (0..64).filter(|bit| window.counted >> bit & 1 == 1) {
                    let column = window.first + bit;
                    counted[column] += 1;
                    assert!(bit >= 4 || window.first == 0);
                    assert!(bit + 10 < 64 || window.first + 64 >= side);
                }
            }
            assert_eq!(counted, vec![1; side]);
        }
    }

    #[test]
    fn windows_put_a_row_together_again() {
        let row = [0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210, 0x0001_0f0f_3355_aaaa & ((1 << 49) - 1)];
        let mut again = [0; 3];
        for window in Window::all(177) {
            window.invert(window.of(&row), &mut again);
        }
        assert_eq!(again, row);
    }
}
