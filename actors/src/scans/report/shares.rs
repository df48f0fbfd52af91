//! Scans by what cells and traits tell of them.

use std::collections::HashMap;

use ezqr_schema::scan::{Cell, Class, Country, Device, Reason, Tally, Trait};
use ezqr_schema::wire::scans::{Dimension, GroupBy, ScanFilter, ScanQuery};

use super::ranking::sum;
use super::referrers::{Numbering, Referrers};

/// Counts by class, as [`Class`] numbers them.
pub(super) type ByClass = [u64; 3];

/// The values of a cell in the dimensions of a group; 0 where there is no second.
pub(super) type GroupKey = (u32, u32);

/// Scans by each dimension, by groups and by traits, of all classes the filter admits.
#[derive(Debug)]
pub(super) struct Shares<'query> {
    filter: &'query ScanFilter,
    group_by: Option<GroupBy>,
    /// By country, as countries are numbered.
    pub(super) countries: Vec<ByClass>,
    /// By device, as devices are numbered.
    pub(super) devices: Vec<ByClass>,
    /// By referrer, as they came.
    pub(super) referrers: Vec<ByClass>,
    /// Of no cell, so that no dimension of them is known.
    pub(super) others: ByClass,
    pub(super) groups: HashMap<GroupKey, ByClass>,
    /// By trait, as traits are numbered.
    pub(super) traits: Vec<ByClass>,
    pub(super) known_referrers: Referrers,
}

impl<'query> Shares<'query> {
    pub(super) fn new(query: &'query ScanQuery) -> Self {
        Self {
            filter: &query.filter,
            group_by: query.group_by,
            countries: Vec::new(),
            devices: Vec::new(),
            referrers: Vec::new(),
            others: [0; 3],
            groups: HashMap::new(),
            traits: Vec::new(),
            known_referrers: Referrers::default(),
        }
    }

    /// Adds what of these counts passes the filter.
    pub(super) fn add<'rows>(&mut self, tallies: impl Iterator<Item = &'rows Tally>) {
        let mut known_referrers = std::mem::take(&mut self.known_referrers);
        let mut numbering = known_referrers.numbering();
        for tally in tallies {
            self.add_cells(tally, &mut numbering);
            if !self.filter.is_of_cells() {
                self.add_whole(tally);
            }
        }
        self.known_referrers = known_referrers;
    }

    fn add_cells<'rows>(&mut self, tally: &'rows Tally, numbering: &mut Numbering<'_, 'rows>) {
        let is_filtered = !self.filter.is_empty();
        for (cell, count) in tally.cells() {
            if is_filtered && !(self.filter.admits(cell.class) && self.filter.holds(cell)) {
                continue;
            }
            let referrer = numbering.number(&cell.referrer);
            raise(&mut self.countries, cell.country.number().into(), cell.class, count);
            raise(&mut self.devices, cell.device.number().into(), cell.class, count);
            raise(&mut self.referrers, referrer, cell.class, count);
            if let Some(group_by) = self.group_by {
                let value = |dimension| value(dimension, cell, referrer);
                let key = (value(group_by.first), group_by.second.map_or(0, value));
                add(self.groups.entry(key).or_default(), cell.class, count);
            }
        }
    }

    /// What is not told by cells.
    fn add_whole(&mut self, tally: &Tally) {
        for class in Class::ALL.into_iter().filter(|class| self.filter.admits(*class)) {
            add(&mut self.others, class, tally.other(class));
        }
        for (class, which, count) in tally.traits().filter(|(class, _, _)| self.filter.admits(*class)) {
            raise(&mut self.traits, which.number().into(), class, count);
        }
    }

    /// Of counts by class, those that count.
    pub(super) fn counted(&self, counts: &ByClass) -> u64 {
        sum(Class::ALL
            .into_iter()
            .zip(counts)
            .filter(|(class, _)| self.filter.counts(*class))
            .map(|(_, count)| *count))
    }

    /// Scans taken for a class for this reason.
    pub(super) fn of_reason(&self, reason: Reason) -> u64 {
        self.of_trait(Trait::Reason(reason)).map_or(0, |counts| sum(*counts))
    }

    pub(super) fn of_trait(&self, which: Trait) -> Option<&ByClass> {
        self.traits.get(usize::from(which.number()))
    }
}

/// The number of what `cell` is in one dimension.
fn value(dimension: Dimension, cell: &Cell, referrer: u32) -> u32 {
    match dimension {
        Dimension::Class => cell.class.number().into(),
        Dimension::Country => cell.country.number().into(),
        Dimension::Device => cell.device.number().into(),
        Dimension::Referrer => referrer,
    }
}

/// The name of what [`value`] numbered.
pub(super) fn name(dimension: Dimension, number: u32, referrers: &Referrers) -> String {
    let small = || u8::try_from(number).ok();
    let name = match dimension {
        Dimension::Class => small().and_then(Class::of_number).map(|class| class.name().to_owned()),
        Dimension::Country => {
            u16::try_from(number).ok().and_then(Country::of_number).map(|country| country.to_string())
        }
        Dimension::Device => small().and_then(Device::of_number).map(|device| device.name().to_owned()),
        Dimension::Referrer => Some(referrers.name(number).to_owned()),
    };
    name.unwrap_or_else(|| "other".to_owned())
}

fn raise(counts: &mut Vec<ByClass>, position: u32, class: Class, by: u64) {
    let position = usize::try_from(position).unwrap_or(usize::MAX);
    if let Some(counts) = counts.get_mut(position) {
        return add(counts, class, by);
    }
    counts.resize(position.saturating_add(1), [0; 3]);
    if let Some(counts) = counts.last_mut() {
        add(counts, class, by);
    }
}

/// Adds to the count of one class.
pub(super) fn add(counts: &mut ByClass, class: Class, by: u64) {
    if let Some(count) = counts.get_mut(usize::from(class.number())) {
        *count = count.saturating_add(by);
    }
}
