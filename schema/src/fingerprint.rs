//! Which installation something belongs to.

use std::fmt;

/// Tells one installation from another, and nothing of its secret. Every file of an installation bears it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct InstallationFingerprint([u8; 32]);

impl InstallationFingerprint {
    /// Wraps 32 bytes that were made by [`InstallationSecret::fingerprint`](crate::InstallationSecret::fingerprint).
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for a store.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first 8 of the hexadecimal digits it is displayed as: a name for people and for files.
    pub fn short_name(&self) -> String {
        self.to_string().chars().take(8).collect()
    }

    /// Reads what it is displayed as: 64 hexadecimal digits; `None` when `text` is anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let is_hexadecimal = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if text.len() != 64 || !is_hexadecimal {
            return None;
        }
        let mut bytes = [0; 32];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for InstallationFingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for InstallationFingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "InstallationFingerprint({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::InstallationSecret;

    #[test]
    fn a_fingerprint_is_read_as_it_was_displayed_and_is_the_installations_own() {
        let [one, other] = [1, 2].map(|byte| InstallationSecret::from_bytes([byte; 32]).fingerprint());
        assert_ne!(one, other);
        assert_eq!(one.to_string(), "534e02fb3000d7b166a4f2ac6004c3ca7a28367e8b6baa19011582fee892a2f0");
        assert_eq!(one.short_name(), "534e02fb");
        assert_eq!(InstallationFingerprint::parse(&one.to_string()), Some(one));
        for text in ["", "0", &"g".repeat(64), &"0".repeat(66), &"+1".repeat(32), &"é".repeat(32)] {
            assert_eq!(InstallationFingerprint::parse(text), None, "{text}");
        }
    }
}
