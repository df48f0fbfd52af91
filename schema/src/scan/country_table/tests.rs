use proptest::prelude::*;

use super::source::Range;
use super::*;

fn country(table: &CountryTable, address: &str) -> String {
    table.country(address.parse().unwrap()).to_string()
}

fn ranges(v4: &str, v6: &str) -> CountryRanges {
    CountryRanges::parse(v4, v6).unwrap()
}

/// What a table was packed from.
fn unpacked(table: &CountryTable) -> CountryRanges {
    let country = |place: u8| table.countries[usize::from(place)];
    let v4 = table.v4.all().into_iter();
    let v6 = table.v6.all().into_iter();
    CountryRanges {
        v4: v4.map(|(high, low, place)| (u64::from(high) << 16 | u64::from(low), country(place))).collect(),
        v6: v6.map(|(high, low, place)| (u64::from(high) << 32 | u64::from(low), country(place))).collect(),
    }
}

#[test]
fn well_known_addresses_are_where_they_are_known_to_be() {
    let table = CountryTable::shipped().unwrap();
    let cases = [
        ("8.8.8.8", "US"),
        ("129.132.1.1", "CH"),
        ("131.111.8.42", "GB"),
        ("133.11.0.1", "JP"),
        ("134.158.69.1", "FR"),
        ("193.0.6.139", "NL"),
        ("196.216.2.6", "ZA"),
        ("200.160.2.3", "BR"),
        ("2001:67c:2e8:22::c100:68b", "NL"),
        ("2001:200:dff::1", "JP"),
        ("2804:14c::1", "BR"),
        ("2c0f:fff0::1", "NG"),
        // The source had another country here.
        ("2001:4479::1", "AU"),
    ];
    for (address, code) in cases {
        assert_eq!(country(&table, address), code, "{address}");
    }
}

#[test]
fn an_ipv6_address_that_stands_for_an_ipv4_one_is_where_that_is() {
    let table = CountryTable::shipped().unwrap();
    for address in ["::ffff:8.8.8.8", "2002:808:808::1", "2001:0:4136:e378:8000:63bf:f7f7:f7f7"] {
        assert_eq!(country(&table, address), "US", "{address}");
    }
}

#[test]
fn addresses_of_nobody_are_nowhere() {
    let table = CountryTable::shipped().unwrap();
    let addresses = "0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 169.254.1.1 172.16.0.1 172.31.255.255 192.0.2.1 \
                     192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255 :: ::1 \
                     64:ff9b::a00:1 2001:db8::1 2002:a00:1::1 3fff::1 fc00::1 fd00::1 fe80::1 ff02::1 \
                     ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ::ffff:127.0.0.1";
    for address in addresses.split_whitespace() {
        assert_eq!(country(&table, address), "ZZ", "{address}");
    }
}

#[test]
fn the_shipped_file_is_the_one_that_was_checked() {
    let table = CountryTable::shipped().unwrap();
    assert_eq!((SHIPPED.len(), crc32fast::hash(SHIPPED)), (616_743, 3_837_954_155));
    assert_eq!((table.v4.all().len(), table.v6.all().len()), (370_068, 263_589));
    assert!(table.heap_bytes() < 3_000_000, "{}", table.heap_bytes());
    // Else: pack the source again with today's compressor.
    assert!(unpacked(&table).pack() == SHIPPED, "the shipped file is not what is made of its content");
}

#[test]
fn neighbours_of_one_country_are_one_range() {
    let lines = "0.0.0.0,\n1.0.0.0,AU\n1.0.1.0,AU\n1.0.2.0,\n";
    assert_eq!(ranges(lines, "::,").v4.len(), 3);
}

#[test]
fn a_source_that_is_malformed_is_refused_by_line() {
    let cases = [
        ("", "::,", "IPv4: there is no range"),
        ("1.0.0.0,AU", "::,", "IPv4, line 1: must begin behind the line before, the first at 0"),
        ("0.0.0.0,\n0.0.0.0,AU", "::,", "IPv4, line 2: must begin behind the line before, the first at 0"),
        ("0.0.0.0", "::,", "IPv4, line 1: must be an address, a comma, and two letters or nothing"),
        (
            "0.0.0.0,",
            "::,\n1.0.0.0,AU",
            "IPv6, line 2: must be an address, a comma, and two letters or nothing",
        ),
        (
            "0.0.0.0,",
            "::,\n2a00::,D1",
            "IPv6, line 2: must be an address, a comma, and two letters or nothing",
        ),
        ("0.0.0.0,", "::,\n2a00:0:0:1::,DE", "IPv6, line 2: must begin at a multiple of a /48"),
    ];
    for (v4, v6, fault) in cases {
        assert_eq!(CountryRanges::parse(v4, v6).unwrap_err().to_string(), fault);
    }
    let codes =
        (0..256_u16).map(|number| format!("0.0.{number}.0,{}\n", Country::of_number(number).unwrap()));
    assert_eq!(CountryRanges::parse(&codes.collect::<String>(), "::,"), Err(InvalidCountryRanges::Countries));
}

