use ezqr_schema::Sequence;
use ezqr_schema::scan::{Browser, Country, Device, Os, Reason, ReferrerText, Scan, VisitorHash};
use proptest::prelude::*;

use super::super::record::{ALIGNMENT, LONGEST_RECORD, Parsed, Record, parse};
use super::scan;

/// Which of all values.
type Pick = prop::sample::Index;

/// Everything of a scan; its referrer as text.
pub(super) type Parts = (u64, (Pick, Pick, Pick, Pick), u16, String, Option<u64>);

pub(super) fn parts() -> impl Strategy<Value = Parts> {
    let host = "[a-z0-9_-]{1,21}(\\.[a-z0-9_-]{1,20}){1,2}";
    let longest = format!("{}.{}", "a".repeat(32), "b".repeat(31));
    let referrer = prop_oneof![
        Just("direct".to_owned()),
        Just("other".to_owned()),
        Just(longest),
        host.prop_map(|host| host)
    ];
    (0..1_u64 << 40, any::<(Pick, Pick, Pick, Pick)>(), 0..676_u16, referrer, any::<Option<u64>>())
}

pub(super) fn scan_of(parts: &Parts) -> Scan<'_> {
    let (sequence, (reason, device, os, browser), country, referrer, visitor) = parts;
    Scan {
        sequence: Sequence::new(*sequence).unwrap(),
        reason: *reason.get(&Reason::ALL),
        device: *device.get(&Device::ALL),
        os: *os.get(&Os::ALL),
        browser: *browser.get(&Browser::ALL),
        country: Country::of_number(*country).unwrap(),
        referrer: ReferrerText::of_stored(referrer).unwrap(),
        visitor: visitor.map(VisitorHash::from_bits),
    }
}

/// A record of any payload, with the right checksum.
fn framed(payload: &[u8], seed: u32) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_le_bytes();
    let checksum = crc32c::crc32c_append(crc32c::crc32c_append(seed, &length), payload).to_le_bytes();
    let mut bytes = [&length[..], &checksum, payload].concat();
    bytes.resize(bytes.len().next_multiple_of(ALIGNMENT), 0);
    bytes
}

proptest! {
    #[test]
    fn every_scan_reads_back(parts in parts(), seed: u32) {
        let scan = scan_of(&parts);
        let record = Record::of(&scan, seed);
        let bytes = record.as_bytes();
        prop_assert!(bytes.len() <= LONGEST_RECORD && bytes.len().is_multiple_of(ALIGNMENT));
        prop_assert_eq!(parse(bytes, seed), Parsed::Scan(scan, bytes.len()));
        for end in 0..bytes.len() {
            prop_assert_eq!(parse(&bytes[..end], seed), Parsed::Incomplete);
        }
        // Not in a file of another epoch.
        prop_assert_eq!(parse(bytes, !seed), Parsed::Garbled);
    }

    #[test]
    fn bytes_are_a_valid_scan_or_an_error(payload in prop::collection::vec(any::<u8>(), 10..=82), seed: u32) {
        let bytes = framed(&payload, seed);
        match parse(&bytes, seed) {
            Parsed::Scan(scan, size) => {
                prop_assert_eq!(size, bytes.len());
                prop_assert!(ReferrerText::of_stored(scan.referrer.as_str()).is_some());
                let record = Record::of(&scan, seed);
                prop_assert!(matches!(parse(record.as_bytes(), seed), Parsed::Scan(again, _) if again == scan));
            }
            foreign @ (Parsed::Foreign(_) | Parsed::Blank | Parsed::Garbled | Parsed::Incomplete) => {
                prop_assert_eq!(foreign, Parsed::Foreign(bytes.len()));
            }
        }
    }

    #[test]
    fn any_bytes_are_parsed(bytes in prop::collection::vec(any::<u8>(), 0..200), seed: u32) {
        prop_assert!(!matches!(parse(&bytes, seed), Parsed::Scan(..)));
    }
}

#[test]
fn payloads_of_no_scan_are_told_from_damage() {
    let (seed, scan) = (7, scan(1));
    let record = Record::of(&scan, seed);
    let payload = &record.as_bytes()[8..26];
    assert_eq!(parse(&framed(payload, seed), seed), Parsed::Scan(scan, 28));
    for (position, value) in [(5, 0xF0), (5, 0x0F), (6, 0xFF), (7, 0xFF), (9, 0xFF)] {
        let mut payload = payload.to_vec();
        payload[position] = value;
        assert_eq!(parse(&framed(&payload, seed), seed), Parsed::Foreign(28), "{position}");
    }
    let with_text = [payload, b"no host"].concat();
    assert_eq!(parse(&framed(&with_text, seed), seed), Parsed::Foreign(36));
}

#[test]
fn a_scan_takes_28_bytes_without_referrer_and_20_without_visitor() {
    assert_eq!(Record::of(&scan(1), 0).as_bytes().len(), 28);
    assert_eq!(Record::of(&Scan { visitor: None, ..scan(1) }, 0).as_bytes().len(), 20);
}
