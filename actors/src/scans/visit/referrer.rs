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
        let Some(host) = host(header) else { return ReferrerText::OTHER };
        if host.len() > ReferrerText::LONGEST {
            return ReferrerText::OTHER;
        }
        self.0.clear();
        self.0.extend(host.iter().map(|byte| char::from(byte.to_ascii_lowercase())));
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
