//! The parameters of a report on scans.

use super::{Bound, GroupBy, Interval, ScanFilter, ScanRange, Top, Zone, filter};
use crate::scan::Day;
use crate::wire::parameters::{fault, read_lists};
use crate::wire::{CsvStyle, Refused};
use crate::{FieldFault, Tag, Timestamp};

/// Most entries of `by_date`.
pub const MOST_BUCKETS: u32 = 10_000;
/// Days whose windows are kept, today included: before, breakdowns are those of UTC days.
pub const WINDOW_DAYS: u32 = 35;

/// What is asked of the scans of a code, or of many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanQuery {
    /// From when to when, and in which zone.
    pub range: ScanRange,
    /// What an entry of `by_date` spans.
    pub interval: Interval,
    /// Which scans count.
    pub filter: ScanFilter,
    /// What `groups` are made by, if they are asked for.
    pub group_by: Option<GroupBy>,
    /// How many entries each breakdown holds.
    pub top: Top,
    /// How the answer is written, where the address says so.
    pub format: Option<ScanFormat>,
    /// For whom a table is written.
    pub csv: CsvStyle,
}

/// What is asked of the scans of an account's codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountScanQuery {
    /// What is asked of them.
    pub scans: ScanQuery,
    /// Only of codes that have this tag.
    pub tag: Option<Tag>,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScanFormat {
    /// One object.
    Json,
    /// Rows of cells (RFC 4180).
    Csv,
    /// An object a line.
    Ndjson,
}

impl ScanQuery {
    /// Whether visitors are told: they are known of whole dates only, and not by any filter.
    pub fn tells_uniques(&self) -> bool {
        self.filter.is_empty() && self.range.is_of_whole_dates()
    }
}

const PARAMETERS: &str =
    "from, to, tz, interval, country, device, referrer, class, group_by, top, format, csv";

/// Reads the query of a report on one code, as `application/x-www-form-urlencoded` without the question mark.
///
/// Each parameter is optional. `from` and `to` are dates of the zone, both inclusive, or RFC 3339 instants,
/// which are moved to the next quarter of an hour and of which `to` is exclusive; by default the last 30 dates,
/// today included. `country`, `device`, `referrer` and `class` take one value or several, separated by commas or
/// each in a parameter of its own. `csv=excel` asks for CSV as Excel wants it.
///
/// # Errors
/// A parameter is unknown, not what it must be or there twice and no list, or they do not go together; the pointers
/// are the parameters' names.
pub fn parse_scan_query(query: &str, now: Timestamp) -> Result<ScanQuery, Refused> {
    let mut asked = Asked::default();
    let faults = read_lists(query, is_list, |name, value| {
        asked.set(name, value).unwrap_or_else(|| {
            Err(format!("is not a parameter of this report; its parameters are {PARAMETERS}"))
        })
    });
    asked.resolve(faults, now)
}

/// Reads the query of a report on an account's codes: as [`parse_scan_query`], and `tag`.
///
/// # Errors
/// As [`parse_scan_query`].
pub fn parse_account_scan_query(query: &str, now: Timestamp) -> Result<AccountScanQuery, Refused> {
    let mut asked = Asked::default();
    let mut tag = None;
    let faults = read_lists(query, is_list, |name, value| {
        if name == "tag" {
            tag = Some(Tag::parse(value).map_err(|error| error.to_string())?);
            return Ok(());
        }
        asked.set(name, value).unwrap_or_else(|| {
            Err(format!("is not a parameter of this report; its parameters are {PARAMETERS}, tag"))
        })
    });
    asked.resolve(faults, now).map(|scans| AccountScanQuery { scans, tag })
}

/// The filters, which take several values.
fn is_list(name: &str) -> bool {
    matches!(name, "country" | "device" | "referrer" | "class")
}

/// What was read so far.
#[derive(Default)]
struct Asked {
    from: Option<Bound>,
    to: Option<Bound>,
    zone: Zone,
    interval: Interval,
    filter: ScanFilter,
    group_by: Option<GroupBy>,
    top: Top,
    format: Option<ScanFormat>,
    csv: Option<CsvStyle>,
}

