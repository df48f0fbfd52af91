//! A change of a code, as JSON Merge Patch (RFC 7396).

use crate::{
    Code, CodeStatus, ExternalId, InvalidMetadata, Metadata, MetadataMembers, Name, ShownStatus, Tags,
    TargetUrl, Timestamp,
};

/// What a caller asks to change, validated. `None` leaves a field as it is; of the fields that may be
/// absent from a code, `Some(None)` removes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodePatch {
    /// The name.
    pub name: Option<Option<Name>>,
    /// Where the link leads.
    pub target_url: Option<TargetUrl>,
    /// All the tags.
    pub tags: Option<Tags>,
    /// What happens to the metadata.
    pub metadata: MetadataPatch,
    /// The caller's own reference.
    pub external_id: Option<Option<ExternalId>>,
    /// Whether the code works; expired, when it is so already, is no change.
    pub status: Option<ShownStatus>,
    /// When its link stops.
    pub expires_at: Option<Option<Timestamp>>,
}

/// What happens to the metadata of a code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum MetadataPatch {
    /// Nothing.
    #[default]
    Keep,
    /// They become empty.
    Clear,
    /// This is merged into them.
    Merge(MetadataMembers),
}

/// Why a change cannot be made to a code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatchRefused {
    /// A static code has no link: fields that are about it.
    #[error("the code is static")]
    Static(Vec<LinkField>),
    /// The code was deleted, which is for good.
    #[error("the code was deleted")]
    Deleted,
    /// The code is not expired, and is not made so by its status.
    #[error("the code is not expired")]
    NotExpired,
    /// The merged metadata are over their bounds.
    #[error("metadata {0}")]
    Metadata(#[from] InvalidMetadata),
}

/// A field that only means something to a code with a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkField {
    /// Where it leads.
    TargetUrl,
    /// Whether it is paused.
    Status,
    /// When it stops.
    ExpiresAt,
}

impl LinkField {
    /// The field in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TargetUrl => "target_url",
            Self::Status => "status",
            Self::ExpiresAt => "expires_at",
        }
    }

    /// Why a static code has none, and what to do instead.
    pub const fn of_static_code(self) -> &'static str {
        match self {
            Self::TargetUrl => {
                "the code is static: its pattern holds the content, not a link that could be repointed"
            }
            Self::Status => {
                "a static code cannot be paused: its pattern holds the content and works without this service; \
                 send active or deleted, or mint a dynamic code instead"
            }
            Self::ExpiresAt => {
                "a static code does not expire: its pattern holds the content and works without this service; \
                 leave it out, or mint a dynamic code, with target_url or \"dynamic\": true"
            }
        }
    }
}

impl CodePatch {
    /// The patch that deletes a code.
    pub fn delete() -> Self {
        Self { status: Some(ShownStatus::Deleted), ..Self::default() }
    }

    /// What `code` becomes at `now`, one version on; `None` when that is what it already is, so that
    /// nothing needs writing.
    pub fn apply(&self, code: &Code, now: Timestamp) -> Result<Option<Code>, PatchRefused> {
        if code.status == CodeStatus::Deleted {
            let deletes_again = *self == Self::delete();
            return if deletes_again { Ok(None) } else { Err(PatchRefused::Deleted) };
        }
        let about_its_link = self.link_fields(code);
        if !code.is_dynamic() && !about_its_link.is_empty() {
            return Err(PatchRefused::Static(about_its_link));
        }
        let mut changed = code.clone();
        replace(&mut changed.name, self.name.as_ref());
        replace(&mut changed.tags, self.tags.as_ref());
        replace(&mut changed.external_id, self.external_id.as_ref());
        match self.status {
            None => {}
            Some(ShownStatus::Active) => changed.status = CodeStatus::Active,
            Some(ShownStatus::Paused) => changed.status = CodeStatus::Paused,
            Some(ShownStatus::Deleted) => changed.status = CodeStatus::Deleted,
            // As it was read, it changes nothing.
            Some(ShownStatus::Expired) if ShownStatus::of(code, now) == ShownStatus::Expired => {}
            Some(ShownStatus::Expired) => return Err(PatchRefused::NotExpired),
        }
        replace(&mut changed.expires_at, self.expires_at.as_ref());
        if let Some(target_url) = &self.target_url {
            changed.target_url = Some(target_url.clone());
        }
        match &self.metadata {
            MetadataPatch::Keep => {}
            MetadataPatch::Clear => changed.metadata = Metadata::default(),
            MetadataPatch::Merge(patch) => changed.metadata = code.metadata.merge(patch)?,
        }
        if changed == *code {
            return Ok(None);
        }
        changed.version = code.version.next();
        changed.updated_at = now.max(code.updated_at);
        Ok(Some(changed))
    }
}

impl CodePatch {
    /// What it changes of the link of `code`.
    fn link_fields(&self, code: &Code) -> Vec<LinkField> {
        let pauses = self.status == Some(ShownStatus::Paused) && code.status != CodeStatus::Paused;
        let ends = self.expires_at.is_some_and(|end| end.is_some() && end != code.expires_at);
        [
            (LinkField::TargetUrl, self.target_url.is_some()),
            (LinkField::Status, pauses),
            (LinkField::ExpiresAt, ends),
        ]
        .into_iter()
        .filter_map(|(field, is_changed)| is_changed.then_some(field))
        .collect()
    }
}

fn replace<T: Clone>(field: &mut T, change: Option<&T>) {
    if let Some(change) = change {
        field.clone_from(change);
    }
}

#[cfg(test)]
mod tests;
