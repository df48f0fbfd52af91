//! The stored record.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    Alias, CodeId, ContentType, ErrorCorrection, ExternalId, LinkBaseId, Metadata, Name, Owner, Payload,
    Sequence, Tag, TargetUrl, Timestamp,
};

/// A code as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// The number it was minted under.
    pub sequence: Sequence,
    /// Its public id.
    pub id: CodeId,
    /// Whose it is.
    pub owner: Owner,
    /// What its content is.
    pub content_type: ContentType,
    /// What the pattern of a static code holds. Immutable.
    pub content: Payload,
    /// Where the short link of a dynamic code leads; `None` for a static one. A code never changes kind.
    pub target_url: Option<TargetUrl>,
    /// The chosen short code, if any. Immutable.
    pub alias: Option<Alias>,
    /// The link base it was minted with. Immutable, because it is printed.
    pub link_base: LinkBaseId,
    /// What its owner calls it.
    pub name: Option<Name>,
    /// What it is listed by.
    pub tags: Tags,
    /// The owner's own pairs.
    pub metadata: Metadata,
    /// The owner's own reference.
    pub external_id: Option<ExternalId>,
    /// The level asked for; an image may have a higher one.
    pub error_correction: ErrorCorrection,
    /// Whether it works.
    pub status: CodeStatus,
    /// From when on its link answers 410.
    pub expires_at: Option<Timestamp>,
    /// Counts its changes, from 1.
    pub version: Version,
    /// When it was minted.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Code {
    /// Whether its pattern holds the short link, so that it can be repointed.
    pub const fn is_dynamic(&self) -> bool {
        self.target_url.is_some()
    }

    /// Whether its time was over at `now`.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }
}

/// Whether a code works, as it is stored; [`ShownStatus`](crate::ShownStatus) is what follows from it and the time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CodeStatus {
    /// It does.
    #[default]
    Active,
    /// Its link answers 403 until it is active again.
    Paused,
    /// For good: its link answers 410, and its number is never given again.
    Deleted,
}

impl CodeStatus {
    /// All of them; the position of each is its number in the store, so new ones go to the end.
    pub const ALL: [Self; 3] = [Self::Active, Self::Paused, Self::Deleted];
}

/// How often a code was written, from 1: its entity tag, and what a conditional write compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(u64);

impl Version {
    /// That of a code just minted.
    pub const FIRST: Self = Self(1);

    /// As read back from the store or a request.
    pub const fn new(value: u64) -> Self {
        Self(value)
    }

    /// The bare number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The one after it.
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// At most 20 different tags, in alphabetical order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Tags(BTreeSet<Tag>);

/// A code has more than 20 tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be at most 20 tags, are {0}")]
pub struct TooManyTags(usize);

impl Tags {
    /// Most tags of one code.
    pub const LIMIT: usize = 20;

    /// The set of `tags`, doubles counted once.
    pub fn new(tags: impl IntoIterator<Item = Tag>) -> Result<Self, TooManyTags> {
        let tags: BTreeSet<Tag> = tags.into_iter().collect();
        if tags.len() > Self::LIMIT { Err(TooManyTags(tags.len())) } else { Ok(Self(tags)) }
    }

    /// Takes the tags of a stored code, however many they are.
    pub fn from_stored(tags: impl IntoIterator<Item = Tag>) -> Self {
        Self(tags.into_iter().collect())
    }

    /// The tags, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Tag> {
        self.0.iter()
    }

    /// Whether `tag` is among them.
    pub fn contains(&self, tag: &Tag) -> bool {
        self.0.contains(tag)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
