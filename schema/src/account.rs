//! Accounts and their plans.

use serde::{Deserialize, Serialize};

use crate::{AccountId, Name, Rate, Timestamp};

/// Who owns environments, keys and codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Its name, unique in the installation.
    pub name: Name,
    /// What it may use.
    pub plan: Plan,
    /// Whether it may use it now.
    pub status: AccountStatus,
    /// When it was created.
    pub created_at: Timestamp,
}

/// What an account may use: the highest rate one of its keys can be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Plan {
    /// 100 requests a minute and key.
    Free,
    /// 6,000 requests a minute and key.
    Pro,
    /// Any rate, none included.
    Max,
}

impl Plan {
    /// All plans, smallest first.
    pub const ALL: [Self; 3] = [Self::Free, Self::Pro, Self::Max];

    /// Its name in the API and the store.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Pro => "pro",
            Self::Max => "max",
        }
    }

    /// The plan called `name`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|plan| plan.name() == name)
    }

    /// Whether a key may be given `rate`.
    pub fn allows(self, rate: Rate) -> bool {
        match (self, rate) {
            (Self::Max, _) => true,
            (Self::Free | Self::Pro, Rate::Unlimited) => false,
            (Self::Free, Rate::PerMinute(requests)) => requests.get() <= 100,
            (Self::Pro, Rate::PerMinute(requests)) => requests.get() <= 6_000,
        }
    }
}

/// Whether an account may use the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountStatus {
    /// It may.
    Active,
    /// Its keys are refused and its short links answer 403, until it is resumed.
    Suspended,
}

impl AccountStatus {
    /// Its name in the API and the store.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
        }
    }

    /// The status called `name`.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Active, Self::Suspended].into_iter().find(|status| status.name() == name)
    }
}
