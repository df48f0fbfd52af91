//! From a bearer secret to what it may do.

use std::sync::Arc;

use ezqr_schema::{KeyId, KeySecret, Owner, Rate, Scopes};

use crate::Busy;
use crate::kernel::{Message, Reply, Respond};

use super::actor::KeyRing;

/// Whom an API key speaks for, and what it may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The key.
    pub key: KeyId,
    /// Its account and environment: whose codes it sees.
    pub owner: Owner,
    /// What it may do.
    pub scopes: Scopes,
    /// How many requests it may make.
    pub rate: Rate,
}

/// Why a secret was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthenticateError {
    /// No key has this secret.
    #[error("no API key has this secret")]
    Unknown,
    /// The key with this secret was revoked. Who has the whole secret may know.
    #[error("the API key was revoked")]
    Revoked,
    /// The key is good, its account suspended.
    #[error("the account is suspended")]
    AccountSuspended,
    /// The key ring did not answer.
    #[error(transparent)]
    Busy(#[from] Busy),
}

/// Asks whom a secret speaks for.
pub(super) struct Authenticate {
    pub(super) secret: KeySecret,
}

impl Message for Authenticate {
    type Reply = Result<Arc<Principal>, AuthenticateError>;
}

impl Respond<Authenticate> for KeyRing {
    fn respond(&mut self, message: Authenticate) -> Reply<Self, <Authenticate as Message>::Reply> {
        Reply::now(self.authenticate(&message.secret))
    }
}
