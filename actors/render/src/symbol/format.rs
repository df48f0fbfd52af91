//! The format information of a symbol: its level and mask, protected by a BCH code
//! (ISO/IEC 18004:2015, 7.9 and annex C).

use ezqr_schema::ErrorCorrection;

/// The fifteen bits of each level and mask, bit 14 the most significant.
const FORMATS: [[u32; 8]; 4] = {
    let indicators = [0b01, 0b00, 0b11, 0b10];
    let mut table = [[0; 8]; 4];
    let mut level = 0;
    while level < 4 {
        let mut mask = 0;
        while mask < 8 {
            table[level][mask] = protected(indicators[level] << 3 | mask as u32);
            mask += 1;
        }
        level += 1;
    }
    table
};

const fn protected(data: u32) -> u32 {
    let mut remainder = data;
    let mut round = 0;
    while round < 10 {
        remainder = (remainder << 1) ^ ((remainder >> 9) * 0x537);
        round += 1;
    }
    (data << 10 | remainder) ^ 0x5412
}

/// The fifteen bits for `level` and each mask.
pub(super) const fn formats(level: ErrorCorrection) -> &'static [u32; 8] {
    match level {
        ErrorCorrection::Low => &FORMATS[0],
        ErrorCorrection::Medium => &FORMATS[1],
        ErrorCorrection::Quartile => &FORMATS[2],
        ErrorCorrection::High => &FORMATS[3],
    }
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
    (format as u8).reverse_bits() as u64
}
