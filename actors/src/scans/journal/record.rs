//! One scan in bytes.

use ezqr_schema::Sequence;
use ezqr_schema::scan::{Browser, Country, Device, Os, Reason, ReferrerText, Scan, VisitorHash};

/// Length and checksum, before each payload.
const FRAME_BYTES: usize = 8;
/// The sequence number, of 40 bits.
const SEQUENCE_BYTES: usize = 5;
/// A payload without visitor and referrer: sequence; reason and device; system; browser; country.
const SHORTEST_PAYLOAD: usize = SEQUENCE_BYTES + 1 + 1 + 1 + 2;
// Reason and device share a byte.
const _: () = assert!(Reason::ALL.len() <= 16 && Device::ALL.len() <= 16);
/// A payload with a visitor and the longest referrer.
const LONGEST_PAYLOAD: usize = SHORTEST_PAYLOAD + 8 + ReferrerText::LONGEST;
/// Bytes of the longest record.
pub(super) const LONGEST_RECORD: usize = (FRAME_BYTES + LONGEST_PAYLOAD).next_multiple_of(ALIGNMENT);
/// Where records begin: at multiples of this, so that a length is stored in one piece.
pub(super) const ALIGNMENT: usize = 4;

/// Set in the country's number when a visitor follows.
const HAS_VISITOR: u16 = 0x8000;

/// A record: length, checksum, payload, and zeros up to the next multiple of four.
pub(super) struct Record {
    bytes: [u8; LONGEST_RECORD],
    /// Bytes of length, checksum and payload.
    end: usize,
}

/// What stands at the start of some bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parsed<'bytes> {
    /// A scan, in a record of so many bytes.
    Scan(Scan<'bytes>, usize),
    /// A record of so many bytes whose checksum is right and whose payload this program does not know.
    Foreign(usize),
    /// The length is zero: no record was finished here.
    Blank,
    /// No record.
    Garbled,
    /// The bytes end before the record does.
    Incomplete,
}

impl Record {
    /// The record of `scan` in a file whose checksums start from `seed`.
    pub(super) fn of(scan: &Scan<'_>, seed: u32) -> Self {
        let mut record = Self { bytes: [0; LONGEST_RECORD], end: FRAME_BYTES };
        let sequence = scan.sequence.get().to_le_bytes();
        record.put(sequence.get(..SEQUENCE_BYTES).unwrap_or_default());
        let kind = scan.reason.number() << 4 | scan.device.number();
        record.put(&[kind, scan.os.number(), scan.browser.number()]);
        let flag = if scan.visitor.is_some() { HAS_VISITOR } else { 0 };
        record.put(&(scan.country.number() | flag).to_le_bytes());
        if let Some(visitor) = scan.visitor {
            record.put(&visitor.bits().to_le_bytes());
        }
        if scan.referrer != ReferrerText::DIRECT {
            record.put(scan.referrer.as_str().as_bytes());
        }
        let length = u32::try_from(record.end - FRAME_BYTES).unwrap_or(0).to_le_bytes();
        let payload = record.bytes.get(FRAME_BYTES..record.end).unwrap_or_default();
        let checksum = checksum(seed, length, payload).to_le_bytes();
        for (byte, value) in record.bytes.iter_mut().zip(length.into_iter().chain(checksum)) {
            *byte = value;
        }
        record
    }

    /// All of it.
    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.end.next_multiple_of(ALIGNMENT)).unwrap_or_default()
    }

    fn put(&mut self, part: &[u8]) {
        let end = self.end + part.len();
        if let Some(room) = self.bytes.get_mut(self.end..end) {
            room.copy_from_slice(part);
            self.end = end;
        }
    }
}

/// Reads what stands at the start of `bytes`, in a file whose checksums start from `seed`.
pub(super) fn parse(bytes: &[u8], seed: u32) -> Parsed<'_> {
    let Some((length, rest)) = bytes.split_first_chunk::<4>() else { return Parsed::Incomplete };
    let payload_bytes = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
    if payload_bytes == 0 {
        return Parsed::Blank;
    }
    if !(SHORTEST_PAYLOAD..=LONGEST_PAYLOAD).contains(&payload_bytes) {
        return Parsed::Garbled;
    }
    let size = (FRAME_BYTES + payload_bytes).next_multiple_of(ALIGNMENT);
    if bytes.len() < size {
        return Parsed::Incomplete;
    }
    let Some((stored, rest)) = rest.split_first_chunk::<4>() else { return Parsed::Incomplete };
    let Some(payload) = rest.get(..payload_bytes) else { return Parsed::Incomplete };
    if checksum(seed, *length, payload).to_le_bytes() != *stored {
        return Parsed::Garbled;
    }
    decode(payload).map_or(Parsed::Foreign(size), |scan| Parsed::Scan(scan, size))
}

fn checksum(seed: u32, length: [u8; 4], payload: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c_append(seed, &length), payload)
}

fn decode(payload: &[u8]) -> Option<Scan<'_>> {
    let (number, rest) = payload.split_first_chunk::<SEQUENCE_BYTES>()?;
    let ([kind, os, browser], rest) = rest.split_first_chunk::<3>()?;
    let (country, rest) = rest.split_first_chunk::<2>()?;
    let mut sequence = [0; 8];
    sequence.first_chunk_mut::<SEQUENCE_BYTES>()?.copy_from_slice(number);
    let country = u16::from_le_bytes(*country);
    let (visitor, referrer) = if country & HAS_VISITOR == 0 {
        (None, rest)
    } else {
        let (visitor, rest) = rest.split_first_chunk::<8>()?;
        (Some(VisitorHash::from_bits(u64::from_le_bytes(*visitor))), rest)
    };
    let referrer = match referrer {
        [] => ReferrerText::DIRECT,
        text => ReferrerText::of_stored(str::from_utf8(text).ok()?)?,
    };
    Some(Scan {
        sequence: Sequence::new(u64::from_le_bytes(sequence)).ok()?,
        reason: Reason::of_number(kind >> 4)?,
        device: Device::of_number(kind & 0xF)?,
        os: Os::of_number(*os)?,
        browser: Browser::of_number(*browser)?,
        country: Country::of_number(country & !HAS_VISITOR)?,
        referrer,
        visitor,
    })
}
