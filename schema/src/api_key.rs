//! API keys: the secret shown once, and what is kept of it.

use std::fmt;

use crate::{AccountId, EntropyError, Environment, KeyId, Name, Rate, Scopes, Timestamp, random_bytes};

const PREFIX: &str = "ezqr_";
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Symbols of the random part: 160 bits.
const RANDOM_SYMBOLS: usize = 32;
const CHECKSUM_SYMBOLS: usize = 8;

/// The bearer secret itself, `ezqr_<environment>_<random>_<checksum>`: 160 random bits and a CRC-32 of
/// what stands before it, so that secret scanners find a leaked key and a typing error needs no look-up.
///
/// It is shown once, never stored, and does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct KeySecret(Box<str>);

/// A text has not the form or the checksum of an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not an API key of the form ezqr_<environment>_<random>_<checksum>")]
pub struct InvalidKeySecret;

impl KeySecret {
    /// A new secret for a key of `environment`.
    pub fn generate(environment: &Environment) -> Result<Self, EntropyError> {
        let random: [u8; RANDOM_SYMBOLS] = random_bytes()?;
        let symbols: String = random
            .iter()
            .filter_map(|byte| ALPHABET.get(usize::from(byte % 32)).copied())
            .map(char::from)
            .collect();
        let body = format!("{PREFIX}{environment}_{symbols}");
        let checksum = crc32fast::hash(body.as_bytes());
        Ok(Self(format!("{body}_{checksum:08x}").into()))
    }

    /// The secret in a request's header.
    pub fn parse(text: &str) -> Result<Self, InvalidKeySecret> {
        let (body, checksum) = text.rsplit_once('_').ok_or(InvalidKeySecret)?;
        let rest = body.strip_prefix(PREFIX).ok_or(InvalidKeySecret)?;
        let (environment, random) = rest.split_once('_').ok_or(InvalidKeySecret)?;
        Environment::parse(environment).map_err(|_| InvalidKeySecret)?;
        let well_formed = random.len() == RANDOM_SYMBOLS
            && random.bytes().all(|byte| ALPHABET.contains(&byte))
            && checksum.len() == CHECKSUM_SYMBOLS
            && u32::from_str_radix(checksum, 16) == Ok(crc32fast::hash(body.as_bytes()));
        if well_formed { Ok(Self(text.into())) } else { Err(InvalidKeySecret) }
    }

    /// The whole secret, to be shown to its owner once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn hash(&self, pepper: &Pepper) -> KeyHash {
        KeyHash(*blake3::keyed_hash(&pepper.0, self.0.as_bytes()).as_bytes())
    }
}

impl fmt::Debug for KeySecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("KeySecret(..)")
    }
}

/// A keyed hash of a secret. Equal hashes mean equal secrets; from a hash no secret follows.
///
/// Looking one up in a map leaks no secret through time: without the pepper nobody can aim at a hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyHash([u8; 32]);

impl KeyHash {
    /// As read back from the store.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// As the store keeps it.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("KeyHash(..)")
    }
}

/// The key of the key hashes: 32 bytes kept apart from the store, so that a copy of the store alone
/// lets nobody test guesses.
#[derive(Clone)]
pub struct Pepper([u8; 32]);

impl Pepper {
    /// Wraps 32 bytes of randomness, new or read back from the pepper file.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for the pepper file.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// What the store keeps to tell whether it is met with the pepper it was made with.
    pub fn fingerprint(&self) -> [u8; 32] {
        blake3::derive_key("ezqr v1 pepper fingerprint", &self.0)
    }
}

impl fmt::Debug for Pepper {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pepper(..)")
    }
}

/// What is kept of an API key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: KeyId,
    /// The account it speaks for.
    pub account: AccountId,
    /// The one environment it sees.
    pub environment: Environment,
    /// What people call it.
    pub name: Name,
    /// The keyed hash of its secret.
    pub hash: KeyHash,
    /// What it may do.
    pub scopes: Scopes,
    /// How many requests it may make.
    pub rate: Rate,
    /// When it was created.
    pub created_at: Timestamp,
    /// From when on it is refused; in the future while a grace period runs.
    pub revoked_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_secret_is_read_back_and_any_changed_character_is_noticed() {
        let environment = Environment::parse("staging-2").unwrap();
        let secret = KeySecret::generate(&environment).unwrap();
        assert!(secret.reveal().starts_with("ezqr_staging-2_"));
        assert_eq!(KeySecret::parse(secret.reveal()).as_ref(), Ok(&secret));
        for index in 0..secret.reveal().len() {
            let mut bytes = secret.reveal().as_bytes().to_vec();
            bytes[index] = if bytes[index] == b'x' { b'y' } else { b'x' };
            let changed = String::from_utf8(bytes).unwrap();
            assert_eq!(KeySecret::parse(&changed), Err(InvalidKeySecret), "{changed}");
        }
    }

    #[test]
    fn secrets_do_not_print_and_their_hash_needs_the_pepper() {
        let secret = KeySecret::generate(&Environment::parse("production").unwrap()).unwrap();
        assert_eq!(format!("{secret:?}"), "KeySecret(..)");
        let hash = |byte| secret.hash(&Pepper::from_bytes([byte; 32]));
        assert_eq!(hash(1), hash(1));
        assert_ne!(hash(1), hash(2));
    }
}
