//! Where a dynamic code leads.

use url::Url;

/// The destination of a dynamic code: an absolute `http` or `https` URL with a host, at most
/// [`TargetUrl::MAX_BYTES`] long.
///
/// The text is a valid URI (RFC 3986), so it goes into a `Location` header as it is. It is kept as given when
/// it is one already. Otherwise what may not stand where it does is percent-encoded (`|`, a bare `%`), and a URL
/// with a space or an umlaut is first serialised as the URL Standard does, the host in Punycode. Parsing the text again gives the same text.
///
/// User information (`https://user@host/`) is allowed: destinations are chosen by the account's own programs,
/// and some of them need it. Leading and trailing white space is refused, not trimmed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TargetUrl(String);

/// Why a text is no [`TargetUrl`]; each variant is one rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetUrlError {
    /// Nothing was given.
    #[error("must not be empty")]
    Empty,
    /// Longer than allowed, as given or as serialised.
    #[error("is {bytes} bytes long; at most {maximum} are allowed")]
    TooLong {
        /// Length found, in bytes.
        bytes: usize,
        /// Length allowed, in bytes.
        maximum: usize,
    },
    /// A control character: among others carriage return, line feed and tab.
    #[error("must not contain control characters such as line breaks and tabs")]
    ControlCharacter,
    /// White space before or after the URL.
    #[error("must not begin or end with white space")]
    SurroundingSpace,
    /// No scheme: a relative reference or a bare host name.
    #[error("must be absolute and begin with http:// or https://")]
    SchemeMissing,
    /// A scheme other than `http` and `https`, for example `javascript`, `data` or `file`.
    #[error("has the scheme {scheme}; only http and https are allowed")]
    SchemeRefused {
        /// The scheme found, lower-case and shortened to 32 characters.
        scheme: String,
    },
    /// The scheme is not followed by `//` and a host.
    #[error("must name a host after http:// or https://")]
    HostMissing,
    /// The host or port is not well-formed.
    #[error("is not a valid URL: {reason}")]
    Malformed {
        /// What the URL parser found.
        reason: url::ParseError,
    },
}

/// A stored destination that is empty or holds what no `Location` header may (RFC 9110, 10.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is empty or holds a blank, a control character or one outside ASCII")]
pub struct UnusableTarget;

impl TargetUrl {
    /// Longest destination, in bytes.
    pub const MAX_BYTES: usize = 2_048;

    /// Takes a text from the store as it is: what is printed leads there, though another version would refuse or
    /// write it otherwise.
    ///
    /// # Errors
    /// It cannot stand in a header, so nobody could be sent there.
    pub fn from_stored(text: &str) -> Result<Self, UnusableTarget> {
        let is_usable = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        if is_usable { Ok(Self(text.to_owned())) } else { Err(UnusableTarget) }
    }

    /// Checks a text from outside.
    pub fn parse(text: &str) -> Result<Self, TargetUrlError> {
        http_uri(text, Self::MAX_BYTES).map(Self)
    }

    /// The URL, a valid header value.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL, a valid header value.
    pub fn into_string(self) -> String {
        self.0
    }

    /// The host in its normal form: lower-case, Punycode, an IPv6 address in brackets, without user
    /// information and port.
    pub fn host(&self) -> String {
        // `parse` saw a host, so the default is never taken.
        self.url().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
    }

    /// The URL taken apart.
    pub(crate) fn url(&self) -> Option<Url> {
        Url::parse(&self.0).ok()
    }
}

