//! What is answered of scans.

use std::borrow::Cow;

use serde::ser::{SerializeMap as _, SerializeSeq as _};
use serde::{Serialize, Serializer};

use super::Dimension;
use crate::{CodeId, Name};

/// A text that is mostly known beforehand, such as the name of a device.
pub(super) type Text = Cow<'static, str>;

/// What is told of the scans of a code, or of an account's codes.
///
/// `total` counts humans and unknown, `bots` the others; with a filter of classes, `total` counts these classes.
/// All breakdowns count what `total` counts, but for `by_class` and groups by class, which tell all classes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ScanReport {
    /// The beginning, as it was understood: a date, or an instant in UTC.
    pub from: String,
    /// The end: a date, which belongs to the report, or an instant in UTC, which does not.
    pub to: String,
    /// The zone's name.
    pub tz: String,
    /// What an entry of `by_date` spans.
    pub interval: &'static str,
    /// All scans that count.
    pub total: u64,
    /// Different visitors of each UTC day, summed; `None` under a filter, or when the range is not of whole
    /// dates.
    pub unique: Option<u64>,
    /// Scans of bots.
    pub bots: u64,
    /// In order of time, without gaps.
    pub by_date: Vec<DateTotal>,
    /// By country, the largest first, what remains last.
    pub by_country: Breakdown,
    /// By device.
    pub by_device: Breakdown,
    /// By referrer.
    pub by_referrer: Breakdown,
    /// By operating system; `None` under a filter of anything but classes, as is the next.
    pub by_os: Option<Breakdown>,
    /// By browser.
    pub by_browser: Option<Breakdown>,
    /// By class, each with its reasons.
    pub by_class: Vec<ClassTotal>,
    /// By one or two dimensions, when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<Groups>,
    /// The codes that were scanned most, in the report on an account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub codes: Option<Vec<CodeTotal>>,
}

/// The scans of an hour, a date, a week or a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DateTotal {
    /// The date, that of the Monday, or the first of the month. An hour is told with its offset, as
    /// `2026-10-25T02:00:00+01:00`.
    pub date: String,
    /// Scans that count.
    pub total: u64,
    /// Different visitors; `None` of hours, and where the report has none.
    pub unique: Option<u64>,
    /// Scans of bots.
    pub bots: u64,
}

/// Scans by one property, the largest count first; `other`, what is kept no finer, last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Breakdown {
    /// The property's name: that of a member of every entry.
    pub property: &'static str,
    /// The entries.
    pub entries: Vec<Counted>,
}

/// One value of a property, and its scans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The value.
    pub value: Text,
    /// Its scans.
    pub total: u64,
}

/// Scans of one class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClassTotal {
    /// The class.
    pub class: &'static str,
    /// Its scans.
    pub total: u64,
    /// Why they were taken for it; `None` under a filter of anything but classes.
    pub reasons: Option<Vec<ReasonTotal>>,
}

/// Scans taken for a class for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReasonTotal {
    /// The reason.
    pub reason: &'static str,
    /// Its scans.
    pub total: u64,
}

/// Scans by one or two dimensions, the largest count first, what remains last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Groups {
    /// What they are by.
    pub dimensions: Vec<Dimension>,
    /// The groups.
    pub entries: Vec<Group>,
}

/// Scans that have the same values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The values, one of each dimension, in order.
    pub values: Vec<Text>,
    /// Their number.
    pub total: u64,
}

/// The scans of one code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CodeTotal {
    /// The code.
    pub id: CodeId,
    /// What it is called.
    pub name: Option<Name>,
    /// Its scans.
    pub total: u64,
}

impl ScanReport {
    /// The breakdowns by one property that there are, in order.
    pub(super) fn breakdowns(&self) -> impl Iterator<Item = &Breakdown> {
        let always = [&self.by_country, &self.by_device, &self.by_referrer];
        always.into_iter().chain(&self.by_os).chain(&self.by_browser)
    }
}

impl Serialize for Breakdown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut entries = serializer.serialize_seq(Some(self.entries.len()))?;
        for entry in &self.entries {
            let labels = std::iter::once((self.property, &entry.value));
            entries.serialize_element(&Labelled { section: None, labels, total: entry.total })?;
        }
        entries.end()
    }
}

impl Serialize for Groups {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut entries = serializer.serialize_seq(Some(self.entries.len()))?;
        for group in &self.entries {
            let names = self.dimensions.iter().map(|dimension| dimension.name());
            let labels = names.zip(&group.values);
            entries.serialize_element(&Labelled { section: None, labels, total: group.total })?;
        }
        entries.end()
    }
}

/// An object of labels and a total.
pub(super) struct Labelled<Labels> {
    /// The first member, where the object stands alone.
    pub(super) section: Option<&'static str>,
    /// The members before the total, by name.
    pub(super) labels: Labels,
    /// The total.
    pub(super) total: u64,
}

impl<'label, Labels: Iterator<Item = (&'static str, &'label Text)> + Clone> Serialize for Labelled<Labels> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        if let Some(section) = self.section {
            object.serialize_entry("section", section)?;
        }
        for (name, value) in self.labels.clone() {
            object.serialize_entry(name, value)?;
        }
        object.serialize_entry("total", &self.total)?;
        object.end()
    }
}

#[cfg(test)]
#[path = "answer/tests.rs"]
mod tests;
