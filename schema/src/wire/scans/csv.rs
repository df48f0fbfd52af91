//! A report as CSV.

use super::ScanReport;
use crate::wire::{CsvCell, CsvStyle, CsvTable};

/// Names of the columns. A row has those cells that its section has.
const HEADER: [&str; 6] = ["section", "value", "second", "total", "unique", "bots"];

impl ScanReport {
    /// The report as CSV, in UTF-8: a header, the totals, then a row for each entry of each section.
    ///
    /// `value` and `second` tell what a row counts: of the totals the range (ISO 8601, `from/to`) and the zone, of
    /// a reason its class too, of a group one or both values, of a code its id and name.
    pub fn to_csv(&self, style: CsvStyle) -> String {
        let mut table = CsvTable::new(style);
        table.push(HEADER);
        let number = |number: u64| number.to_string();
        let optional = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
        let range = format!("{}/{}", self.from, self.to);
        let (total, unique, bots) = (number(self.total), optional(self.unique), number(self.bots));
        table.push(["total", &range, &self.tz, &total, &unique, &bots]);
        for entry in &self.by_date {
            let (total, unique, bots) = (number(entry.total), optional(entry.unique), number(entry.bots));
            table.push([self.interval, &entry.date, "", &total, &unique, &bots]);
        }
        let mut entry = |section: &str, value: &str, second: &str, total: u64| {
            table.push([section, value, second, &number(total), "", ""]);
        };
        for breakdown in self.breakdowns() {
            for counted in &breakdown.entries {
                entry(breakdown.property, &counted.value, "", counted.total);
            }
        }
        for class in &self.by_class {
            entry("class", class.class, "", class.total);
            for reason in class.reasons.iter().flatten() {
                entry("reason", reason.reason, class.class, reason.total);
            }
        }
        for group in self.groups.iter().flat_map(|groups| &groups.entries) {
            let value = |position: usize| group.values.get(position).map_or("", AsRef::as_ref);
            entry("group", value(0), value(1), group.total);
        }
        for code in self.codes.iter().flatten() {
            let name = code.name.as_ref().map_or("", crate::Name::as_str);
            let (id, total) = (code.id.to_string(), number(code.total));
            let [section, none, name, total] = ["code", "", name, &total].map(CsvCell::Text);
            table.push_cells([section, CsvCell::Id(&id), name, total, none, none]);
        }
        table.into_text()
    }
}
