//! Which scans count.

use crate::scan::{Cell, Class, Country, Device, Referrer, ReferrerText};

/// Which scans an answer counts: those that have one of the values of every list that is not empty.
///
/// Without classes, `total` and the breakdowns count humans and unknown, as ever; with classes, they count
/// those, bots included when they are among them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScanFilter {
    /// These classes.
    pub classes: Vec<Class>,
    /// These countries.
    pub countries: Vec<Country>,
    /// These devices.
    pub devices: Vec<Device>,
    /// These referrers.
    pub referrers: Vec<Referrer>,
}

/// Most values of one list.
pub const MOST_VALUES: usize = 20;

impl ScanFilter {
    /// Whether it lets everything through.
    pub const fn is_empty(&self) -> bool {
        self.classes.is_empty() && !self.is_of_cells()
    }

    /// Whether it asks for what only cells tell: anything but a class.
    pub const fn is_of_cells(&self) -> bool {
        !(self.countries.is_empty() && self.devices.is_empty() && self.referrers.is_empty())
    }

    /// Whether scans of `class` count into totals and breakdowns.
    pub fn counts(&self, class: Class) -> bool {
        if self.classes.is_empty() { class.is_counted() } else { self.classes.contains(&class) }
    }

    /// Whether `class` is let through, be it into totals or apart from them.
    pub fn admits(&self, class: Class) -> bool {
        self.classes.is_empty() || self.classes.contains(&class)
    }

    /// Whether the scans of `cell` have a value of every list but that of classes.
    pub fn holds(&self, cell: &Cell) -> bool {
        fn is_among<Value: PartialEq>(values: &[Value], value: &Value) -> bool {
            values.is_empty() || values.contains(value)
        }
        is_among(&self.countries, &cell.country)
            && is_among(&self.devices, &cell.device)
            && is_among(&self.referrers, &cell.referrer)
    }
}

pub(super) fn classes(text: &str) -> Result<Vec<Class>, String> {
    let class = |name: &str| Class::ALL.into_iter().find(|class| class.name() == name);
    values(text, class, "one of human, bot, unknown")
}

pub(super) fn countries(text: &str) -> Result<Vec<Country>, String> {
    values(
        text,
        |code| Country::parse(code).ok(),
        "two letters, such as DE (ISO 3166-1 alpha-2; ZZ is unknown)",
    )
}

pub(super) fn devices(text: &str) -> Result<Vec<Device>, String> {
    let device = |name: &str| Device::ALL.into_iter().find(|device| device.name() == name);
    values(text, device, "one of phone, tablet, desktop, other")
}

pub(super) fn referrers(text: &str) -> Result<Vec<Referrer>, String> {
    let referrer = |host: &str| ReferrerText::of_stored(&host.to_ascii_lowercase()).map(Referrer::of);
    values(text, referrer, "a host name of at most 64 bytes, such as example.com, or direct, or other")
}

/// Adds `more` values of a list to those there are.
pub(super) fn add<Value>(values: &mut Vec<Value>, more: Result<Vec<Value>, String>) -> Result<(), String> {
    values.extend(more?);
    if values.len() > MOST_VALUES { Err(too_many()) } else { Ok(()) }
}

fn too_many() -> String {
    format!("must have at most {MOST_VALUES} values")
}

fn values<Value>(
    text: &str,
    parse: impl Fn(&str) -> Option<Value>,
    rule: &str,
) -> Result<Vec<Value>, String> {
    if text.split(',').count() > MOST_VALUES {
        return Err(too_many());
    }
    let parsed = text.split(',').map(parse).collect::<Option<_>>();
    parsed.ok_or_else(|| format!("must be {rule}; several are separated by commas"))
}
