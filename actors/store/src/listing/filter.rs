//! Which codes belong to a list.

use ezqr_schema::{Code, CodeStatus, ContentType, ExternalId, Name, Tag, Timestamp};

/// What the codes of a list have in common; all that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// They have this tag.
    pub tag: Option<Tag>,
    /// They have this external id.
    pub external_id: Option<ExternalId>,
    /// They have this status; `None` for any but deleted.
    pub status: Option<CodeStatus>,
    /// They hold this type of content.
    pub content_type: Option<ContentType>,
    /// Their name begins with this text, case included.
    pub name_prefix: Option<Name>,
    /// They were minted at this instant or later.
    pub created_after: Option<Timestamp>,
    /// They were minted before this instant; so ranges that meet share no code and miss none.
    pub created_before: Option<Timestamp>,
}

impl Filter {
    /// Whether `code` belongs to the list, whatever look-up row led to it.
    pub(super) fn matches(&self, code: &Code) -> bool {
        let name = || code.name.as_ref().map_or("", Name::as_str);
        self.tag.as_ref().is_none_or(|tag| code.tags.contains(tag))
            && (self.external_id.is_none() || self.external_id == code.external_id)
            && self.status.map_or(code.status != CodeStatus::Deleted, |status| code.status == status)
            && self.content_type.is_none_or(|content_type| code.content_type == content_type)
            && self.name_prefix.as_ref().is_none_or(|prefix| name().starts_with(prefix.as_str()))
            && self.created_after.is_none_or(|from| code.created_at >= from)
            && self.created_before.is_none_or(|until| code.created_at < until)
    }
}
