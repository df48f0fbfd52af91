use std::net::Ipv6Addr;

use super::*;

/// A value of a database's data section (`MaxMind DB` 2.0, "Data Section"), shorter than 29 bytes or fields.
fn text(text: &str) -> Vec<u8> {
    [&[2 << 5 | u8::try_from(text.len()).unwrap()], text.as_bytes()].concat()
}

fn map(fields: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let fields_of = fields.iter().flat_map(|(name, value)| [text(name), value.clone()].concat());
    std::iter::once(7 << 5 | u8::try_from(fields.len()).unwrap()).chain(fields_of).collect()
}

fn iso_code(code: &str) -> Vec<u8> {
    map(&[("iso_code", text(code))])
}

fn number(number: u32) -> Vec<u8> {
    [&[6 << 5 | 4][..], &number.to_be_bytes()].concat()
}

/// A short number, as the format wants some of its own fields.
fn short(number: u16) -> Vec<u8> {
    [&[5 << 5 | 2][..], &number.to_be_bytes()].concat()
}

#[derive(Clone, Copy)]
enum Side {
    Nothing,
    Node(usize),
    Record(usize),
}

/// A database of IPv6, with IPv4 under `::/96`, of networks that do not overlap.
fn database(networks: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut nodes = vec![[Side::Nothing; 2]];
    let mut data = Vec::new();
    for (network, record) in networks {
        let (address, length) = network.split_once('/').unwrap();
        let length: usize = length.parse().unwrap();
        let (bits, length) = match address.parse().unwrap() {
            IpAddr::V4(address) => (u128::from(u32::from(address)), length + 96),
            IpAddr::V6(address) => (Ipv6Addr::to_bits(address), length),
        };
        let mut node = 0;
        for depth in 0..length {
            let side = usize::from(bits >> (127 - depth) & 1 == 1);
            if depth + 1 == length {
                nodes[node][side] = Side::Record(data.len());
            } else if let Side::Node(next) = nodes[node][side] {
                node = next;
            } else {
                nodes.push([Side::Nothing; 2]);
                let next = nodes.len() - 1;
                nodes[node][side] = Side::Node(next);
                node = next;
            }
        }
        data.extend(record);
    }
    let value = |side: Side| match side {
        Side::Nothing => nodes.len(),
        Side::Node(node) => node,
        Side::Record(offset) => nodes.len() + 16 + offset,
    };
    let tree = nodes.iter().flatten().flat_map(|side| {
        let [_, bytes @ ..] = u32::try_from(value(*side)).unwrap().to_be_bytes();
        bytes
    });
    let metadata = map(&[
        ("binary_format_major_version", short(2)),
        ("binary_format_minor_version", short(0)),
        ("build_epoch", [&[8, 2][..], &1_700_000_000_u64.to_be_bytes()].concat()),
        ("database_type", text("Test-Country")),
        ("description", map(&[])),
        ("ip_version", short(6)),
        ("languages", vec![0, 4]),
        ("node_count", number(u32::try_from(nodes.len()).unwrap())),
        ("record_size", short(24)),
    ]);
    let tree: Vec<u8> = tree.collect();
    [&tree[..], &[0; 16], &data, b"\xab\xcd\xefMaxMind.com", &metadata].concat()
}

fn opened(content: &[u8]) -> Result<Countries, CountriesError> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("countries.mmdb");
    std::fs::write(&path, content).unwrap();
    Countries::open(&path)
}

fn country(countries: &Countries, address: &str) -> String {
    countries.country(address.parse().unwrap()).to_string()
}

#[test]
fn without_a_database_the_shipped_table_answers() {
    let countries = Countries::shipped().unwrap();
    assert_eq!(country(&countries, "8.8.8.8"), "US");
    assert_eq!(country(&countries.clone(), "10.0.0.1"), "ZZ");
}

#[test]
fn a_database_answers_by_whichever_field_it_has() {
    let registered = [("registered_country", iso_code("FR"))];
    let countries = opened(&database(&[
        ("192.0.2.0/25", map(&[("country", iso_code("DE")), ("registered_country", iso_code("FR"))])),
        ("192.0.2.128/25", map(&registered)),
        ("198.51.100.0/24", map(&[("country_code", text("jp"))])),
        ("2001:db8::/32", map(&[("country", text("BR"))])),
        ("203.0.113.0/25", map(&[("country", text("Brazil"))])),
        ("203.0.113.128/25", map(&[("country", map(&[])), ("continent", text("EU"))])),
    ]));
    let countries = countries.unwrap();
    let cases = [
        ("192.0.2.1", "DE"),
        ("::ffff:192.0.2.1", "DE"),
        ("192.0.2.129", "FR"),
        ("198.51.100.1", "JP"),
        ("2001:db8::1", "BR"),
        ("203.0.113.1", "ZZ"),
        ("203.0.113.129", "ZZ"),
        ("8.8.8.8", "ZZ"),
        ("2a00::1", "ZZ"),
    ];
    for (address, code) in cases {
        assert_eq!(country(&countries, address), code, "{address}");
    }
}

#[test]
fn a_file_that_is_no_database_of_countries_is_refused_by_name() {
    let missing = Countries::open(Path::new("/nowhere/countries.mmdb")).unwrap_err().to_string();
    assert!(
        missing.starts_with("cannot read the database of countries /nowhere/countries.mmdb: "),
        "{missing}"
    );
    assert!(matches!(opened(b"").unwrap_err(), CountriesError::Unreadable { .. }));
    assert!(matches!(opened(&[7; 4_096]).unwrap_err(), CountriesError::Unreadable { .. }));
    let providers = database(&[("192.0.2.0/24", map(&[("autonomous_system_number", number(64_500))]))]);
    assert!(matches!(opened(&providers).unwrap_err(), CountriesError::NoCountry { .. }));
    assert!(matches!(opened(&database(&[])).unwrap_err(), CountriesError::NoCountry { .. }));
}

#[test]
fn a_damaged_database_is_refused_or_answers_something() {
    let whole = database(&[("192.0.2.0/24", map(&[("country", iso_code("DE"))]))]);
    assert!(opened(&whole).is_ok());
    for place in 0..whole.len() {
        for byte in [0, 0xff] {
            let mut damaged = whole.clone();
            damaged[place] = byte;
            if let Ok(countries) = opened(&damaged) {
                country(&countries, "192.0.2.1");
                country(&countries, "2001:db8::1");
            }
        }
    }
}
