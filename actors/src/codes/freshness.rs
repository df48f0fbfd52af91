//! How long what is cached of a code is good, where other processes change codes too.

use std::time::Duration;

/// Up to this age a link is served as it is.
pub(super) const FRESH: Duration = Duration::from_secs(1);
/// From this age on a visitor waits for the link to be read again.
pub(super) const WAITED_FOR: Duration = Duration::from_secs(2);
/// From this age on a link is not served any more, though the store be away.
const OUTLIVED: Duration = Duration::from_secs(3_600);

/// What is done about a cached link, by its age since the read that brought it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Freshness {
    /// It is served.
    Fresh,
    /// It is served, and read again meanwhile.
    Ageing,
    /// It is read again; served as it is if the store does not answer.
    Old,
    /// It is read again.
    Outlived,
}

impl Freshness {
    /// Of a link of this age. Who is known to be away is not waited for.
    pub(super) fn of(age: Duration, store_is_away: bool) -> Self {
        match age {
            age if age < FRESH => Self::Fresh,
            age if age < WAITED_FOR => Self::Ageing,
            age if age >= OUTLIVED => Self::Outlived,
            _ if store_is_away => Self::Ageing,
            _ => Self::Old,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_served_for_a_second_refreshed_for_another_and_waited_for_from_then_on() {
        let of = |millis, is_away| Freshness::of(Duration::from_millis(millis), is_away);
        for is_away in [false, true] {
            assert_eq!(of(0, is_away), Freshness::Fresh);
            assert_eq!(of(999, is_away), Freshness::Fresh);
            assert_eq!(of(1_000, is_away), Freshness::Ageing);
            assert_eq!(of(1_999, is_away), Freshness::Ageing);
            assert_eq!(of(3_600_000, is_away), Freshness::Outlived);
        }
        for age in [2_000, 3_599_999] {
            assert_eq!((of(age, false), of(age, true)), (Freshness::Old, Freshness::Ageing));
        }
    }
}
