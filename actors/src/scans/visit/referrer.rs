//! Which site a request came from.

use std::collections::HashSet;

use ezqr_schema::scan::ReferrerText;

/// Hosts of our own short links and pages: who comes from there came from nowhere else.
#[derive(Clone, Debug, Default)]
pub struct OwnHosts(HashSet<Box<str>>);

impl OwnHosts {
    /// The hosts `names`, without ports, in any case.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self(names.into_iter().map(|name| name.to_ascii_lowercase().into_boxed_str()).collect())
    }

    /// Whether `host`, in lower case, is one of them.
    fn contain(&self, host: &str) -> bool {
        self.0.contains(host)
    }
}

/// A place to write the host into that a referrer names.
#[derive(Debug, Default)]
pub(super) struct Lowered(String);

impl Lowered {
    /// What `header` says (RFC 9110, 10.1.3), in lower case.
    ///
    /// The host of an `http` or `https` URL without user, port and trailing dot, or the package of an
    /// `android-app` URL; another text, an IPv6 address and a host that is not kept are
    /// [`ReferrerText::OTHER`]. None, an empty one and one of our own are [`ReferrerText::DIRECT`].
    pub(super) fn referrer(&mut self, header: Option<&[u8]>, own: &OwnHosts) -> ReferrerText<'_> {
        let Some(header) = header.map(<[u8]>::trim_ascii).filter(|header| !header.is_empty()) else {
            return ReferrerText::DIRECT;
        };
        let host = host(header).and_then(|host| str::from_utf8(host).ok());
        let Some(host) = host.filter(|host| host.len() <= ReferrerText::LONGEST) else {
            return ReferrerText::OTHER;
        };
        self.0.clear();
        self.0.push_str(host);
        self.0.make_ascii_lowercase();
        if own.contain(&self.0) {
            return ReferrerText::DIRECT;
        }
        ReferrerText::host(&self.0).unwrap_or(ReferrerText::OTHER)
    }
}

/// The host in `url`, as it is written there.
fn host(url: &[u8]) -> Option<&[u8]> {
    let colon = url.iter().take(16).position(|byte| *byte == b':')?;
    let (scheme, rest) = url.split_at(colon);
    let is_known =
        [b"https".as_slice(), b"http", b"android-app"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    let rest = rest.strip_prefix(b"://").filter(|_| is_known)?;
    let authority = rest.split(|byte| matches!(byte, b'/' | b'?' | b'#' | b'\\')).next()?;
    let host = authority.rsplit(|byte| *byte == b'@').next()?;
    let host = host.split(|byte| *byte == b':').next()?;
    Some(host.strip_suffix(b".").unwrap_or(host))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn referrer(header: &[u8]) -> String {
        let own = OwnHosts::new(["R.example.com", "192.0.2.7"]);
        Lowered::default().referrer(Some(header), &own).as_str().to_owned()
    }

    #[test]
    fn the_host_of_a_page_is_the_referrer() {
        for (header, host) in [
            ("https://www.example.org/path?query#fragment", "www.example.org"),
            ("http://News.Example.ORG:8080/", "news.example.org"),
            ("HTTPS://example.org", "example.org"),
            ("https://example.org.", "example.org"),
            ("https://example.org?q=https://else.example", "example.org"),
            ("https://example.org#@else.example", "example.org"),
            ("https://user:word@example.org/", "example.org"),
            ("https://else.example\\@example.org/", "else.example"),
            (" https://example.org/ ", "example.org"),
            ("https://xn--bcher-kva.example/", "xn--bcher-kva.example"),
            ("https://192.0.2.1/", "192.0.2.1"),
            ("android-app://com.google.android.gm/", "com.google.android.gm"),
        ] {
            assert_eq!(referrer(header.as_bytes()), host, "{header}");
        }
    }

    #[test]
    fn what_is_not_kept_is_other() {
        let long = format!("https://{}.example/", "a".repeat(60));
        for header in [
            "about:blank",
            "example.org",
            "/path",
            "https:",
            "https://",
            "https:///path",
            "https:example.org",
            "ftp://example.org/",
            "https://localhost/",
            "https://[2001:db8::1]/",
            "https://b\u{fc}cher.example/",
            "https://a b.example/",
            "https://example..org/",
            "android-app://app/",
            "javascript:alert(1)",
            "\u{0}",
            &long,
        ] {
            assert_eq!(referrer(header.as_bytes()), "other", "{header}");
        }
        assert_eq!(referrer(&vec![b'h'; 65_536]), "other");
        assert_eq!(referrer(b"https://\xff\xfe.example/"), "other");
    }

    #[test]
    fn who_comes_from_nowhere_or_from_us_is_direct() {
        let mut lowered = Lowered::default();
        assert_eq!(lowered.referrer(None, &OwnHosts::default()), ReferrerText::DIRECT);
        for header in
            ["", "  ", "https://r.example.com/abc", "http://R.EXAMPLE.com:8080/", "http://192.0.2.7/"]
        {
            assert_eq!(referrer(header.as_bytes()), "direct", "{header}");
        }
    }

    #[test]
    fn nothing_is_left_of_the_referrer_before() {
        let (own, mut lowered) = (OwnHosts::default(), Lowered::default());
        lowered.referrer(Some(b"https://a-long-name.example/"), &own);
        assert_eq!(lowered.referrer(Some(b"https://b.example/"), &own).as_str(), "b.example");
    }

    proptest! {
        #[test]
        fn any_bytes_make_a_referrer_that_is_kept(
            start in proptest::sample::select(vec!["", "https://", "http://a", "android-app://", "https://a.b"]),
            rest in proptest::collection::vec(any::<u8>(), 0..300),
        ) {
            let header = [start.as_bytes(), rest.as_slice()].concat();
            let referrer = referrer(&header);
            prop_assert!(ReferrerText::of_stored(&referrer).is_some(), "{}", referrer);
        }
    }
}
