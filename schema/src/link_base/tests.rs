use super::{LinkBase, LinkBaseError};
use crate::target_url::{TargetUrl, TargetUrlError};

#[test]
fn a_link_base_has_one_written_form() {
    let given = [
        ("https://r.example.com", "https://r.example.com"),
        ("https://r.example.com/", "https://r.example.com"),
        ("HTTPS://R.Example.COM:443/", "https://r.example.com"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("https://kürz.example", "https://xn--krz-hoa.example"),
    ];
    for (text, written) in given {
        let base = LinkBase::parse(text).unwrap();
        assert_eq!(base.as_str(), written);
        assert_eq!(LinkBase::parse(written), Ok(base));
    }
}

#[test]
fn a_link_base_is_scheme_and_host_alone() {
    for text in [
        "https://r.example.com/go",
        "https://r.example.com/?a",
        "https://r.example.com#",
        "https://a.example//",
    ] {
        assert_eq!(LinkBase::parse(text), Err(LinkBaseError::NotBare), "{text}");
    }
    for text in ["https://ann@r.example.com", "https://:secret@r.example.com"] {
        assert_eq!(LinkBase::parse(text), Err(LinkBaseError::UserInformation), "{text}");
    }
    assert_eq!(LinkBase::parse("r.example.com"), Err(TargetUrlError::SchemeMissing.into()));
    let refused = TargetUrlError::SchemeRefused { scheme: "ftp".to_owned() };
    assert_eq!(LinkBase::parse("ftp://r.example.com"), Err(refused.into()));
}

#[test]
fn the_pattern_is_upper_case_where_alphanumeric_mode_holds_it() {
    let base = LinkBase::parse("https://r.example.com").unwrap();
    assert_eq!(base.link_for("7k3mx9qa"), "https://r.example.com/7k3mx9qa");
    assert_eq!(base.pattern_for("7k3mx9qa"), "HTTPS://R.EXAMPLE.COM/7K3MX9QA");
    assert_eq!(base.pattern_for("spring-sale"), "HTTPS://R.EXAMPLE.COM/SPRING-SALE");
    let with_port = LinkBase::parse("http://127.0.0.1:8080").unwrap();
    assert_eq!(with_port.pattern_for("7k3mx9qa"), "HTTP://127.0.0.1:8080/7K3MX9QA");
    let with_underscore = LinkBase::parse("https://my_host.example").unwrap();
    assert_eq!(with_underscore.pattern_for("7k3mx9qa"), "https://my_host.example/7k3mx9qa");
    let address = LinkBase::parse("http://[::1]:8080").unwrap();
    assert_eq!(address.pattern_for("7k3mx9qa"), "http://[::1]:8080/7k3mx9qa");
}

#[test]
fn a_target_on_the_same_host_closes_a_loop() {
    let base = LinkBase::parse("https://r.ezqr.io").unwrap();
    for text in [
        "https://r.ezqr.io/abc123",
        "http://r.ezqr.io/abc123",
        "https://R.EZQR.IO/",
        "https://r.ezqr.io:443/a",
        "http://r.ezqr.io:80/a",
        "https://r.ezqr.io./a",
        "https://user@r.ezqr.io/a",
        "https://r%2Eezqr.io/a",
        "https://r。ezqr.io/a",
    ] {
        assert!(base.is_host_of(&TargetUrl::parse(text).unwrap()), "{text}");
    }
    for text in [
        "https://ezqr.io/",
        "https://r.ezqr.io.example/",
        "https://r.ezqr.io:8443/",
        "https://r.ezqr.io@example.com/",
    ] {
        assert!(!base.is_host_of(&TargetUrl::parse(text).unwrap()), "{text}");
    }
}

#[test]
fn addresses_are_compared_by_value() {
    let base = LinkBase::parse("http://127.0.0.1:8080").unwrap();
    assert!(base.is_host_of(&TargetUrl::parse("http://127.1:8080/a").unwrap()));
    assert!(base.is_host_of(&TargetUrl::parse("https://0x7f000001:8080/a").unwrap()));
    assert!(!base.is_host_of(&TargetUrl::parse("http://127.0.0.1/a").unwrap()));
    assert!(!base.is_host_of(&TargetUrl::parse("http://127.0.0.1:8081/a").unwrap()));
}
