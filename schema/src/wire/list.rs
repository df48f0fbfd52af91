//! The parameters of a list of codes, and its answer.

use serde::Serialize;

use super::{Refused, code_fields, parameters};
use crate::{ContentType, ExternalId, Name, ShownStatus, Tag, Timestamp};

/// What a request for a list asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// How many codes the answer may hold.
    pub limit: ListLimit,
    /// Where to go on, as it was handed out; [`Cursors::read`](super::Cursors::read) tells the place.
    pub cursor: Option<String>,
    /// Which codes.
    pub filter: ListFilter,
    /// Whether each code is shown with its scans.
    pub scan_counts: ScanCounts,
}

/// How many codes one answer may hold: 1 to 100, by default 50.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListLimit(u8);

impl ListLimit {
    /// The most.
    pub const MAX: Self = Self(100);

    /// The bare number.
    pub fn get(self) -> usize {
        self.0.into()
    }

    fn parse(text: &str) -> Result<Self, String> {
        let number = text.parse().ok().filter(|number| (1..=Self::MAX.0).contains(number));
        number.map(Self).ok_or_else(|| format!("must be a number from 1 to {}", Self::MAX.0))
    }
}

impl Default for ListLimit {
    fn default() -> Self {
        Self(50)
    }
}

/// Whether a list shows how often each code was scanned, which costs a message and reads of its pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScanCounts {
    /// No.
    #[default]
    Omitted,
    /// Yes.
    Included,
}

/// Which codes a list shows: those that pass all that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListFilter {
    /// They have this tag.
    pub tag: Option<Tag>,
    /// They have this external id.
    pub external_id: Option<ExternalId>,
    /// They are shown with this status. Without it, all but deleted ones are shown.
    pub status: Option<ShownStatus>,
    /// Their content is of this type.
    pub content_type: Option<ContentType>,
    /// Their name begins with this, case as it is.
    pub name_prefix: Option<Name>,
    /// They were created later than this.
    pub created_after: Option<Timestamp>,
    /// They were created earlier than this.
    pub created_before: Option<Timestamp>,
}

const PARAMETERS: &str = "limit, cursor, tag, external_id, status, content_type, name_prefix, created_after, \
                          created_before, include";

/// Reads the query of a list: `limit`, `cursor`, `include=scan_count` and one parameter for each filter, as
/// `application/x-www-form-urlencoded` without the question mark.
///
/// # Errors
/// A parameter is unknown, there twice or not what it must be; the pointers are the parameters' names.
pub fn parse_list_query(query: &str) -> Result<ListQuery, Refused> {
    let mut list = ListQuery::default();
    let faults = parameters::read(query, |name, value| list.set(name, value));
    if faults.is_empty() { Ok(list) } else { Err(Refused::new(faults)) }
}

impl ListQuery {
    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let filter = &mut self.filter;
        match name {
            "limit" => self.limit = ListLimit::parse(value)?,
            "cursor" => self.cursor = Some(value.to_owned()),
            "include" => self.scan_counts = scan_counts(value)?,
            "tag" => filter.tag = Some(Tag::parse(value).map_err(|error| error.to_string())?),
            "external_id" => {
                filter.external_id = Some(ExternalId::parse(value).map_err(|error| error.to_string())?);
            }
            "status" => filter.status = Some(code_fields::status(value)?),
            "content_type" => filter.content_type = Some(code_fields::content_type(value)?),
            "name_prefix" => {
                filter.name_prefix = Some(Name::parse(value).map_err(|error| error.to_string())?);
            }
            "created_after" => filter.created_after = Some(instant(value)?),
            "created_before" => filter.created_before = Some(instant(value)?),
            _ => return Err(format!("is not a parameter of this list; its parameters are {PARAMETERS}")),
        }
        Ok(())
    }
}

fn scan_counts(value: &str) -> Result<ScanCounts, String> {
    if value == "scan_count" { Ok(ScanCounts::Included) } else { Err("must be scan_count".to_owned()) }
}

fn instant(value: &str) -> Result<Timestamp, String> {
    value.parse().map_err(|error: crate::InvalidTimestamp| error.to_string())
}

/// One answer of a list. More may follow while there is a cursor, even when the answer holds nothing.
#[derive(Clone, Debug, Serialize)]
pub struct ListAnswer<Item> {
    data: Vec<Item>,
    next_cursor: Option<String>,
    has_more: bool,
}

impl<Item> ListAnswer<Item> {
    /// The answer that holds `data`, and where the next one goes on.
    pub const fn new(data: Vec<Item>, next_cursor: Option<String>) -> Self {
        let has_more = next_cursor.is_some();
        Self { data, next_cursor, has_more }
    }
}

#[cfg(test)]
mod tests;
