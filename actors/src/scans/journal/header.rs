//! The head of a file: whose scans follow.

use ezqr_schema::scan::{Epoch, EpochId, Window};
use uuid::Uuid;

/// Bytes of the head; the first record follows. A multiple of four, as every record is.
pub(super) const HEADER_BYTES: usize = 36;

const MAGIC: [u8; 8] = *b"ezqrscan";
const VERSION: u32 = 1;

/// The head of a file of `epoch`.
pub(super) fn encode(epoch: Epoch) -> [u8; HEADER_BYTES] {
    let mut bytes = [0; HEADER_BYTES];
    let (content, checksum) = bytes.split_at_mut(HEADER_BYTES - 4);
    let (version, window) = (VERSION.to_le_bytes(), epoch.window.number().to_le_bytes());
    let uuid = epoch.id.as_uuid();
    let parts = MAGIC.iter().chain(&version).chain(&window).chain(uuid.as_bytes());
    for (byte, value) in content.iter_mut().zip(parts) {
        *byte = *value;
    }
    checksum.copy_from_slice(&crc32c::crc32c(content).to_le_bytes());
    bytes
}

/// Whose head it is; `None` when it is damaged, or of another version of the format.
pub(super) fn decode(bytes: &[u8; HEADER_BYTES]) -> Option<Epoch> {
    let (content, checksum) = bytes.split_last_chunk::<4>()?;
    if crc32c::crc32c(content).to_le_bytes() != *checksum {
        return None;
    }
    let (magic, rest) = content.split_first_chunk::<8>()?;
    let (version, rest) = rest.split_first_chunk::<4>()?;
    let (window, uuid) = rest.split_first_chunk::<4>()?;
    if *magic != MAGIC || u32::from_le_bytes(*version) != VERSION {
        return None;
    }
    let window = Window::new(u32::from_le_bytes(*window)).ok()?;
    let uuid = Uuid::from_bytes(*uuid.first_chunk::<16>()?);
    Some(Epoch { id: EpochId::from_uuid(uuid), window })
}

/// What the checksums of an epoch's records start from, so that none passes in a file of another epoch: the
/// checksum of the head.
pub(super) fn seed(epoch: Epoch) -> u32 {
    let bytes = encode(epoch);
    bytes.last_chunk::<4>().map_or(0, |checksum| u32::from_le_bytes(*checksum))
}
