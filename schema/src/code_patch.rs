//! A change of a code, as JSON Merge Patch (RFC 7396).

use crate::{
    Code, CodeStatus, ExternalId, InvalidMetadata, Metadata, MetadataMembers, Name, Tags, TargetUrl, Timestamp,
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
    /// Whether the code works.
    pub status: Option<CodeStatus>,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatchRefused {
    /// A static code has no link to repoint.
    #[error("the code is static: its pattern holds the content, not a link that could be repointed")]
    Static,
    /// The code was deleted, which is for good.
    #[error("the code was deleted")]
    Deleted,
    /// The merged metadata are over their bounds.
    #[error("metadata {0}")]
    Metadata(#[from] InvalidMetadata),
}

impl CodePatch {
    /// The patch that deletes a code.
    pub fn delete() -> Self {
        Self { status: Some(CodeStatus::Deleted), ..Self::default() }
    }

    /// What `code` becomes at `now`, one version on; `None` when that is what it already is, so that
    /// nothing needs writing.
    pub fn apply(&self, code: &Code, now: Timestamp) -> Result<Option<Code>, PatchRefused> {
        if code.status == CodeStatus::Deleted {
            let deletes_again = *self == Self::delete();
            return if deletes_again { Ok(None) } else { Err(PatchRefused::Deleted) };
        }
        if self.target_url.is_some() && !code.is_dynamic() {
            return Err(PatchRefused::Static);
        }
        let mut changed = code.clone();
        replace(&mut changed.name, self.name.as_ref());
        replace(&mut changed.tags, self.tags.as_ref());
        replace(&mut changed.external_id, self.external_id.as_ref());
        replace(&mut changed.status, self.status.as_ref());
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

fn replace<T: Clone>(field: &mut T, change: Option<&T>) {
    if let Some(change) = change {
        field.clone_from(change);
    }
}
