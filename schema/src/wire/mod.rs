//! The JSON request and response bodies of the API, and the parameters of its lists.
//!
//! A request becomes domain values here or is refused with all its faults, each with its place and rule;
//! every outcome is a pure function of the request and the [`ParseContext`], so that a replay can be answered
//! as the first time. Answers borrow from the domain and are written straight to text.
//!
//! Routes, headers and status lines are the server's.

mod batch;
mod code_fields;
mod create;
mod csv;
mod cursor;
mod json;
mod list;
pub mod parameters;
mod patch;
mod record;
mod refused;
pub mod scans;

pub use batch::{BATCH_LIMIT, BATCH_TAGS, BatchAnswer, BatchItem, all_or_nothing, bound_tags, parse_batch};
pub use create::{ParseContext, parse_new_code};
pub use csv::{CsvCell, CsvStyle, CsvTable};
pub use cursor::{Cursors, InvalidCursor};
pub use json::{Body, BodyFault, parse_body};
pub use list::{ListAnswer, ListFilter, ListLimit, ListQuery, ScanCounts, parse_list_query};
pub use patch::parse_code_patch;
pub use record::{CodeReceipt, CodeRecord, RecordContext, ScanCount, pattern};
pub use refused::Refused;

#[cfg(test)]
pub(crate) use record::tests::code as example_code;
#[cfg(test)]
mod tests;
