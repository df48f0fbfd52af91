//! The status of a code as it is shown.

use serde::Serialize;

use crate::{Code, CodeStatus, Timestamp};

/// Whether a code works, as the API shows it and lists are filtered by it: what its link answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ShownStatus {
    /// It does.
    Active,
    /// Its link answers 403 until it is active again.
    Paused,
    /// Its time is over: its link answers 410 until it ends later or never.
    Expired,
    /// For good.
    Deleted,
}

impl ShownStatus {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Active, Self::Paused, Self::Expired, Self::Deleted];

    /// That of `code` at `now`. A code without a link does not expire: its pattern holds the content.
    pub fn of(code: &Code, now: Timestamp) -> Self {
        match code.status {
            CodeStatus::Deleted => Self::Deleted,
            CodeStatus::Active | CodeStatus::Paused if code.is_dynamic() && code.is_expired(now) => {
                Self::Expired
            }
            CodeStatus::Paused => Self::Paused,
            CodeStatus::Active => Self::Active,
        }
    }

    /// Its name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Expired => "expired",
            Self::Deleted => "deleted",
        }
    }

    /// The status called `name`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}
