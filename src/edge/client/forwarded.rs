//! An element of the header `Forwarded` (RFC 7239, 4).

use std::net::IpAddr;

use super::node;
use super::parts::Parts;

/// The address that `element` was forwarded for; `None` if it names none, or more than one.
pub(super) fn address(element: &[u8]) -> Option<IpAddr> {
    let mut nodes = Parts::of(element, b';').filter_map(forwarded_for);
    let (Some(node), None) = (nodes.next(), nodes.next()) else { return None };
    node::address(unquoted(node)?)
}

/// The value of a pair whose name is `for`.
fn forwarded_for(pair: &[u8]) -> Option<&[u8]> {
    let (name, value) = pair.split_at_checked(4)?;
    name.eq_ignore_ascii_case(b"for=").then_some(value)
}

/// The value without its quotes. An escape has no place in an address.
fn unquoted(value: &[u8]) -> Option<&[u8]> {
    let Some(rest) = value.strip_prefix(b"\"") else { return Some(value) };
    rest.strip_suffix(b"\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(element: &str) -> Option<String> {
        address(element.as_bytes()).map(|address| address.to_string())
    }

    #[test]
    fn the_node_is_found_among_the_pairs() {
        let cases = [
            ("for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"),
            ("proto=http; FOR=192.0.2.60", "192.0.2.60"),
            (r#"For="[2001:db8:cafe::17]:4711""#, "2001:db8:cafe::17"),
            (r#"for="192.0.2.60:80";host="a;for=192.0.2.9""#, "192.0.2.60"),
        ];
        for (element, expected) in cases {
            assert_eq!(read(element).as_deref(), Some(expected), "{element}");
        }
    }

    #[test]
    fn an_element_without_one_readable_node_names_none() {
        let cases = [
            "",
            "proto=https",
            "for=",
            "for=unknown",
            "for=_secret",
            "for",
            "by=192.0.2.60",
            "for =192.0.2.60",
            "for=192.0.2.60;for=192.0.2.61",
            r#"for="192.0.2.60"#,
            r#"for="192.0.2.60\"""#,
            r#"for=192.0.2.60""#,
            r#"host="for=192.0.2.60""#,
        ];
        for element in cases {
            assert_eq!(read(element), None, "{element}");
        }
    }
}
