//! What an API key may do.

use serde::{Deserialize, Serialize};

/// One permission of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// Read codes and their images.
    #[serde(rename = "codes:read")]
    CodesRead,
    /// Mint and change codes.
    #[serde(rename = "codes:write")]
    CodesWrite,
    /// Delete codes.
    #[serde(rename = "codes:delete")]
    CodesDelete,
    /// Read scan counts.
    #[serde(rename = "scans:read")]
    ScansRead,
    /// Make, list and revoke keys of its own environment.
    #[serde(rename = "keys:manage")]
    KeysManage,
    /// Read the audit log.
    #[serde(rename = "audit:read")]
    AuditRead,
    /// Change the account itself.
    #[serde(rename = "account:admin")]
    AccountAdmin,
}

impl Scope {
    /// All scopes; the position of each is its bit in the store, so new ones go to the end.
    pub const ALL: [Self; 7] = [
        Self::CodesRead,
        Self::CodesWrite,
        Self::CodesDelete,
        Self::ScansRead,
        Self::KeysManage,
        Self::AuditRead,
        Self::AccountAdmin,
    ];

    /// Its name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CodesRead => "codes:read",
            Self::CodesWrite => "codes:write",
            Self::CodesDelete => "codes:delete",
            Self::ScansRead => "scans:read",
            Self::KeysManage => "keys:manage",
            Self::AuditRead => "audit:read",
            Self::AccountAdmin => "account:admin",
        }
    }

    /// The scope called `name`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }

    const fn bit(self) -> u32 {
        match self {
            Self::CodesRead => 1,
            Self::CodesWrite => 1 << 1,
            Self::CodesDelete => 1 << 2,
            Self::ScansRead => 1 << 3,
            Self::KeysManage => 1 << 4,
            Self::AuditRead => 1 << 5,
            Self::AccountAdmin => 1 << 6,
        }
    }
}

/// A set of scopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scopes(u32);

impl Scopes {
    /// Every scope there is.
    pub fn all() -> Self {
        Scope::ALL.into_iter().collect()
    }

    /// Whether `scope` is in the set.
    pub const fn allow(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Whether all scopes of this set are in `other`.
    pub const fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// The scopes, in the order of [`Scope::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.allow(*scope))
    }

    /// As the store keeps it, a bit per scope.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// As read back from the store; bits of no known scope are dropped.
    pub fn from_bits(bits: u32) -> Self {
        Self(bits & Self::all().0)
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}
