use std::sync::LazyLock;

use proptest::prelude::*;
use regex::Regex;

use super::{TargetUrl, TargetUrlError, UnusableTarget};

#[test]
fn a_valid_uri_is_kept_as_given() {
    let given = [
        ("https://app.example.com/c/4471", "app.example.com"),
        ("http://example.com", "example.com"),
        ("HTTPS://EXAMPLE.COM/A", "example.com"),
        ("https://example.com:8443/?q=1&r=%20#part", "example.com"),
        ("https://user:secret@example.com/", "example.com"),
        ("https://[2001:db8::1]:8080/x", "[2001:db8::1]"),
        ("http://192.0.2.7/", "192.0.2.7"),
        ("https://r.ezqr.io/abc123", "r.ezqr.io"),
        ("https://example.com/a/../b", "example.com"),
        ("http://localhost:3000/", "localhost"),
    ];
    for (text, host) in given {
        let target = TargetUrl::parse(text).unwrap();
        assert_eq!(target.as_str(), text);
        assert_eq!(target.host(), host, "{text}");
    }
}

#[test]
fn anything_else_is_serialised_as_a_uri() {
    let given = [
        ("https://bücher.example/ä?ö#ü", "https://xn--bcher-kva.example/%C3%A4?%C3%B6#%C3%BC"),
        ("https://example.com/a b", "https://example.com/a%20b"),
        ("https://example.com/<script>", "https://example.com/%3Cscript%3E"),
        ("https://example.com/\u{202e}gpj", "https://example.com/%E2%80%AEgpj"),
        ("https://example.com\\@evil.example/", "https://example.com/@evil.example/"),
    ];
    for (text, stored) in given {
        assert_eq!(TargetUrl::parse(text).unwrap().as_str(), stored);
    }
}

#[test]
fn what_no_uri_holds_is_percent_encoded_wherever_it_stands() {
    let given = [
        ("https://e.com/?q=a|b{c}^`", "https://e.com/?q=a%7Cb%7Bc%7D%5E%60"),
        ("https://e.com/%zz?%a&%41%", "https://e.com/%25zz?%25a&%41%25"),
        ("https://e.com/a|b{c}", "https://e.com/a%7Cb%7Bc%7D"),
        ("https://e.com/a[1]?b[2]=c#d[3]", "https://e.com/a%5B1%5D?b%5B2%5D=c#d%5B3%5D"),
        ("https://e.com/#a#b|c#", "https://e.com/#a%23b%7Cc%23"),
        ("https://u[s@e%r@e.com/", "https://u%5Bs%40e%25r@e.com/"),
        ("https://[2001:db8::1]:8080/x?[", "https://[2001:db8::1]:8080/x?%5B"),
        ("https://e.com/a b?q=ü|\\x%#", "https://e.com/a%20b?q=%C3%BC%7C%5Cx%25#"),
        ("https://e.com/a/../b?x|", "https://e.com/a/../b?x%7C"),
    ];
    for (text, stored) in given {
        let target = TargetUrl::parse(text).unwrap();
        assert_eq!(target.as_str(), stored);
        assert_eq!(TargetUrl::parse(stored), Ok(target));
    }
}

#[test]
fn what_is_stored_is_taken_as_it_is_if_it_can_stand_in_a_header() {
    for text in ["https://e.com/?q=a|b", "gopher://old.example", "%zz", &"a".repeat(9_000)] {
        assert_eq!(TargetUrl::from_stored(text).unwrap().as_str(), text);
    }
    for text in ["", "https://e.com/a b", "https://e.com/\r\nA: b", "https://bücher.example"] {
        assert_eq!(TargetUrl::from_stored(text), Err(UnusableTarget), "{text:?}");
    }
}

