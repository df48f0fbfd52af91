use super::{LinkBase, LinkBaseError, LinkCapitals};
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
fn a_stored_link_base_is_printed_as_it_is() {
    for text in ["https://r.example.com", "https://ex ample:8443", "https://xn--a", "r.example"] {
        let base = LinkBase::from_stored(text);
        assert_eq!(base.as_str(), text);
        assert_eq!(base.link_for("a"), format!("{text}/a"));
    }
    let base = LinkBase::from_stored("https://r.example.com:8443");
    assert_eq!(base, LinkBase::parse("https://r.example.com:8443").unwrap());
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
fn a_printed_link_is_in_capitals_behind_its_scheme() {
    let printed =
        |base: &str, short: &str| LinkBase::parse(base).unwrap().pattern_for(short, LinkCapitals::default());
    let base = LinkBase::parse("https://r.example.com").unwrap();
    assert_eq!(base.link_for("7k3mx9qa"), "https://r.example.com/7k3mx9qa");
    assert_eq!(printed("https://r.example.com", "7k3mx9qa"), "https://R.EXAMPLE.COM/7K3MX9QA");
    assert_eq!(printed("https://r.example.com", "spring-sale"), "https://R.EXAMPLE.COM/SPRING-SALE");
    assert_eq!(printed("http://127.0.0.1:8080", "7k3mx9qa"), "http://127.0.0.1:8080/7K3MX9QA");
    assert_eq!(printed("https://kürz.example", "7k3mx9qa"), "https://XN--KRZ-HOA.EXAMPLE/7K3MX9QA");
    // Alphanumeric mode has no underscore and no brackets.
    assert_eq!(printed("https://my_host.example", "7k3mx9qa"), "https://my_host.example/7k3mx9qa");
    assert_eq!(printed("http://[::1]:8080", "7k3mx9qa"), "http://[::1]:8080/7k3mx9qa");
}

#[test]
fn a_printed_link_has_the_capitals_that_are_set() {
    let base = LinkBase::parse("https://r.example.com").unwrap();
    assert_eq!(base.pattern_for("7k3mx9qa", LinkCapitals::All), "HTTPS://R.EXAMPLE.COM/7K3MX9QA");
    assert_eq!(base.pattern_for("7k3mx9qa", LinkCapitals::None), "https://r.example.com/7k3mx9qa");
    let with_underscore = LinkBase::parse("https://my_host.example").unwrap();
    for capitals in [LinkCapitals::AfterScheme, LinkCapitals::All, LinkCapitals::None] {
        assert_eq!(with_underscore.pattern_for("7k3mx9qa", capitals), "https://my_host.example/7k3mx9qa");
        // However it is written, it is the same link.
        assert_eq!(base.pattern_for("7k3mx9qa", capitals).to_lowercase(), base.link_for("7k3mx9qa"));
    }
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
    let other = LinkBase::parse("http://192.0.2.7:8080").unwrap();
    assert!(other.is_host_of(&TargetUrl::parse("http://[::ffff:192.0.2.7]:8080/a").unwrap()));
    assert!(!other.is_host_of(&TargetUrl::parse("http://[::ffff:192.0.2.8]:8080/a").unwrap()));
    assert!(!base.is_host_of(&TargetUrl::parse("http://127.0.0.1:8081/a").unwrap()));
}

#[test]
fn all_names_of_the_own_machine_are_one() {
    let own = ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "127.1.2.3", "0.0.0.0", "[::]"];
    for host in own {
        let base = LinkBase::parse(&format!("http://{host}:8080")).unwrap();
        for target in own.into_iter().chain(["LOCALHOST.", "api.localhost", "[::ffff:7f00:1]"]) {
            let leads =
                |port| base.is_host_of(&TargetUrl::parse(&format!("http://{target}:{port}/a")).unwrap());
            assert!(leads(8080), "{target} from {base}");
            assert!(!leads(8081), "{target} from {base}");
        }
        for target in ["http://localhost.example.com:8080/", "http://128.0.0.1:8080/", "http://[::2]:8080/"] {
            assert!(!base.is_host_of(&TargetUrl::parse(target).unwrap()), "{target} from {base}");
        }
    }
    let elsewhere = LinkBase::parse("https://r.example.com").unwrap();
    assert!(!elsewhere.is_host_of(&TargetUrl::parse("https://localhost/").unwrap()));
}
