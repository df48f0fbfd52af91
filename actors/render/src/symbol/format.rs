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

/// Which of the fifteen bits stands in column 8 of row `y`, of a symbol of `side` rows.
pub(super) fn bit_in_column_8(y: usize, side: usize) -> Option<usize> {
    match y {
        0..=5 => Some(y),
        7 => Some(6),
        8 => Some(7),
        _ => (y + 15).checked_sub(side).filter(|bit| *bit >= 8),
    }
}

/// The bits of row 8 left of column 8, as columns 0 to 7.
pub(super) const fn left_of_row_8(format: u32) -> u64 {
    // Column 7 holds bit 8; columns 5 to 0 hold bits 9 to 14; column 6 belongs to the timing pattern.
    let outer = (format >> 9 & 0x3f) as u64;
    (outer.reverse_bits() >> 58) | (format as u64 >> 8 & 1) << 7
}

/// The bits of row 8 at the right edge, as the last eight columns.
pub(super) const fn right_of_row_8(format: u32) -> u64 {
    (format as u64 & 0xff).reverse_bits() >> 56
}