#[test]
fn every_refusal_names_its_rule() {
    let refused = |scheme: &str| TargetUrlError::SchemeRefused { scheme: scheme.to_owned() };
    let hostile = [
        ("", TargetUrlError::Empty),
        ("javascript:alert(1)", refused("javascript")),
        ("JaVaScRiPt://example.com/%0aalert(1)", refused("javascript")),
        ("data:text/html,<script>alert(1)</script>", refused("data")),
        ("file:///etc/passwd", refused("file")),
        ("ftp://example.com/", refused("ftp")),
        ("mailto:ann@example.com", refused("mailto")),
        ("view-source:https://example.com", refused("view-source")),
        ("blob:https://example.com/1", refused("blob")),
        ("example.com/c", TargetUrlError::SchemeMissing),
        ("example.com:8080/c", TargetUrlError::SchemeMissing),
        ("localhost:8080/c", TargetUrlError::SchemeMissing),
        ("//example.com/c", TargetUrlError::SchemeMissing),
        ("/c/4471", TargetUrlError::SchemeMissing),
        ("?next=https://example.com", TargetUrlError::SchemeMissing),
        ("https:example.com", TargetUrlError::HostMissing),
        ("https:/example.com", TargetUrlError::HostMissing),
        ("https:\\\\example.com", TargetUrlError::HostMissing),
        ("https://", TargetUrlError::HostMissing),
        ("https:///example.com", TargetUrlError::HostMissing),
        ("https://\\example.com", TargetUrlError::HostMissing),
        ("https://?a", TargetUrlError::HostMissing),
        ("https://#a", TargetUrlError::HostMissing),
        ("https://example.com/\r\nSet-Cookie: a=b", TargetUrlError::ControlCharacter),
        ("https://exa\tmple.com/", TargetUrlError::ControlCharacter),
        ("java\nscript:alert(1)", TargetUrlError::ControlCharacter),
        ("https://example.com/\u{0}", TargetUrlError::ControlCharacter),
        ("https://example.com/\u{85}", TargetUrlError::ControlCharacter),
        (" https://example.com/", TargetUrlError::SurroundingSpace),
        ("https://example.com/ ", TargetUrlError::SurroundingSpace),
        ("\u{a0}javascript:alert(1)", TargetUrlError::SurroundingSpace),
    ];
    for (text, rule) in hostile {
        assert_eq!(TargetUrl::parse(text), Err(rule), "{text:?}");
    }
}

#[test]
fn a_host_or_port_out_of_form_is_malformed() {
    for text in [
        "https://exa mple.com/",
        "https://example.com:99999/",
        "https://example.com:port/",
        "https://[::1/",
        "https://256.256.256.256/",
        "https://user@/",
        "https://:80/",
        "https://a%00b.example/",
        "https://xn--a/",
    ] {
        let outcome = TargetUrl::parse(text);
        assert!(matches!(outcome, Err(TargetUrlError::Malformed { .. })), "{text}: {outcome:?}");
    }
}

#[test]
fn a_scheme_in_an_error_is_shortened() {
    let scheme = "x".repeat(1_000);
    let error = TargetUrl::parse(&format!("{scheme}:y")).unwrap_err();
    assert_eq!(error, TargetUrlError::SchemeRefused { scheme: "x".repeat(32) });
}

#[test]
fn the_bound_holds_for_the_given_and_for_the_stored_text() {
    let longest = format!("https://example.com/{}", "a".repeat(TargetUrl::MAX_BYTES - 20));
    assert_eq!(TargetUrl::parse(&longest).unwrap().as_str().len(), TargetUrl::MAX_BYTES);
    let too_long = TargetUrlError::TooLong { bytes: 2_049, maximum: 2_048 };
    assert_eq!(TargetUrl::parse(&format!("{longest}a")), Err(too_long));
    let grows = format!("https://example.com/{}", "ä".repeat(1_000));
    let too_long = TargetUrlError::TooLong { bytes: 6_020, maximum: 2_048 };
    assert_eq!(TargetUrl::parse(&grows), Err(too_long));
}

/// The generic syntax of RFC 3986, appendix A, for `http` and `https` with a host.
fn is_strict_uri(text: &str) -> bool {
    static URI: LazyLock<Regex> = LazyLock::new(|| {
        let with = |more: &str| format!(r"(?:[A-Za-z0-9._~!$&'()*+,;={more}-]|%[0-9A-Fa-f]{{2}})*");
        let (user, name, path, query) = (with(":"), with(""), with(":@/"), with(":@/?"));
        let host = format!(r"(?:\[[0-9A-Fa-f:.]+\]|{name})");
        Regex::new(&format!(
            r"^(?i:https?)://(?:{user}@)?{host}(?::[0-9]*)?(?:/{path})?(?:\?{query})?(?:#{query})?$"
        ))
        .unwrap()
    });
    URI.is_match(text)
}

proptest! {
    #[test]
    fn what_is_accepted_is_a_uri_by_the_letter(
        text in r"https?://([a-z%@\[\]|:]{0,6}@)?(e\.com|bücher\.example|\[::1\])(:8080)?[/?#][\x20-\x7eü\u{202e}]{0,30}",
    ) {
        if let Ok(target) = TargetUrl::parse(&text) {
            prop_assert!(is_strict_uri(target.as_str()), "{}", target);
            prop_assert_eq!(TargetUrl::parse(target.as_str()), Ok(target.clone()));
        }
    }

    #[test]
    fn what_is_accepted_is_printable_ascii_and_parses_to_itself(text in r"(https?://)?[\PC\r\n\t]{0,40}") {
        if let Ok(target) = TargetUrl::parse(&text) {
            prop_assert!(target.as_str().bytes().all(|byte| byte.is_ascii_graphic()));
            prop_assert!(!target.host().is_empty());
            prop_assert_eq!(TargetUrl::parse(target.as_str()), Ok(target.clone()));
        }
    }
}
