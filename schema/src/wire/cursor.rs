//! Signed cursors.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;

use super::ListFilter;
use crate::{
    ContentType, ExternalId, InstallationSecret, ListPosition, Name, Owner, Sequence, ShownStatus, Tag,
    Timestamp,
};

/// What the first byte of a cursor says: how the rest is laid out.
const LAYOUT: u8 = 1;
const PLACE_BYTES: usize = 1 + 8 + 8;
const MAC_BYTES: usize = 16;
/// Base64 holds 3 bytes in 4 characters; there is no rest.
const CURSOR_CHARACTERS: usize = (PLACE_BYTES + MAC_BYTES) / 3 * 4;

/// The text is no cursor of this installation for this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("was not handed out for this list: a cursor goes with the key's environment and the same filters")]
pub struct InvalidCursor;

/// Writes cursors and reads them back.
///
/// A cursor is 44 characters of base64url (RFC 4648, 5): a version byte, the millisecond the page was opened
/// and the sequence number (both 8 bytes, big-endian; the page follows from the number), and 16 bytes of keyed
/// BLAKE3 over these and the list they belong to. The list, that is owner and filter, is not in the cursor:
/// one of another list fails as a forged one does. `limit` and `include` may change from page to page.
pub struct Cursors {
    key: [u8; 32],
}

impl Cursors {
    /// Signs with the installation's key, so that every node reads every node's cursors.
    pub fn new(secret: &InstallationSecret) -> Self {
        Self { key: secret.cursor_key() }
    }

    /// The cursor with which the list of `owner` under `filter` goes on after `position`.
    pub fn write(&self, position: ListPosition, owner: &Owner, filter: &ListFilter) -> String {
        let place = place(position);
        let mac = self.mac(&place, owner, filter);
        URL_SAFE_NO_PAD.encode([place.as_slice(), &mac].concat())
    }

    /// The place `cursor` was written for.
    pub fn read(
        &self,
        cursor: &str,
        owner: &Owner,
        filter: &ListFilter,
    ) -> Result<ListPosition, InvalidCursor> {
        if cursor.len() != CURSOR_CHARACTERS {
            return Err(InvalidCursor);
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| InvalidCursor)?;
        let (place, mac) = bytes.split_first_chunk::<PLACE_BYTES>().ok_or(InvalidCursor)?;
        let genuine: bool = self.mac(place, owner, filter).ct_eq(mac).into();
        if genuine { position(place) } else { Err(InvalidCursor) }
    }

    fn mac(&self, place: &[u8; PLACE_BYTES], owner: &Owner, filter: &ListFilter) -> [u8; MAC_BYTES] {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(place);
        hasher.update(owner.account.as_uuid().as_bytes());
        for part in list_parts(owner, filter) {
            // Presence and length keep apart what would otherwise read the same.
            let length = part.as_ref().map_or(u64::MAX, |part| u64::try_from(part.len()).unwrap_or(u64::MAX));
            hasher.update(&length.to_be_bytes());
            hasher.update(part.as_deref().unwrap_or_default());
        }
        let mut mac = [0; MAC_BYTES];
        hasher.finalize_xof().fill(&mut mac);
        mac
    }
}

/// What makes a list besides the account, each part at its own place.
fn list_parts<'list>(owner: &'list Owner, filter: &'list ListFilter) -> [Option<Cow<'list, [u8]>>; 8] {
    let ListFilter { tag, external_id, status, content_type, name_prefix, created_after, created_before } =
        filter;
    let text = |text: &'list str| Cow::Borrowed(text.as_bytes());
    let instant = |instant: &Timestamp| Cow::Owned(instant.as_millis().to_be_bytes().to_vec());
    [
        Some(text(owner.environment.as_str())),
        tag.as_ref().map(Tag::as_str).map(text),
        external_id.as_ref().map(ExternalId::as_str).map(text),
        status.map(ShownStatus::name).map(text),
        content_type.map(ContentType::name).map(text),
        name_prefix.as_ref().map(Name::as_str).map(text),
        created_after.as_ref().map(instant),
        created_before.as_ref().map(instant),
    ]
}

fn place(position: ListPosition) -> [u8; PLACE_BYTES] {
    let mut place = [LAYOUT; PLACE_BYTES];
    let numbers =
        position.opened_at.as_millis().to_be_bytes().into_iter().chain(position.sequence.get().to_be_bytes());
    for (byte, number) in place.iter_mut().skip(1).zip(numbers) {
        *byte = number;
    }
    place
}

fn position(place: &[u8; PLACE_BYTES]) -> Result<ListPosition, InvalidCursor> {
    let (layout, numbers) = place.split_first().ok_or(InvalidCursor)?;
    let (opened_at, sequence) = numbers.split_first_chunk().ok_or(InvalidCursor)?;
    let sequence = sequence.try_into().map_err(|_| InvalidCursor)?;
    if *layout != LAYOUT {
        return Err(InvalidCursor);
    }
    let opened_at = Timestamp::from_millis(i64::from_be_bytes(*opened_at)).map_err(|_| InvalidCursor)?;
    let sequence = Sequence::new(u64::from_be_bytes(sequence)).map_err(|_| InvalidCursor)?;
    Ok(ListPosition::new(opened_at, sequence))
}

#[cfg(test)]
mod tests;
