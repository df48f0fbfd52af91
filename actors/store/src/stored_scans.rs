//! What every store keeps of a day's quarters alike: as bytes.
//!
//! Version 1: of each quarter its place in the day, then its scans of each class, as numbers of variable
//! length, seven bits a byte, the lowest first (LEB128).

use ezqr_schema::leb128::{put, take};
use ezqr_schema::scan::Window;

use crate::Quarter;

const VERSION: u8 = 1;

/// Bytes are no quarters that ezqr writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are no quarters of a day")]
pub(crate) struct InvalidQuarters;

/// The bytes of `quarters`: four each while nobody comes often.
pub(crate) fn encode_quarters(quarters: &[Quarter]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1 + 4 * quarters.len());
    bytes.push(VERSION);
    for quarter in quarters {
        bytes.push(quarter.quarter);
        for count in quarter.classes {
            put(&mut bytes, count);
        }
    }
    bytes
}

/// The quarters that [`encode_quarters`] made `bytes` of.
pub(crate) fn decode_quarters(bytes: &[u8]) -> Result<Vec<Quarter>, InvalidQuarters> {
    let Some((&VERSION, mut rest)) = bytes.split_first() else { return Err(InvalidQuarters) };
    let mut quarters: Vec<Quarter> = Vec::new();
    while !rest.is_empty() {
        let quarter = take_quarter(&mut rest).ok_or(InvalidQuarters)?;
        if quarters.last().is_some_and(|before| before.quarter >= quarter.quarter) {
            return Err(InvalidQuarters);
        }
        quarters.push(quarter);
    }
    Ok(quarters)
}

fn take_quarter(bytes: &mut &[u8]) -> Option<Quarter> {
    let mut quarter = Quarter { quarter: take_byte(bytes)?, classes: [0; 3] };
    for count in &mut quarter.classes {
        *count = take(bytes)?;
    }
    (u32::from(quarter.quarter) < Window::PER_DAY).then_some(quarter)
}

fn take_byte(bytes: &mut &[u8]) -> Option<u8> {
    let (first, rest) = bytes.split_first()?;
    *bytes = rest;
    Some(*first)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn counts() -> impl Strategy<Value = u64> {
        prop_oneof![0..200_u64, any::<u64>(), Just(u64::MAX)]
    }

    proptest! {
        #[test]
        fn quarters_turn_back(
            quarters in prop::collection::btree_map(0..96_u8, [counts(), counts(), counts()], 0..=96),
        ) {
            let quarters: BTreeMap<u8, [u64; 3]> = quarters;
            let quarters: Vec<Quarter> =
                quarters.into_iter().map(|(quarter, classes)| Quarter { quarter, classes }).collect();
            let bytes = encode_quarters(&quarters);
            prop_assert_eq!(decode_quarters(&bytes), Ok(quarters));
            for end in 0..bytes.len() {
                // A cut between two quarters leaves those before it; any other is noticed.
                if let Ok(cut) = decode_quarters(&bytes[..end]) {
                    prop_assert_eq!(encode_quarters(&cut), &bytes[..end]);
                }
            }
        }

        #[test]
        fn other_bytes_are_refused_or_quarters_in_order(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(quarters) = decode_quarters(&bytes) {
                prop_assert!(quarters.is_sorted_by(|left, right| left.quarter < right.quarter));
                prop_assert!(quarters.iter().all(|quarter| quarter.quarter < 96));
            }
        }
    }

    #[test]
    fn what_is_out_of_order_or_beyond_the_day_is_refused() {
        let impossible: [&[u8]; 7] = [
            &[],
            &[2],
            &[1, 96, 1, 0, 0],
            &[1, 5, 1, 0, 0, 5, 1, 0, 0],
            &[1, 5, 1, 0, 0, 4, 1, 0, 0],
            &[1, 5, 1, 0],
            &[1, 5, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2, 0, 0],
        ];
        for bytes in impossible {
            assert_eq!(decode_quarters(bytes), Err(InvalidQuarters), "{bytes:?}");
        }
        assert_eq!(decode_quarters(&encode_quarters(&[])), Ok(Vec::new()));
    }
}
