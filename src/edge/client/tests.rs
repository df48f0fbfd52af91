use actix_web::http::header::HeaderValue;
use proptest::prelude::*;

use super::*;

/// Trusts `10.0.0.0/8` and `fd00::/8`, and the header `CF-IPCountry`.
fn fronts() -> Fronts {
    let networks = ["10.0.0.0/8", "fd00::/8"].map(|network| network.parse().unwrap());
    Fronts { networks: networks.into(), country_header: Some(HeaderName::from_static("cf-ipcountry")) }
}

fn headers(lines: &[(&'static str, &[u8])]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(HeaderName::from_static(name), HeaderValue::from_bytes(value).unwrap());
    }
    headers
}

/// The client behind the front 10.0.0.1, by header lines.
fn behind_front(lines: &[(&'static str, &[u8])]) -> String {
    fronts().client_of("10.0.0.1".parse().unwrap(), &headers(lines)).to_string()
}

fn listed(value: &str) -> String {
    behind_front(&[("x-forwarded-for", value.as_bytes())])
}

fn described(value: &str) -> String {
    behind_front(&[("forwarded", value.as_bytes())])
}

#[test]
fn the_client_is_the_last_entry_that_is_no_front() {
    let cases = [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1, 10.0.0.2, 10.0.0.3", "192.0.2.1"),
        ("203.0.113.9, 192.0.2.1, 10.0.0.2", "192.0.2.1"),
        ("2001:db8::1, fd00::2", "2001:db8::1"),
        ("192.0.2.1:4711, [fd00::2]:80", "192.0.2.1"),
        ("192.0.2.1,,", "192.0.2.1"),
        // All of them are fronts: the farthest asks for itself.
        ("10.9.9.9, 10.0.0.2", "10.9.9.9"),
        ("::ffff:192.0.2.1, ::ffff:10.0.0.2", "192.0.2.1"),
        ("", "10.0.0.1"),
    ];
    for (value, client) in cases {
        assert_eq!(listed(value), client, "{value}");
    }
    let cases = [
        ("for=192.0.2.1", "192.0.2.1"),
        (r#"for=203.0.113.9, For="[2001:db8::1]:4711";proto=https, for=10.0.0.2"#, "2001:db8::1"),
        (r#"for=192.0.2.1;host="a, for=203.0.113.9", for=10.0.0.2"#, "192.0.2.1"),
    ];
    for (value, client) in cases {
        assert_eq!(described(value), client, "{value}");
    }
}

#[test]
fn lines_of_one_header_are_one_list() {
    let lines: [(_, &[u8]); 2] =
        [("x-forwarded-for", b"203.0.113.9"), ("x-forwarded-for", b"192.0.2.1, 10.0.0.2")];
    assert_eq!(behind_front(&lines), "192.0.2.1");
}

#[test]
fn an_entry_that_cannot_be_read_ends_the_walk_at_the_last_good_one() {
    for bad in ["unknown", "_hidden", "nonsense", "192.0.2", "[192.0.2.1]", "192.0.2.1 192.0.2.2"] {
        assert_eq!(listed(&format!("203.0.113.9, {bad}, 10.0.0.3")), "10.0.0.3", "{bad}");
        assert_eq!(listed(&format!("203.0.113.9, {bad}")), "10.0.0.1", "{bad}");
        assert_eq!(described(&format!("for=203.0.113.9, for={bad}, for=10.0.0.3")), "10.0.0.3", "{bad}");
    }
    assert_eq!(described("for=203.0.113.9, proto=https"), "10.0.0.1");
    assert_eq!(behind_front(&[("x-forwarded-for", b"203.0.113.9, \xff\xfe, 10.0.0.3")]), "10.0.0.3");
    // What lies before the client is not even looked at.
    assert_eq!(behind_front(&[("x-forwarded-for", b"\xff\xfe, 192.0.2.1")]), "192.0.2.1");
}

#[test]
fn a_quote_left_open_by_a_client_swallows_nothing_of_a_front() {
    assert_eq!(described(r#"for="203.0.113.9, for=192.0.2.1"#), "192.0.2.1");
    assert_eq!(described(r#"for="203.0.113.9;x="\, for="192.0.2.1:80""#), "192.0.2.1");
    // A front escapes what it quotes of a client.
    assert_eq!(described(r#"for=192.0.2.1;host="x\", for=203.0.113.9;by=\"""#), "192.0.2.1");
}

#[test]
fn of_two_headers_only_what_they_agree_in_counts() {
    let both = |described: &str| {
        behind_front(&[("x-forwarded-for", b"192.0.2.1"), ("forwarded", described.as_bytes())])
    };
    assert_eq!(both("for=192.0.2.1;proto=https"), "192.0.2.1");
    assert_eq!(both("for=203.0.113.9"), "10.0.0.1");
    assert_eq!(both("for=unknown"), "10.0.0.1");
}

#[test]
fn long_headers_are_followed_through_a_few_fronts_only() {
    let fronts = "10.0.0.2, ".repeat(6_500);
    assert!(fronts.len() > 64_000);
    assert_eq!(listed(&format!("{fronts}192.0.2.1")), "192.0.2.1");
    assert_eq!(listed(&format!("192.0.2.1, {fronts}")), "10.0.0.2");
    assert_eq!(listed(&"\"".repeat(65_536)), "10.0.0.1");
    assert_eq!(described(&format!("for={}\"", "\\".repeat(65_536))), "10.0.0.1");
    assert_eq!(listed(&"9".repeat(65_536)), "10.0.0.1");
}

#[test]
fn a_country_is_believed_of_a_front_alone() {
    let told = |peer: &str, code: &[u8]| {
        fronts().country_of(peer.parse().unwrap(), &headers(&[("cf-ipcountry", code)]))
    };
    let germany = Country::parse("DE").ok();
    assert_eq!((told("10.0.0.1", b"DE"), told("10.0.0.1", b"de")), (germany, germany));
    for unknown in ["XX", "T1", "A1", "xx"] {
        assert_eq!(told("10.0.0.1", unknown.as_bytes()), Some(Country::UNKNOWN), "{unknown}");
    }
    for nothing in [&b""[..], b"D", b"DEU", b"11", b"D\xff", b"DE, FR"] {
        assert_eq!(told("10.0.0.1", nothing), None, "{nothing:?}");
    }
    assert_eq!(told("192.0.2.1", b"DE"), None);
    // One of the two was not written by the front.
    let twice = headers(&[("cf-ipcountry", b"DE"), ("cf-ipcountry", b"DE")]);
    assert_eq!(fronts().country_of("10.0.0.1".parse().unwrap(), &twice), None);
    let mut unnamed = fronts();
    unnamed.country_header = None;
    assert_eq!(unnamed.country_of("10.0.0.1".parse().unwrap(), &headers(&[("cf-ipcountry", b"DE")])), None);
}

fn lines() -> impl Strategy<Value = Vec<(usize, Vec<u8>)>> {
    let readable = "(for=)?\"?(10\\.0\\.0\\.[0-9]|192\\.0\\.2\\.[0-9]|\\[fd00::[0-9]\\](:80)?|unknown|DE)\"?";
    let part = prop_oneof![
        readable.prop_map(String::into_bytes),
        prop::collection::vec(prop_oneof![Just(b'\t'), 0x20..=0x7e_u8, 0x80..=0xff_u8], 0..20),
    ];
    let value = prop::collection::vec(part, 0..6).prop_map(|parts| parts.join(&b", "[..]));
    prop::collection::vec((0..3_usize, value), 0..5)
}

fn header_map(lines: &[(usize, Vec<u8>)]) -> HeaderMap {
    let names = ["x-forwarded-for", "forwarded", "cf-ipcountry"];
    headers(&lines.iter().map(|(name, value)| (names[*name], value.as_slice())).collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn no_header_changes_the_answer_for_a_peer_that_is_no_front(
        peer in any::<IpAddr>().prop_map(|peer| peer.to_canonical()),
        lines in lines(),
    ) {
        let fronts = fronts();
        prop_assume!(!fronts.are_trusted_at(peer));
        let headers = header_map(&lines);
        prop_assert_eq!(fronts.client_of(peer, &headers), peer);
        prop_assert_eq!(fronts.country_of(peer, &headers), None);
    }

    #[test]
    fn what_a_client_sends_changes_nothing_before_the_entry_of_a_front(
        sent in lines(),
        client in any::<Ipv4Addr>().prop_map(IpAddr::V4),
        is_listed in any::<bool>(),
    ) {
        let fronts = fronts();
        prop_assume!(!fronts.are_trusted_at(client));
        // The front removes the header that it does not write, and appends to the other.
        let name = usize::from(!is_listed);
        let mut lines: Vec<_> = sent.into_iter().filter(|(line, _)| *line == name).collect();
        let entry = if is_listed { client.to_string() } else { format!("for={client}") };
        let mut last = lines.pop().map_or_else(Vec::new, |(_, value)| [value, b", ".to_vec()].concat());
        last.extend(entry.bytes());
        lines.push((name, last));
        let peer = "10.0.0.1".parse().unwrap();
        prop_assert_eq!(fronts.client_of(peer, &header_map(&lines)), client);
    }
}
