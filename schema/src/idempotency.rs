//! What makes a request safe to repeat: the `Idempotency-Key` and what is remembered of its request.

use std::sync::Arc;

/// Why an idempotency key is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to {} visible ASCII characters", IdempotencyKey::LIMIT)]
pub struct InvalidIdempotencyKey;

/// The caller's name for one request: whoever repeats it under the same key, account and environment within
/// 24 hours is answered as the first time.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(Box<str>);

impl IdempotencyKey {
    /// The most characters it may have.
    pub const LIMIT: usize = 255;

    /// Takes 1 to 255 visible ASCII characters.
    pub fn parse(text: &str) -> Result<Self, InvalidIdempotencyKey> {
        let is_valid =
            (1..=Self::LIMIT).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if is_valid { Ok(Self(text.into())) } else { Err(InvalidIdempotencyKey) }
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Tells one request from another: a hash of method, path, query and body. Not of `Accept`: the same codes
/// may be asked for in another form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RequestHash([u8; 32]);

impl RequestHash {
    /// The hash of a request. `path` is without the query.
    pub fn of(method: &str, path: &str, query: &str, body: &[u8]) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("ezqr v1 idempotent request");
        for part in [method.as_bytes(), path.as_bytes(), query.as_bytes(), body] {
            // A length before each part, so that no two divisions of the same bytes are alike.
            hasher.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
            hasher.update(part);
        }
        Self(*hasher.finalize().as_bytes())
    }

    /// Wraps bytes read back from the store.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for the store.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// What became of one item of a request, as it is remembered: enough to answer the same again from the same
/// body, whatever the settings are by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemOutcome {
    /// It became a code.
    Minted,
    /// Its own content refused it, and always will.
    Refused,
    /// It led to a link host of this installation: a matter of policy, which may change.
    RedirectLoop,
}

impl ItemOutcome {
    /// All of them; a store keeps the position.
    pub const ALL: [Self; 3] = [Self::Minted, Self::Refused, Self::RedirectLoop];

    /// Its position in [`ItemOutcome::ALL`].
    pub const fn number(self) -> u8 {
        match self {
            Self::Minted => 0,
            Self::Refused => 1,
            Self::RedirectLoop => 2,
        }
    }

    /// The outcome at this position.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

/// A request that may be repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotentRequest {
    /// The caller's name for it.
    pub key: IdempotencyKey,
    /// Tells it from another of the same name.
    pub hash: RequestHash,
    /// What becomes of its items, in their order; of a single create, of the one.
    pub items: Arc<[ItemOutcome]>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_visible_ascii_of_bounded_length() {
        for text in ["a", "order-4471", "~", &"k".repeat(255)] {
            assert_eq!(IdempotencyKey::parse(text).unwrap().as_str(), text);
        }
        for text in ["", "a b", " ", "é", "a\n", "\u{7f}", &"k".repeat(256)] {
            assert_eq!(IdempotencyKey::parse(text), Err(InvalidIdempotencyKey), "{text:?}");
        }
    }

    #[test]
    fn every_part_of_a_request_tells_it_from_others() {
        let hashes = [
            RequestHash::of("POST", "/a", "", b""),
            RequestHash::of("PUT", "/a", "", b""),
            RequestHash::of("POST", "/", "a", b""),
            RequestHash::of("POST", "/", "", b"a"),
            RequestHash::of("POST", "/a", "b", b""),
            RequestHash::of("POST", "/a", "", b"b"),
        ];
        for (index, hash) in hashes.iter().enumerate() {
            assert!(!hashes[..index].contains(hash));
        }
        assert_eq!(hashes[0], RequestHash::of("POST", "/a", "", b""));
    }

    #[test]
    fn outcomes_are_numbered_by_their_position() {
        for (number, outcome) in (0..).zip(ItemOutcome::ALL) {
            assert_eq!((outcome.number(), ItemOutcome::from_number(number)), (number, Some(outcome)));
        }
        assert_eq!(ItemOutcome::from_number(3), None);
    }
}