#[test]
fn a_damaged_file_is_refused_wherever_it_is_damaged() {
    let whole = ranges("0.0.0.0,\n1.0.0.0,AU\n1.0.1.0,CN", "::,\n2a00::,DE\n2a00:8000::,").pack();
    assert!(CountryTable::unpack(&whole).is_ok());
    for length in 0..whole.len() {
        assert!(CountryTable::unpack(&whole[..length]).is_err(), "{length} bytes");
    }
    for bit in 0..whole.len() * 8 {
        let mut damaged = whole.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        assert!(CountryTable::unpack(&damaged).is_err(), "bit {bit}");
    }
    let longer = [&whole[..], &[0]].concat();
    assert_eq!(CountryTable::unpack(&longer).unwrap_err(), InvalidCountryTable::Checksum);
    assert_eq!(CountryTable::unpack(b"ezqrgeo2").unwrap_err(), InvalidCountryTable::Form);
}

/// Ascending ranges from 0 on, dense in places, of `bits` bits.
fn family(bits: u32) -> impl Strategy<Value = Vec<Range>> {
    let first =
        prop_oneof![0..1_u64 << bits, 0..300_u64, (0..300_u64).prop_map(move |low| (1 << (bits - 1)) + low)];
    prop::collection::btree_map(first, 0..60_u16, 0..80).prop_map(|firsts| {
        let country = |number| Country::of_number(number).unwrap();
        let rest = firsts.into_iter().filter(|(first, _)| *first > 0);
        std::iter::once((0, Country::UNKNOWN))
            .chain(rest.map(|(first, number)| (first, country(number))))
            .collect()
    })
}

fn brute_force(ranges: &[Range], key: u64) -> Country {
    ranges.iter().rfind(|(first, _)| *first <= key).unwrap().1
}

proptest! {
    #[test]
    fn a_packed_table_answers_as_its_source(
        v4 in family(32),
        v6 in family(48),
        others in prop::collection::vec(any::<u64>(), 20),
    ) {
        let source = CountryRanges { v4, v6 };
        let packed = source.pack();
        prop_assert_eq!(&packed, &source.clone().pack());
        let table = CountryTable::unpack(&packed).unwrap();
        prop_assert_eq!(&unpacked(&table), &source);
        let around = |ranges: &[Range]| -> Vec<u64> {
            let firsts = ranges.iter().map(|range| range.0);
            firsts.flat_map(|first| [first.saturating_sub(1), first, first + 1]).chain(others.clone()).collect()
        };
        for key in around(&source.v4) {
            let key = u32::try_from(key & 0xffff_ffff).unwrap();
            let address = Ipv4Addr::from(key);
            prop_assert_eq!(table.country(address.into()), brute_force(&source.v4, key.into()), "{}", address);
        }
        for key in around(&source.v6) {
            let key = key & 0xffff_ffff_ffff;
            let address = Ipv6Addr::from(u128::from(key) << 80 | 0xffff);
            if carried(address).is_none() {
                prop_assert_eq!(table.country(address.into()), brute_force(&source.v6, key), "{}", address);
            }
        }
    }
}

#[test]
fn content_with_a_right_checksum_is_a_table_or_an_error() {
    let whole = ranges("0.0.0.0,\n1.0.0.0,AU\n1.0.1.0,CN", "::,\n2a00::,DE\n2a00:8000::,").pack();
    let content = miniz_oxide::inflate::decompress_to_vec(&whole[12..]).unwrap();
    let framed = |content: &[u8]| {
        let body = miniz_oxide::deflate::compress_to_vec(content, 1);
        [&b"ezqrgeo1"[..], &crc32fast::hash(&body).to_le_bytes(), &body].concat()
    };
    assert!(CountryTable::unpack(&framed(&content)).is_ok());
    for length in 0..content.len() {
        let table = CountryTable::unpack(&framed(&content[..length]));
        assert_eq!(table.unwrap_err(), InvalidCountryTable::Malformed, "{length} bytes");
    }
    let longer = framed(&[&content[..], &[0]].concat());
    assert_eq!(CountryTable::unpack(&longer).unwrap_err(), InvalidCountryTable::Malformed);
    let mut refused = 0;
    for place in 0..content.len() {
        for byte in [0, 1, 3, 0x3f, 0x40, 0x7f, 0x80, 0xff] {
            let mut changed = content.clone();
            changed[place] = byte;
            match CountryTable::unpack(&framed(&changed)) {
                Ok(table) => drop(table.country(Ipv4Addr::LOCALHOST.into())),
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > content.len(), "{refused} were refused");
}

#[test]
fn the_attribution_stands_where_the_licence_wants_it() {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for (name, text) in [
        ("NOTICE", include_str!("../../../../NOTICE")),
        ("schema/README.md", include_str!("../../../README.md")),
        ("README.md", include_str!("../../../../README.md")),
    ] {
        assert!(words(text).contains(GEO_ATTRIBUTION), "{name}");
    }
}
