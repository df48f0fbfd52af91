//! Counting, merging, and turning into bytes and back.

use proptest::prelude::*;

use super::*;
use crate::Sequence;
use crate::scan::{Browser, Country, Device, Os};

#[derive(Clone, Debug)]
struct Seen {
    reason: Reason,
    device: Device,
    os: Os,
    browser: Browser,
    country: u16,
    referrer: String,
}

fn seen() -> impl Strategy<Value = Seen> {
    let referrer = prop_oneof![
        Just("direct".to_owned()),
        Just("other".to_owned()),
        (0..40_u32).prop_map(|number| format!("site-{number}.example")),
    ];
    let reason = prop::sample::select(&Reason::ALL[..]);
    let device = prop::sample::select(&Device::ALL[..]);
    let os = prop::sample::select(&Os::ALL[..]);
    let browser = prop::sample::select(&Browser::ALL[..]);
    (reason, device, os, browser, 0..676_u16, referrer).prop_map(
        |(reason, device, os, browser, country, referrer)| Seen {
            reason,
            device,
            os,
            browser,
            country,
            referrer,
        },
    )
}

fn scan(seen: &Seen) -> Scan<'_> {
    Scan {
        sequence: Sequence::new(0).unwrap(),
        reason: seen.reason,
        device: seen.device,
        os: seen.os,
        browser: seen.browser,
        country: Country::of_number(seen.country).unwrap(),
        referrer: ReferrerText::of_stored(&seen.referrer).unwrap(),
        visitor: None,
    }
}

fn counted(all: &[Seen]) -> Tally {
    let mut tally = Tally::default();
    for seen in all {
        tally.add(&scan(seen), Referrer::of);
    }
    tally
}

fn adds_up(tally: &Tally) -> bool {
    Class::ALL.into_iter().all(|class| {
        let cells: u64 = tally.cells().filter(|(cell, _)| cell.class == class).map(|(_, count)| count).sum();
        cells + tally.other(class) == tally.of_class(class)
    })
}

proptest! {
    #[test]
    fn cells_and_others_add_up_to_hits(all in prop::collection::vec(seen(), 0..200), most in 0_usize..50) {
        let mut tally = counted(&all);
        prop_assert_eq!(tally.hits(), u64::try_from(all.len()).unwrap());
        prop_assert!(adds_up(&tally));
        for reason in Reason::ALL {
            let expected = all.iter().filter(|seen| seen.reason == reason).count();
            prop_assert_eq!(tally.of_reason(reason), u64::try_from(expected).unwrap());
        }
        tally.keep_largest(most);
        prop_assert!(tally.cells().len() <= most && adds_up(&tally));
        prop_assert_eq!(tally.hits(), u64::try_from(all.len()).unwrap());
    }

    #[test]
    fn counting_apart_and_merging_is_counting_together(
        first in prop::collection::vec(seen(), 0..100),
        second in prop::collection::vec(seen(), 0..100),
    ) {
        let mut merged = counted(&first);
        merged.merge(&counted(&second));
        prop_assert_eq!(merged, counted(&[first, second].concat()));
    }

    #[test]
    fn bytes_turn_back(all in prop::collection::vec(seen(), 0..200), most in 0_usize..50) {
        let mut tally = counted(&all);
        tally.keep_largest(most);
        prop_assert_eq!(Tally::decode(&tally.encode()), Ok(tally));
    }

    #[test]
    fn other_bytes_are_refused_or_add_up(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(tally) = Tally::decode(&bytes) {
            prop_assert!(adds_up(&tally));
        }
    }

    #[test]
    fn damaged_bytes_are_refused_or_add_up(
        all in prop::collection::vec(seen(), 1..50),
        at in any::<prop::sample::Index>(),
        bit in 0_u32..8,
    ) {
        let mut bytes = counted(&all).encode();
        *at.get_mut(&mut bytes[..]) ^= 1 << bit;
        if let Ok(tally) = Tally::decode(&bytes) {
            prop_assert!(adds_up(&tally));
        }
    }
}

#[test]
fn the_first_cells_are_kept_and_later_ones_count_as_other() {
    let mut tally = Tally::default();
    let all: Vec<Seen> = (0..2_000_u32)
        .map(|number| Seen {
            reason: Reason::Browser,
            device: Device::Phone,
            os: Os::Android,
            browser: Browser::Chrome,
            country: u16::try_from(number % 676).unwrap(),
            referrer: format!("site-{}.example", number / 676),
        })
        .collect();
    for _ in 0..2 {
        for seen in &all {
            tally.add(&scan(seen), Referrer::of);
        }
    }
    assert_eq!((tally.cells().len(), tally.hits()), (CELLS, 4_000));
    assert_eq!(tally.other(Class::Human), 4_000 - 2 * u64::try_from(CELLS).unwrap());
    assert!(tally.cells().all(|(_, count)| count == 2));
}
