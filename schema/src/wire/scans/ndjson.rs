//! A report as lines, an object each (NDJSON).

use serde::Serialize;

use super::ScanReport;
use super::answer::Labelled;

/// What stands alone on a line: its section, then what it has in the report.
#[derive(Serialize)]
struct Line<'report, Entry> {
    section: &'static str,
    #[serde(flatten)]
    entry: &'report Entry,
}

/// The first line.
#[derive(Serialize)]
struct Totals<'report> {
    from: &'report str,
    to: &'report str,
    tz: &'report str,
    interval: &'static str,
    total: u64,
    unique: Option<u64>,
    bots: u64,
}

impl ScanReport {
    /// The report as NDJSON: a line of totals, then a line for each entry of each section. Each begins with
    /// its `section`: `total`, the interval, `country`, `device`, `referrer`, `os`, `browser`, `class`, `group`
    /// or `code`.
    pub fn to_ndjson(&self) -> String {
        let mut text = String::new();
        let totals = Totals {
            from: &self.from,
            to: &self.to,
            tz: &self.tz,
            interval: self.interval,
            total: self.total,
            unique: self.unique,
            bots: self.bots,
        };
        push(&mut text, &Line { section: "total", entry: &totals });
        for entry in &self.by_date {
            push(&mut text, &Line { section: self.interval, entry });
        }
        for breakdown in self.breakdowns() {
            let section = Some(breakdown.property);
            for entry in &breakdown.entries {
                let labels = std::iter::once((breakdown.property, &entry.value));
                push(&mut text, &Labelled { section, labels, total: entry.total });
            }
        }
        for entry in &self.by_class {
            push(&mut text, &Line { section: "class", entry });
        }
        if let Some(groups) = &self.groups {
            for group in &groups.entries {
                let names = groups.dimensions.iter().map(|dimension| dimension.name());
                let labels = names.zip(&group.values);
                push(&mut text, &Labelled { section: Some("group"), labels, total: group.total });
            }
        }
        for entry in self.codes.iter().flatten() {
            push(&mut text, &Line { section: "code", entry });
        }
        text
    }
}

fn push<Entry: Serialize>(text: &mut String, entry: &Entry) {
    // Names are texts and values finite: there is nothing JSON cannot write.
    if let Ok(line) = serde_json::to_string(entry) {
        text.push_str(&line);
        text.push('\n');
    }
}
