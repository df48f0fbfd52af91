//! Which codes belong to a list.

use ezqr_schema::wire::ListFilter;
use ezqr_schema::{Code, Name, ShownStatus, Timestamp};

/// Whether `code` belongs to the lists of `filter` at `now`, whatever look-up row led to it.
pub(super) fn matches(filter: &ListFilter, code: &Code, now: Timestamp) -> bool {
    let shown = ShownStatus::of(code, now);
    let name = code.name.as_ref().map_or("", Name::as_str);
    filter.tag.as_ref().is_none_or(|tag| code.tags.contains(tag))
        && (filter.external_id.is_none() || filter.external_id == code.external_id)
        && filter.status.map_or(shown != ShownStatus::Deleted, |status| shown == status)
        && filter.content_type.is_none_or(|content_type| code.content_type == content_type)
        && filter.name_prefix.as_ref().is_none_or(|prefix| name.starts_with(prefix.as_str()))
        && filter.created_after.is_none_or(|after| code.created_at > after)
        && filter.created_before.is_none_or(|before| code.created_at < before)
}