impl Asked {
    /// `None` for a name that is no parameter.
    fn set(&mut self, name: &str, value: &str) -> Option<Result<(), String>> {
        let filter = &mut self.filter;
        Some(match name {
            "from" => Bound::parse(value).map(|bound| self.from = Some(bound)),
            "to" => Bound::parse(value).map(|bound| self.to = Some(bound)),
            "tz" => Zone::parse(value).map(|zone| self.zone = zone).map_err(|error| error.to_string()),
            "interval" => Interval::parse(value).map(|interval| self.interval = interval),
            "country" => filter::add(&mut filter.countries, filter::countries(value)),
            "device" => filter::add(&mut filter.devices, filter::devices(value)),
            "referrer" => filter::add(&mut filter.referrers, filter::referrers(value)),
            "class" => filter::add(&mut filter.classes, filter::classes(value)),
            "group_by" => GroupBy::parse(value).map(|group_by| self.group_by = Some(group_by)),
            "top" => Top::parse(value).map(|top| self.top = top),
            "format" => ScanFormat::parse(value).map(|format| self.format = Some(format)),
            "csv" => CsvStyle::parse(value).map(|style| self.csv = Some(style)),
            _ => return None,
        })
    }

    fn resolve(self, mut faults: Vec<FieldFault>, now: Timestamp) -> Result<ScanQuery, Refused> {
        // Who says how a table is written asks for one.
        let format = self.format.or(self.csv.map(|_| ScanFormat::Csv));
        if self.csv.is_some() && format != Some(ScanFormat::Csv) {
            faults.push(fault("csv", "must not be there with another format than csv"));
        }
        if !faults.is_empty() {
            return Err(Refused::new(faults));
        }
        let is_open = self.to.is_none();
        let Some(range) = ScanRange::resolve(self.zone, self.from, self.to, now) else {
            let end = if is_open { "the end of today" } else { "to" };
            return Err(Refused::one(fault("from", format!("must be before {end}"))));
        };
        faults.extend(too_many(&range, self.interval));
        faults.extend(hours_not_kept(&range, self.interval, &self.filter, now));
        if !faults.is_empty() {
            return Err(Refused::new(faults));
        }
        Ok(ScanQuery {
            range,
            interval: self.interval,
            filter: self.filter,
            group_by: self.group_by,
            top: self.top,
            format,
            csv: self.csv.unwrap_or_default(),
        })
    }
}

fn too_many(range: &ScanRange, interval: Interval) -> Option<FieldFault> {
    let windows = range.end_window().number() - range.first_window().number();
    let hours = windows.div_ceil(4);
    let buckets = match interval {
        Interval::Hour => hours,
        Interval::Day => hours.div_ceil(24),
        Interval::Week => hours.div_ceil(24 * 7),
        Interval::Month => hours.div_ceil(24 * 28),
    };
    let detail = || {
        format!(
            "with from and to makes {buckets} entries, at most {MOST_BUCKETS} are answered; ask for a shorter range or \
             a longer interval"
        )
    };
    (buckets > MOST_BUCKETS).then(|| fault("interval", detail()))
}

/// Before windows are kept no longer, the cells of a day are not told apart by hours.
fn hours_not_kept(
    range: &ScanRange,
    interval: Interval,
    filter: &ScanFilter,
    now: Timestamp,
) -> Option<FieldFault> {
    let first_kept = Day::of(now).saturating_sub(WINDOW_DAYS - 1);
    let is_lost =
        interval == Interval::Hour && filter.is_of_cells() && range.first_window().day() < first_kept;
    is_lost.then(|| {
        let detail = format!(
            "must be day, week or month before {first_kept}: hours of a country, device or referrer are kept \
             {WINDOW_DAYS} days"
        );
        fault("interval", detail)
    })
}

impl ScanFormat {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "json" => Ok(Self::Json),
            "csv" => Ok(Self::Csv),
            "ndjson" => Ok(Self::Ndjson),
            _ => Err("must be one of json, csv, ndjson".to_owned()),
        }
    }
}
