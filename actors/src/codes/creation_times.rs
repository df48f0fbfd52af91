//! The times given to new codes.

use ezqr_schema::Timestamp;
use ezqr_store::PageOrder;

/// Gives codes their times of creation by a clock that may step back. Pure.
///
/// Where nobody else mints, times only rise: the lists are in exact order. Where others mint too, they follow the
/// clock down, because a code from the future would win against every change made before its time.
#[derive(Debug)]
pub(super) struct CreationTimes {
    order: PageOrder,
    /// The newest time given.
    newest: Timestamp,
    /// What the clock told last.
    told: Timestamp,
}

/// When a code is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CreationTime {
    pub(super) at: Timestamp,
    /// Whether the clock has stepped back since the last one.
    pub(super) stepped_back: bool,
}

impl CreationTimes {
    pub(super) const fn new(order: PageOrder, newest: Timestamp) -> Self {
        Self { order, newest, told: Timestamp::EPOCH }
    }

    /// The time of a code created when the clock tells `told`.
    pub(super) fn next(&mut self, told: Timestamp) -> CreationTime {
        let stepped_back = told < self.told;
        self.told = told;
        self.newest = match self.order {
            PageOrder::Exact => self.newest.max(told),
            PageOrder::Within(_) => told,
        };
        CreationTime { at: self.newest, stepped_back }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_rise_where_nobody_else_mints_and_follow_the_clock_down_where_others_do() {
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1_000).unwrap();
        let given = |order| {
            let mut times = CreationTimes::new(order, at(5));
            [7, 4, 6]
                .map(|told| times.next(at(told)))
                .map(|CreationTime { at, stepped_back }| (at, stepped_back))
        };
        let exact = [(at(7), false), (at(7), true), (at(7), false)];
        assert_eq!(given(PageOrder::Exact), exact);
        let within = [(at(7), false), (at(4), true), (at(6), false)];
        assert_eq!(given(PageOrder::Within(Duration::from_secs(600))), within);
    }
}
