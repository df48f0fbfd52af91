//! The format information of a symbol: its level and mask, protected by a BCH code
//! (ISO/IEC 18004:2015, 7.9 and annex C).

use ezqr_schema::ErrorCorrection;

/// The fifteen bits of `level` and each mask, bit 14 the most significant.
pub(super) const fn formats(level: ErrorCorrection) -> [u32; 8] {
    match level {
        ErrorCorrection::Low => const { of_all_masks(0b01) },
        ErrorCorrection::Medium => const { of_all_masks(0b00) },
        ErrorCorrection::Quartile => const { of_all_masks(0b11) },
        ErrorCorrection::High => const { of_all_masks(0b10) },
    }
}

const fn of_all_masks(indicator: u32) -> [u32; 8] {
    let first = indicator << 3;
    [
        protected(first),
        protected(first | 1),
        protected(first | 2),
        protected(first | 3),
        protected(first | 4),
        protected(first | 5),
        protected(first | 6),
        protected(first | 7),
    ]
}

const fn protected(data: u32) -> u32 {
    let mut remainder = data;
    let mut round = 0;
    while round < 10 {
        remainder = (remainder << 1) ^ ((remainder >> 9) * 0x537);
        round += 1;
    }
    (data << 10 | remainder) ^ 0x5412
}

/// Which of the fifteen bits stands in column `x` of row `y`, of a symbol of `side` columns (figure 25).
pub(super) fn bit_at(x: usize, y: usize, side: usize) -> Option<usize> {
    match (x, y) {
        (8, 0..=5) => Some(y),
        (8, 7) => Some(6),
        (8, 8) => Some(7),
        (7, 8) => Some(8),
        (0..=5, 8) => Some(14 - x),
        (8, _) => (y + 15).checked_sub(side).filter(|bit| *bit >= 8),
        (_, 8) => (side - 1).checked_sub(x).filter(|bit| *bit < 8),
        (_, _) => None,
    }
}