impl std::fmt::Display for TargetUrl {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// An absolute `http` or `https` URL of at most `maximum` bytes as a URI: as given when it is one, otherwise
/// as serialised.
pub(crate) fn http_uri(text: &str, maximum: usize) -> Result<String, TargetUrlError> {
    let url = parse_http_url(text, maximum)?;
    let is_close = text.bytes().all(|byte| is_uri_byte(byte) || LEFT_BARE.contains(&byte));
    let uri = strictly_encoded(if is_close { text } else { url.as_str() });
    check_length(&uri, maximum)?;
    Ok(uri)
}

/// What the URL Standard leaves as it is in a query or fragment, and RFC 3986 lets stand nowhere.
const LEFT_BARE: &[u8] = b"^`{|}";

/// `url` with everything percent-encoded that may not stand where it does (RFC 3986, 3): characters of no URI,
/// brackets outside the host, a second number sign, an at sign before the last of the authority, and a percent
/// sign that encodes nothing.
fn strictly_encoded(url: &str) -> String {
    let (scheme, rest) = url.split_once("//").unwrap_or(("", url));
    let (authority, tail) =
        rest.split_at_checked(rest.find(['/', '?', '#']).unwrap_or(rest.len())).unwrap_or((rest, ""));
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (encoded(user, b"@[]") + "@", host),
        None => (String::new(), authority),
    };
    // The number sign that begins the fragment is the first.
    let (before, fragment) = match tail.split_once('#') {
        Some((before, fragment)) => (before, format!("#{}", encoded(fragment, b"#[]"))),
        None => (tail, String::new()),
    };
    format!("{scheme}//{user}{host}{}{fragment}", encoded(before, b"[]"))
}

/// `part` with the bytes of no URI, those of `others` and a percent sign that encodes nothing percent-encoded.
fn encoded(part: &str, others: &[u8]) -> String {
    let mut text = String::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let [byte, after @ ..] = rest {
        let is_encoding =
            || matches!(after, [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit());
        let stays = is_uri_byte(*byte) && !others.contains(byte) && (*byte != b'%' || is_encoding());
        if stays {
            text.push(char::from(*byte));
        } else {
            let encoded = format!("%{byte:02X}");
            text.push_str(&encoded);
        }
        rest = after;
    }
    text
}

/// Takes an absolute `http` or `https` URL of at most `maximum` bytes apart.
///
/// Stricter than the URL Standard, which drops tabs, line breaks and surrounding spaces, and reads
/// `https:host` and `https:\\host` as if they had slashes: what is printed and what is followed would then
/// differ.
pub(crate) fn parse_http_url(text: &str, maximum: usize) -> Result<Url, TargetUrlError> {
    if text.is_empty() {
        return Err(TargetUrlError::Empty);
    }
    check_length(text, maximum)?;
    if text.chars().any(char::is_control) {
        return Err(TargetUrlError::ControlCharacter);
    }
    if text.trim().len() != text.len() {
        return Err(TargetUrlError::SurroundingSpace);
    }
    let (scheme, rest) = split_scheme(text).ok_or(TargetUrlError::SchemeMissing)?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        let scheme = scheme.chars().take(32).collect::<String>().to_ascii_lowercase();
        return Err(TargetUrlError::SchemeRefused { scheme });
    }
    let authority = rest.strip_prefix("//").ok_or(TargetUrlError::HostMissing)?;
    if authority.is_empty() || authority.starts_with(['/', '\\', '?', '#']) {
        return Err(TargetUrlError::HostMissing);
    }
    Url::parse(text).map_err(|reason| TargetUrlError::Malformed { reason })
}

fn check_length(text: &str, maximum: usize) -> Result<(), TargetUrlError> {
    let bytes = text.len();
    if bytes > maximum { Err(TargetUrlError::TooLong { bytes, maximum }) } else { Ok(()) }
}

/// The scheme and what follows its colon (RFC 3986, 3.1).
///
/// `example.com:8080/a` has the form of a scheme followed by a path; a dot before the colon, or a port after
/// it, is a host.
fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let starts_with_letter = scheme.starts_with(|character: char| character.is_ascii_alphabetic());
    let all_allowed = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-".contains(&byte));
    let port_follows = rest.starts_with(|character: char| character.is_ascii_digit());
    (starts_with_letter && all_allowed && !port_follows).then_some((scheme, rest))
}

/// Whether RFC 3986 lets this byte stand in a URI.
fn is_uri_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte)
}

#[cfg(test)]
mod tests;
