//! A node of a chain of fronts (RFC 7239, 6), and an entry of `X-Forwarded-For`, which is one without quotes.

use std::net::IpAddr;

/// The address of a node that tells it, with or without a port; brackets around an IPv6 address may be left out
/// where there is no port. One that is hidden (`unknown`, `_name`) tells none. An IPv4 address mapped into IPv6
/// counts as IPv4.
pub(super) fn address(text: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(text).ok()?;
    let address = text.parse().ok().or_else(|| bracketed(text)).or_else(|| with_port(text))?;
    Some(address.to_canonical())
}

fn bracketed(text: &str) -> Option<IpAddr> {
    let (address, port) = text.strip_prefix('[')?.split_once(']')?;
    if !port.is_empty() && !port.strip_prefix(':').is_some_and(is_port) {
        return None;
    }
    address.parse().map(IpAddr::V6).ok()
}

fn with_port(text: &str) -> Option<IpAddr> {
    let (address, port) = text.split_once(':')?;
    if !is_port(port) {
        return None;
    }
    address.parse().map(IpAddr::V4).ok()
}

/// A port, or a name for one that is hidden.
fn is_port(text: &str) -> bool {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    match text.strip_prefix('_') {
        Some(name) => !name.is_empty() && name.bytes().all(is_name),
        None => (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_with_and_without_port() {
        let cases = [
            ("192.0.2.43", "192.0.2.43"),
            ("192.0.2.43:47011", "192.0.2.43"),
            ("192.0.2.43:_port", "192.0.2.43"),
            ("[2001:db8:cafe::17]", "2001:db8:cafe::17"),
            ("[2001:db8:cafe::17]:47011", "2001:db8:cafe::17"),
            ("2001:db8:cafe::17", "2001:db8:cafe::17"),
            ("::ffff:192.0.2.43", "192.0.2.43"),
            ("[::ffff:192.0.2.43]:1", "192.0.2.43"),
        ];
        for (text, expected) in cases {
            assert_eq!(address(text.as_bytes()), expected.parse().ok(), "{text}");
        }
    }

    #[test]
    fn what_is_hidden_or_malformed_tells_no_address() {
        let cases = [
            "",
            "unknown",
            "_hidden",
            "192.0.2",
            "192.0.2.256",
            "192.0.2.43:",
            "192.0.2.43:123456",
            "192.0.2.43:x",
            "192.0.2.43:_",
            "192.0.2.43 ",
            "[192.0.2.43]",
            "[2001:db8::1",
            "[2001:db8::1]x",
            "[2001:db8::1]:",
            "2001:db8::1]",
            "fe80::1%eth0",
            "0x7f.1",
            "\"192.0.2.43\"",
            "192.0.2.43:1:2",
        ];
        for text in cases {
            assert_eq!(address(text.as_bytes()), None, "{text}");
        }
        assert_eq!(address(b"192.0.2.43\xff"), None);
    }
}
