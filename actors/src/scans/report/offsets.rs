//! How far a zone's clocks are from UTC, and until when.

use jiff::tz::TimeZone;

/// Windows that all begin while the zone's clocks have one offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    /// The first, in windows since 1970.
    pub(super) start: i64,
    /// The first that is not of it.
    pub(super) end: i64,
    /// Seconds the clocks are ahead of UTC.
    pub(super) offset: i32,
}

const QUARTER_SECONDS: i64 = 15 * 60;

/// The windows from `start` to before `end`, cut where the zone's offset changes. A change within a window, such
/// as some zones had a minute after midnight, shows from the next window on.
pub(super) fn stretches(zone: &TimeZone, start: i64, end: i64) -> Vec<Stretch> {
    let instant = |window: i64| jiff::Timestamp::from_second(window * QUARTER_SECONDS).unwrap_or_default();
    let mut stretches = Vec::new();
    let mut current = Stretch { start, end: start, offset: zone.to_offset(instant(start)).seconds() };
    for change in zone.following(instant(start)) {
        // The first window that begins at the change or later.
        let window = (change.timestamp().as_second() + QUARTER_SECONDS - 1).div_euclid(QUARTER_SECONDS);
        if window >= end {
            break;
        }
        if window > current.start {
            stretches.push(Stretch { end: window, ..current });
        }
        current = Stretch { start: window, end: window, offset: change.offset().seconds() };
    }
    stretches.push(Stretch { end, ..current });
    stretches
}
