//! A report as it is answered.

use std::borrow::Cow;

use ezqr_schema::scan::{Browser, Class, Os, Reason, Trait};
use ezqr_schema::wire::scans::{
    Breakdown, ClassTotal, Counted, DateTotal, Dimension, Group, Groups, Interval, ReasonTotal, ScanReport,
};

use super::counter::Counter;
use super::ranking::{largest, sum};
use super::shares::{ByClass, name};

/// What is kept no finer.
const OTHER: &str = "other";

impl Counter<'_> {
    /// The answer, but for the codes that were scanned most.
    pub(super) fn report(&self) -> ScanReport {
        let range = &self.query.range;
        let is_of_cells = self.query.filter.is_of_cells();
        let (unique, uniques) = self.uniques();
        let mut classes = [0; 3];
        let mut by_date = Vec::with_capacity(self.buckets.len());
        for (position, (date, counts)) in self.timeline.labels().zip(&self.buckets).enumerate() {
            for (sum, count) in classes.iter_mut().zip(counts) {
                *sum += count;
            }
            let unique = uniques.as_ref().and_then(|uniques| uniques.get(position)).copied();
            by_date.push(DateTotal { date, total: self.shares.counted(counts), unique, bots: bots(counts) });
        }
        let os = Os::ALL.into_iter().map(|os| (os.name(), Trait::Os(os)));
        let browsers = Browser::ALL.into_iter().map(|browser| (browser.name(), Trait::Browser(browser)));
        ScanReport {
            from: range.from.to_string(),
            to: range.to.to_string(),
            tz: range.zone.name().to_owned(),
            interval: self.query.interval.name(),
            total: self.shares.counted(&classes),
            unique,
            bots: bots(&classes),
            by_date,
            by_country: self.by_dimension(Dimension::Country, &self.shares.countries),
            by_device: self.by_dimension(Dimension::Device, &self.shares.devices),
            by_referrer: self.by_dimension(Dimension::Referrer, &self.shares.referrers),
            by_os: (!is_of_cells).then(|| self.by_trait("os", os)),
            by_browser: (!is_of_cells).then(|| self.by_trait("browser", browsers)),
            by_class: self.by_class(&classes),
            groups: self.groups(),
            codes: None,
        }
    }

    /// Visitors of the whole range, and of each bucket; of hours, none.
    fn uniques(&self) -> (Option<u64>, Option<Vec<u64>>) {
        if !self.query.tells_uniques() {
            return (None, None);
        }
        let mut uniques = vec![0_u64; self.buckets.len()];
        for (day, visitors) in &self.visitors {
            let bucket = self.timeline.bucket_of_date(*day);
            if let Some(unique) = bucket.and_then(|bucket| uniques.get_mut(bucket)) {
                *unique = unique.saturating_add(visitors.estimate());
            }
        }
        let all = sum(uniques.iter().copied());
        (Some(all), (self.query.interval != Interval::Hour).then_some(uniques))
    }

    fn by_dimension(&self, dimension: Dimension, counts: &[ByClass]) -> Breakdown {
        let values = (0..).zip(counts).map(|(number, counts)| {
            (name(dimension, number, &self.shares.known_referrers).into(), self.shares.counted(counts))
        });
        self.breakdown(dimension.name(), values, self.shares.counted(&self.shares.others))
    }

    fn by_trait(
        &self,
        property: &'static str,
        values: impl Iterator<Item = (&'static str, Trait)>,
    ) -> Breakdown {
        let count = |which| self.shares.of_trait(which).map_or(0, |counts| self.shares.counted(counts));
        self.breakdown(property, values.map(|(name, which)| (name.into(), count(which))), 0)
    }

    fn breakdown(
        &self,
        property: &'static str,
        values: impl Iterator<Item = (Cow<'static, str>, u64)>,
        others: u64,
    ) -> Breakdown {
        let (mut known, mut rest) = (Vec::new(), others);
        for (value, total) in values {
            if value == OTHER {
                rest = rest.saturating_add(total);
            } else {
                known.push((value, total));
            }
        }
        let (known, beyond) = largest(known.into_iter(), self.query.top.get());
        let rest = (Cow::Borrowed(OTHER), rest.saturating_add(beyond));
        let entries = known.into_iter().chain(Some(rest).filter(|(_, total)| *total > 0));
        Breakdown { property, entries: entries.map(|(value, total)| Counted { value, total }).collect() }
    }

    fn by_class(&self, classes: &ByClass) -> Vec<ClassTotal> {
        let admitted =
            Class::ALL.into_iter().zip(classes).filter(|(class, _)| self.query.filter.admits(*class));
        let shown = admitted.map(|(class, total)| ClassTotal {
            class: class.name(),
            total: *total,
            reasons: (!self.query.filter.is_of_cells()).then(|| self.reasons(class)),
        });
        shown.collect()
    }

    fn reasons(&self, class: Class) -> Vec<ReasonTotal> {
        let of_class = Reason::ALL.into_iter().filter(|reason| reason.class() == class);
        let counted = of_class.map(|reason| (reason, self.shares.of_reason(reason)));
        let (counted, _) = largest(counted, usize::MAX);
        counted.into_iter().map(|(reason, total)| ReasonTotal { reason: reason.name(), total }).collect()
    }

    /// The groups, where they are asked for; those by class tell every class, bots included.
    fn groups(&self) -> Option<Groups> {
        let dimensions: Vec<Dimension> = self.query.group_by?.dimensions().collect();
        let is_by_class = dimensions.contains(&Dimension::Class);
        let total = |counts: &ByClass| if is_by_class { sum(*counts) } else { self.shares.counted(counts) };
        let counts = self.shares.groups.iter().map(|(key, counts)| (*key, total(counts)));
        let (largest, beyond) = largest(counts, self.query.top.get());
        let mut rest = total(&self.shares.others).saturating_add(beyond);
        let mut entries = Vec::with_capacity(largest.len() + 1);
        for ((first, second), total) in largest {
            let numbered = dimensions.iter().zip([first, second]);
            let values: Vec<Cow<'static, str>> = numbered
                .map(|(dimension, number)| name(*dimension, number, &self.shares.known_referrers).into())
                .collect();
            if values.iter().all(|value| value == OTHER) {
                rest = rest.saturating_add(total);
            } else {
                entries.push(Group { values, total });
            }
        }
        if rest > 0 {
            entries.push(Group { values: vec![OTHER.into(); dimensions.len()], total: rest });
        }
        Some(Groups { dimensions, entries })
    }
}

fn bots(counts: &ByClass) -> u64 {
    sum(Class::ALL.into_iter().zip(counts).filter(|(class, _)| !class.is_counted()).map(|(_, count)| *count))
}
