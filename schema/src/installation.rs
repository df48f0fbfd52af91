//! What one installation keeps secret, and what follows from it.

use std::hash::Hasher as _;

use siphasher::sip::SipHasher13;

use crate::permutation::Permutation;
use crate::{CodeId, InstallationFingerprint, Sequence, ShortCode, Timestamp};

/// The secret every id, short code and cursor of an installation is derived from.
///
/// Made once, kept in the store and in every export, never changed: with another one, printed codes would
/// lead elsewhere.
#[derive(Clone)]
pub struct InstallationSecret([u8; 32]);

impl InstallationSecret {
    /// Wraps 32 bytes of randomness, new or read back from the store.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for the store.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A key for one purpose. `purpose` is a constant of the code, unique in it and never reworded.
    fn derive(&self, purpose: &str) -> [u8; 32] {
        blake3::derive_key(purpose, &self.0)
    }

    /// The permutation that prints sequence numbers as short codes.
    pub fn short_codes(&self) -> ShortCodes {
        ShortCodes(Permutation::new(Sequence::BITS / 2, &self.derive("ezqr v1 short code permutation")))
    }

    /// The maker and reader of code ids.
    pub fn code_ids(&self) -> CodeIds {
        let [check, ..] = split_key(&self.derive("ezqr v1 code id check"));
        CodeIds {
            permutation: Permutation::new(SCRAMBLED_BITS / 2, &self.derive("ezqr v1 code id permutation")),
            check: SipHasher13::new_with_key(&check),
        }
    }

    /// What the files of this installation bear.
    pub fn fingerprint(&self) -> InstallationFingerprint {
        InstallationFingerprint::from_bytes(self.derive("ezqr v1 installation fingerprint"))
    }

    /// The key list cursors are signed with.
    pub fn cursor_key(&self) -> [u8; 32] {
        self.derive("ezqr v1 list cursor")
    }
}

impl std::fmt::Debug for InstallationSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("InstallationSecret(..)")
    }
}

fn split_key(key: &[u8; 32]) -> [[u8; 16]; 2] {
    let (first, second) = key.split_at(16);
    [first, second].map(|half| std::array::from_fn(|index| half.get(index).copied().unwrap_or_default()))
}

/// Prints sequence numbers as short codes and reads them back: a bijection on 2^40.
///
/// A short code never collides and needs no look-up: it *is* its sequence number.
#[derive(Clone)]
pub struct ShortCodes(Permutation);

impl ShortCodes {
    /// How `sequence` is printed.
    pub fn print(&self, sequence: Sequence) -> ShortCode {
        ShortCode::from_scrambled(self.0.forward(sequence.get()))
    }

    /// The number `code` stands for, minted or not.
    pub fn sequence(&self, code: ShortCode) -> Sequence {
        Sequence::from_masked(self.0.backward(code.scrambled()))
    }
}

/// Makes code ids and reads them back.
///
/// An id is a pure function of creation millisecond, position in the request and sequence number: 48 bits
/// of time, 12 of position, and 62 that hold the 40-bit number and a 22-bit keyed check, permuted.
#[derive(Clone)]
pub struct CodeIds {
    permutation: Permutation,
    check: SipHasher13,
}

const SCRAMBLED_BITS: u32 = 62;
const CHECK_BITS: u32 = SCRAMBLED_BITS - Sequence::BITS;

impl CodeIds {
    /// The id of the code at `position` of the request handled at `created`.
    pub fn make(&self, created: Timestamp, position: u16, sequence: Sequence) -> CodeId {
        let milliseconds = created.as_unsigned_millis();
        let check = self.check(milliseconds, position, sequence);
        let scrambled = self.permutation.forward((sequence.get() << CHECK_BITS) | check);
        CodeId::from_parts(milliseconds, position, scrambled)
    }

    /// The sequence number in `id`; `None` when another installation, or a guess, made it.
    ///
    /// A guess passes once in 4 million; so a look-up compares the whole id with the stored one.
    pub fn sequence(&self, id: CodeId) -> Option<Sequence> {
        let value = self.permutation.backward(id.scrambled());
        let sequence = Sequence::from_masked(value >> CHECK_BITS);
        let check = value & ((1 << CHECK_BITS) - 1);
        (check == self.check(id.milliseconds(), id.position(), sequence)).then_some(sequence)
    }

    fn check(&self, milliseconds: u64, position: u16, sequence: Sequence) -> u64 {
        let mut hasher = self.check;
        hasher.write(&milliseconds.to_le_bytes());
        hasher.write(&position.to_le_bytes());
        hasher.write(&sequence.get().to_le_bytes());
        hasher.finish() & ((1 << CHECK_BITS) - 1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn secret(byte: u8) -> InstallationSecret {
        InstallationSecret::from_bytes([byte; 32])
    }

    #[test]
    fn printed_codes_are_pinned_because_they_are_on_paper() {
        let (codes, ids) = (secret(1).short_codes(), secret(1).code_ids());
        let sequence = Sequence::new(4_471).unwrap();
        let created = Timestamp::from_millis(1_777_777_777_777).unwrap();
        assert_eq!(codes.print(sequence).to_string(), "5GHJP8SK");
        assert_eq!(ids.make(created, 3, sequence).to_string(), "019debd0-1c71-7003-a090-88b3a216df49");
    }

    proptest! {
        #[test]
        fn a_short_code_turns_back_into_its_number(value in 0_u64..1 << 40) {
            let codes = secret(1).short_codes();
            let sequence = Sequence::new(value).unwrap();
            let text = codes.print(sequence).to_string();
            prop_assert_eq!(codes.sequence(ShortCode::parse(&text).unwrap()), sequence);
        }

        #[test]
        fn an_id_turns_back_into_its_number_in_its_installation_only(
            value in 0_u64..1 << 40, created in 0_i64..1 << 47, position in 0_u16..100,
        ) {
            let (own, foreign) = (secret(1).code_ids(), secret(2).code_ids());
            let sequence = Sequence::new(value).unwrap();
            let created = Timestamp::from_millis(created).unwrap();
            let id: CodeId = own.make(created, position, sequence).to_string().parse().unwrap();
            prop_assert_eq!(own.sequence(id), Some(sequence));
            prop_assert_eq!(foreign.sequence(id), None);
            prop_assert_eq!(id.milliseconds(), created.as_unsigned_millis());
        }

        #[test]
        fn ids_sort_by_millisecond_then_position(
            (first, second) in any::<[(u32, u8, u32); 2]>().prop_map(|[first, second]| (first, second)),
        ) {
            let ids = secret(1).code_ids();
            let make = |(created, position, sequence): (u32, u8, u32)| ids.make(
                Timestamp::from_millis(i64::from(created)).unwrap(),
                u16::from(position),
                Sequence::new(u64::from(sequence)).unwrap(),
            );
            let (earlier, later) = if (first.0, first.1) < (second.0, second.1) { (first, second) } else { (second, first) };
            prop_assume!((earlier.0, earlier.1) != (later.0, later.1));
            prop_assert!(make(earlier) < make(later));
        }

        #[test]
        fn an_id_with_one_bit_turned_is_refused(value in 0_u64..1 << 40, bit in 0_u32..62) {
            let ids = secret(1).code_ids();
            let id = ids.make(Timestamp::EPOCH, 0, Sequence::new(value).unwrap());
            let forged = CodeId::try_from(uuid::Uuid::from_u128(id.as_uuid().as_u128() ^ (1 << bit))).unwrap();
            // One guess in 4 million passes the check; even then it must not name the same code.
            prop_assert_ne!(ids.sequence(forged), ids.sequence(id));
        }
    }
}
