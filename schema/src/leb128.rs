//! Numbers of variable length: seven bits a byte, the lowest first, the eighth bit set but in the last (LEB128,
//! DWARF 5, 7.6). What is kept as bytes has its numbers so.

/// Appends `value`: 1 to 10 bytes.
pub fn put(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    bytes.push(value.to_le_bytes()[0]);
}

/// Takes a number off the front of `bytes`; `None` when they end before it does, or it has more than 64 bits.
pub fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        // Most are below 128.
        if shift == 0 && *byte < 0x80 {
            return Some(u64::from(*byte));
        }
        let bits = u64::from(byte & 0x7F);
        if bits.leading_zeros() < shift {
            return None;
        }
        value |= bits << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_turn_back_and_leave_what_follows(values in prop::collection::vec(any::<u64>(), 0..20)) {
            let mut bytes = Vec::new();
            for value in values.iter().flat_map(|value| [*value, value % 200, u64::MAX]) {
                put(&mut bytes, value);
            }
            let mut rest = &bytes[..];
            for value in values.iter().flat_map(|value| [*value, value % 200, u64::MAX]) {
                prop_assert_eq!(take(&mut rest), Some(value));
            }
            prop_assert!(rest.is_empty());
        }
    }

    #[test]
    fn what_ends_early_or_is_too_large_is_none() {
        let mut one_bit_more = vec![0xFF; 9];
        one_bit_more.push(2);
        for bytes in [vec![], vec![0x80], one_bit_more, vec![0xFF; 20]] {
            assert_eq!(take(&mut &bytes[..]), None, "{bytes:?}");
        }
    }
}
