//! The salts visitors are told apart by: made ahead, published to the workers, erased after their day.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use ezqr_schema::scan::{Day, VisitorSalt};
use ezqr_schema::{Timestamp, random_bytes};
use ezqr_store::{ScanStore, Unavailable, WriteError};

/// Half a day in milliseconds: from the noon before, the next day's salt is there.
const HALF_DAY_MS: i64 = 12 * 3_600 * 1_000;

/// The salts of the days that scans may belong to now: two at most.
#[derive(Clone, Debug, Default)]
pub(super) struct Salts(Vec<(Day, VisitorSalt)>);

/// Where the workers find the salt of the current epoch's day; empty while there is none.
pub(super) type PublishedSalt = Arc<ArcSwapOption<VisitorSalt>>;

impl Salts {
    /// The salt of `day`; without one, a scan counts without visitor.
    pub(super) fn of(&self, day: Day) -> Option<&VisitorSalt> {
        self.0.iter().find(|(known, _)| *known == day).map(|(_, salt)| salt)
    }

    /// Whether nothing is to be done at `now`: the salts there are those there should be.
    pub(super) fn suffice(&self, now: Timestamp) -> bool {
        self.0.iter().map(|(day, _)| *day).eq(days(now))
    }

    /// The salts of `now`: those of the days that go on, and new ones from the store. What no day needs any
    /// more is erased there.
    ///
    /// Erased comes first: a salt that cannot be erased now is tried again with the next.
    pub(super) async fn renewed(&self, store: &impl ScanStore, now: Timestamp) -> Result<Self, WriteError> {
        store.erase_salts(Day::of(now)).await?;
        let mut salts = Vec::new();
        for day in days(now) {
            let salt = match self.of(day) {
                Some(salt) => salt.clone(),
                None => store.visitor_salt(day, &offered()?).await?,
            };
            salts.push((day, salt));
        }
        Ok(Self(salts))
    }
}

/// Today, and from noon on tomorrow.
fn days(now: Timestamp) -> impl Iterator<Item = Day> {
    let today = Day::of(now);
    let next = Day::of(now.saturating_add_millis(HALF_DAY_MS));
    std::iter::once(today).chain((next != today).then_some(next))
}

fn offered() -> Result<VisitorSalt, Unavailable> {
    let bytes = random_bytes().map_err(|error| Unavailable {
        reason: error.to_string(),
        retry_after: std::time::Duration::from_secs(1),
    })?;
    Ok(VisitorSalt::from_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_next_day_has_its_salt_from_noon_on() {
        let days_at = |text| days(at(text)).map(|day| day.to_string()).collect::<Vec<_>>();
        assert_eq!(days_at("2026-05-04T11:59:59.999Z"), ["2026-05-04"]);
        assert_eq!(days_at("2026-05-04T12:00:00Z"), ["2026-05-04", "2026-05-05"]);
    }

    #[test]
    fn salts_suffice_until_a_day_begins_or_is_over() {
        let (day, salt) = (Day::of(at("2026-05-04T00:00:00Z")), VisitorSalt::from_bytes([1; 16]));
        let salts = Salts(vec![(day, salt.clone()), (day.saturating_add(1), salt)]);
        assert!(salts.suffice(at("2026-05-04T13:00:00Z")));
        assert!(!salts.suffice(at("2026-05-04T11:00:00Z")), "the clock was set back: as at a start");
        assert!(!salts.suffice(at("2026-05-05T00:00:00Z")), "yesterday's is to be erased");
        assert!(!Salts::default().suffice(at("2026-05-04T13:00:00Z")));
    }
}
