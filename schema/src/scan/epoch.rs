//! Who writes counts.

use uuid::Uuid;

use super::Window;

/// Tells epochs apart. Never used twice: a row of a used one would yield to counts that are not its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EpochId(Uuid);

/// The scans of one window in one run of a process. A row of counts belongs to one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch {
    /// Its name.
    pub id: EpochId,
    /// The window all its scans belong to, whatever a clock says later.
    pub window: Window,
}

impl EpochId {
    /// A new one, of 16 random bytes.
    pub const fn from_random(bytes: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }

    /// One that was stored.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// As it is stored.
    pub const fn as_uuid(self) -> Uuid {
        self.0
    }
}
