//! Ids of codes: version 7 UUIDs that turn back into the sequence number.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The public id of a code: a version 7 UUID (RFC 9562, 5.7).
///
/// Sorted as bytes, ids follow the creation millisecond and the position in the request. A value of this
/// type has the shape of an id; whether this installation made it, only [`CodeIds`](crate::CodeIds) tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Uuid", into = "Uuid")]
pub struct CodeId(Uuid);

/// A text or UUID is no version 7 UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be the UUID of a code, such as 01977c1e-4b5a-7000-8a3f-1c2d3e4f5a6b")]
pub struct InvalidCodeId;

impl CodeId {
    /// Creation millisecond, position and scrambled rest, at their places in a version 7 UUID.
    pub(crate) fn from_parts(milliseconds: u64, position: u16, scrambled: u64) -> Self {
        let value = (u128::from(milliseconds & MILLISECONDS) << 80)
            | (0x7 << 76)
            | (u128::from(position & POSITION) << 64)
            | (0b10 << 62)
            | u128::from(scrambled & SCRAMBLED);
        Self(Uuid::from_u128(value))
    }

    /// Milliseconds since 1970 at which the code was created.
    pub(crate) fn milliseconds(self) -> u64 {
        self.0.as_u64_pair().0 >> 16
    }

    /// Place in the request that created the code.
    pub(crate) fn position(self) -> u16 {
        let [.., high, low] = self.0.as_u64_pair().0.to_be_bytes();
        u16::from_be_bytes([high, low]) & POSITION
    }

    /// The last 62 bits.
    pub(crate) fn scrambled(self) -> u64 {
        self.0.as_u64_pair().1 & SCRAMBLED
    }

    /// The id as a plain UUID.
    pub const fn as_uuid(self) -> Uuid {
        self.0
    }
}

const MILLISECONDS: u64 = (1 << 48) - 1;
const POSITION: u16 = (1 << 12) - 1;
const SCRAMBLED: u64 = (1 << 62) - 1;

impl TryFrom<Uuid> for CodeId {
    type Error = InvalidCodeId;

    fn try_from(uuid: Uuid) -> Result<Self, Self::Error> {
        let is_rfc_variant = uuid.as_u64_pair().1 >> 62 == 0b10;
        if uuid.get_version_num() == 7 && is_rfc_variant { Ok(Self(uuid)) } else { Err(InvalidCodeId) }
    }
}

impl From<CodeId> for Uuid {
    fn from(id: CodeId) -> Self {
        id.0
    }
}

impl FromStr for CodeId {
    type Err = InvalidCodeId;

    /// Only the hyphenated form of RFC 9562 is an id.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != uuid::fmt::Hyphenated::LENGTH {
            return Err(InvalidCodeId);
        }
        Uuid::try_parse(text).map_err(|_| InvalidCodeId)?.try_into()
    }
}

impl fmt::Display for CodeId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}
