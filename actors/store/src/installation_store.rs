//! What an installation is founded on.

use ezqr_schema::{Account, ApiKey, InstallationSecret, LinkBase, LinkBaseId};

use crate::{ReadError, WriteError};

/// What the first process to start on an empty store brings along.
#[derive(Clone, Debug)]
pub struct Founding {
    /// The secret all ids and codes derive from.
    pub secret: InstallationSecret,
    /// Tells the pepper of the key hashes.
    pub pepper_fingerprint: [u8; 32],
    /// The first account.
    pub account: Account,
    /// The first API key.
    pub key: ApiKey,
}

/// What a process finds the installation to be.
#[derive(Clone, Debug)]
pub struct Installation {
    /// The secret all ids and codes derive from.
    pub secret: InstallationSecret,
    /// Tells the pepper the key hashes were made with.
    pub pepper_fingerprint: [u8; 32],
    /// Whether this very founding made it, in this call or an earlier one whose answer was lost: then, and
    /// only then, the first key is to be shown.
    pub founded_now: bool,
}

/// What other processes changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changes {
    /// Accounts or keys, or something that cannot be told from them.
    pub accounts: bool,
    /// Codes. A shared store does not tell: there, what is cached of a code ages instead.
    pub codes: bool,
}

/// The installation itself.
pub trait InstallationStore {
    /// The installation, when one was founded.
    async fn installation(&self) -> Result<Option<Installation>, ReadError>;

    /// Founds the installation, wholly or not at all, unless it exists; answers what it then is. Whoever was
    /// left without an answer may ask again with the same founding: its secret tells whose the installation is.
    async fn found(&self, founding: Founding) -> Result<Installation, WriteError>;

    /// The number of `base`, given to it now when it has none. Numbers are never given to another base.
    async fn adopt_link_base(&self, base: &LinkBase) -> Result<LinkBaseId, WriteError>;

    /// All link bases ever adopted.
    async fn link_bases(&self) -> Result<Vec<(LinkBaseId, LinkBase)>, ReadError>;

    /// What other processes changed since the last call, as far as it can be told at little cost.
    async fn changed_elsewhere(&self) -> Result<Changes, ReadError>;
}
