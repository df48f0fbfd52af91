//! Counting, merging, turning into bytes and back; and how far estimates are off.

use proptest::prelude::*;

use super::*;
use crate::scan::VisitorSalt;

fn crowd(size: u32) -> Visitors {
    let salt = VisitorSalt::from_bytes([7; 16]);
    let mut visitors = Visitors::default();
    for number in 0..size {
        visitors.insert(salt.visitor(std::net::Ipv4Addr::from(number).into(), b"agent"));
    }
    visitors
}

#[test]
fn nobody_is_nobody_and_few_are_exact() {
    for size in [0, 1, 2, 10, 50] {
        assert_eq!(crowd(size).estimate(), u64::from(size));
    }
}

/// Relative errors of the estimates of so many crowds: the mean, of either sign, and the worst.
fn errors(crowds: u64, size: u64) -> (f64, f64) {
    let errors = (0..crowds).map(|number| {
        let mut visitors = Visitors::default();
        for visitor in 0..size {
            visitors.insert(VisitorHash::from_bits(mixed(number << 32 | visitor)));
        }
        let off = u32::try_from(visitors.estimate().abs_diff(size)).unwrap();
        f64::from(off) / f64::from(u32::try_from(size).unwrap())
    });
    let (sum, worst) = errors.fold((0.0, 0.0_f64), |(sum, worst), error| (sum + error, worst.max(error)));
    (sum / f64::from(u32::try_from(crowds).unwrap()), worst)
}

/// `SplitMix64`.
const fn mixed(number: u64) -> u64 {
    let mut bits = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[test]
fn estimates_are_as_near_as_the_readme_says() {
    let most = [
        (100, 1_000, 0.009, 0.05),
        (1_000, 1_000, 0.011, 0.05),
        (10_000, 100, 0.012, 0.04),
        (100_000, 10, 0.025, 0.05),
    ];
    for (size, crowds, mean, worst) in most {
        let errors = errors(crowds, size);
        assert!(errors.0 <= mean && errors.1 <= worst, "{size}: {errors:?}");
    }
}

proptest! {
    #[test]
    fn merging_is_counting_together_and_bytes_turn_back(
        first in prop::collection::vec(any::<u64>(), 0..1_500),
        second in prop::collection::vec(any::<u64>(), 0..1_500),
    ) {
        let of = |all: &[u64]| {
            let mut visitors = Visitors::default();
            for bits in all {
                visitors.insert(VisitorHash::from_bits(*bits));
            }
            visitors
        };
        let together = of(&[first.clone(), second.clone()].concat());
        let mut merged = of(&first);
        merged.merge(&of(&second));
        prop_assert!(merged.registers().eq(together.registers()));
        prop_assert!(!merged.clone().merge(&together));
        prop_assert_eq!(merged.estimate(), together.estimate());
        let decoded = Visitors::decode(&merged.encode()).unwrap();
        prop_assert!(decoded.registers().eq(merged.registers()));
        prop_assert_eq!(decoded.sum(), merged.sum());
    }

    #[test]
    fn other_bytes_are_refused_or_estimated(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        if let Ok(visitors) = Visitors::decode(&bytes) {
            visitors.estimate();
        }
    }
}
