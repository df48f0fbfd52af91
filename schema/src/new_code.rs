//! A code that is asked for and has no number yet.

use crate::{
    Alias, Code, CodeId, CodeStatus, ContentType, ErrorCorrection, ExternalId, LinkBaseId, Metadata, Name,
    Owner, Payload, Sequence, Tags, TargetUrl, Timestamp, Version,
};

/// Everything a caller decides about a new code, validated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCode {
    /// What the content is.
    pub content_type: ContentType,
    /// The content as it is encoded.
    pub content: Payload,
    /// Where its link leads: given, or the content itself with `dynamic: true`; `None` for a static code.
    pub target_url: Option<TargetUrl>,
    /// The short code to have instead of a generated one. Single creates only.
    pub alias: Option<Alias>,
    /// What to call it.
    pub name: Option<Name>,
    /// What to list it by.
    pub tags: Tags,
    /// The caller's own pairs.
    pub metadata: Metadata,
    /// The caller's own reference.
    pub external_id: Option<ExternalId>,
    /// The least level of its images.
    pub error_correction: ErrorCorrection,
    /// When its link stops.
    pub expires_at: Option<Timestamp>,
}

/// What the minter decides about a new code.
#[derive(Clone, Debug)]
pub struct Minted {
    /// Its number.
    pub sequence: Sequence,
    /// Its id, made of the number, the time and its place in the request.
    pub id: CodeId,
    /// Whose it is.
    pub owner: Owner,
    /// The link base in force.
    pub link_base: LinkBaseId,
    /// When.
    pub created_at: Timestamp,
}

impl NewCode {
    /// The record this becomes: a pure function of the request and what the minter decided.
    pub fn mint(self, minted: Minted) -> Code {
        Code {
            sequence: minted.sequence,
            id: minted.id,
            owner: minted.owner,
            content_type: self.content_type,
            content: self.content,
            target_url: self.target_url,
            alias: self.alias,
            link_base: minted.link_base,
            name: self.name,
            tags: self.tags,
            metadata: self.metadata,
            external_id: self.external_id,
            error_correction: self.error_correction,
            status: CodeStatus::Active,
            expires_at: self.expires_at,
            version: Version::FIRST,
            created_at: minted.created_at,
            updated_at: minted.created_at,
        }
    }
}
