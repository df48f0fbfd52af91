//! Scheme and host of short links.

use serde::Deserialize;
use url::{Host, Url};

use crate::target_url::{TargetUrl, TargetUrlError, parse_http_url};

/// What every short link begins with: an `http` or `https` scheme, a host and perhaps a port, and nothing
/// more.
///
/// A code keeps the link base it was minted with, so that its printed pattern and its record agree for ever.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LinkBase {
    /// Without a trailing slash; lower-case, Punycode, no default port.
    text: String,
    host: Host<String>,
    /// `None` for the scheme's default port.
    port: Option<u16>,
}

/// Which letters of a printed link are capitals, where a symbol gets smaller by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkCapitals {
    /// Host and short code: `https://R.EXAMPLE/7K3MX9QA`. Some readers, Android's intents among them, know a scheme in
    /// lower case alone, in which it should be written too (RFC 3986, 3.1).
    #[default]
    AfterScheme,
    /// All of them: the smallest symbol, which some readers do not take for a link.
    All,
    /// None: for apps that open links themselves and compare hosts by case, as Android's app links do.
    None,
}

/// Why a text is no [`LinkBase`]; each variant is one rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkBaseError {
    /// It is no `http` or `https` URL at all.
    #[error(transparent)]
    Url(#[from] TargetUrlError),
    /// Something stands before the host.
    #[error("must not hold a user name or password")]
    UserInformation,
    /// Something stands after host and port.
    #[error("must be scheme and host alone, without path, query and fragment")]
    NotBare,
}

impl LinkBase {
    /// Longest link base, in bytes: a host name has at most 253.
    pub const MAX_BYTES: usize = 300;

    /// Checks a text from the configuration. One trailing slash is allowed.
    pub fn parse(text: &str) -> Result<Self, LinkBaseError> {
        let url = parse_http_url(text, Self::MAX_BYTES)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(LinkBaseError::UserInformation);
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(LinkBaseError::NotBare);
        }
        let host = normal_host(&url).ok_or(TargetUrlError::HostMissing)?;
        let port = url.port();
        let text = url.as_str().trim_end_matches('/').to_owned();
        Ok(Self { text, host, port })
    }

    /// Takes a text from the store as it is: it is printed. What no parser of today reads has the host that
    /// stands in it.
    pub fn from_stored(text: &str) -> Self {
        if let Ok(parsed) = Self::parse(text) {
            return Self { text: text.to_owned(), ..parsed };
        }
        let authority = text.split_once("//").map_or(text, |(_, authority)| authority);
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok()),
            None => (authority, None),
        };
        Self { text: text.to_owned(), host: Host::Domain(host.to_owned()), port }
    }

    /// Scheme, host and port, without a trailing slash: `https://r.example.com`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The short link of a short code or alias: `https://r.example.com/7k3mx9qa`.
    pub fn link_for(&self, short: &str) -> String {
        format!("{}/{short}", self.text)
    }

    /// What the pattern of a dynamic code holds: its short link, in capitals as far as `capitals` says and QR's
    /// alphanumeric mode then holds it.
    ///
    /// Alphanumeric mode spends 5.5 bits on a character instead of 8 (ISO/IEC 18004:2015, 7.4.4), which pays for a
    /// segment of its own from 6 characters on; what follows the scheme of a link has at least 12. Scheme and host
    /// do not depend on case (RFC 3986, 6.2.2.1), and neither do short codes and aliases.
    pub fn pattern_for(&self, short: &str, capitals: LinkCapitals) -> String {
        let link = self.link_for(short);
        let kept = match capitals {
            LinkCapitals::AfterScheme => link.find("://").unwrap_or(0),
            LinkCapitals::All => 0,
            LinkCapitals::None => return link,
        };
        let (scheme, rest) = link.split_at(kept);
        let rest = rest.to_ascii_uppercase();
        if rest.bytes().all(is_alphanumeric_mode) { format!("{scheme}{rest}") } else { link }
    }

    /// Whether following `target` would come back to this host.
    ///
    /// The default ports count as one: a front that sends `http` on to `https` closes the loop as well. So do all
    /// names and addresses of the own machine, which is how a service without settings is reached.
    pub fn is_host_of(&self, target: &TargetUrl) -> bool {
        target.url().is_some_and(|url| {
            url.port() == self.port && normal_host(&url).is_some_and(|host| is_same_host(&host, &self.host))
        })
    }
}

fn is_same_host(one: &Host<String>, other: &Host<String>) -> bool {
    one == other || is_own_machine(one) && is_own_machine(other)
}

/// Whether this is a loopback address (RFC 1122, 3.2.1.3; RFC 4291, 2.5.3), a name of one (RFC 6761, 6.3), or the
/// unspecified address, which systems take for one.
fn is_own_machine(host: &Host<String>) -> bool {
    match host {
        Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback() || address.is_unspecified(),
        Host::Ipv6(address) => address.is_loopback() || address.is_unspecified(),
    }
}

impl std::fmt::Display for LinkBase {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// The URL's host; a fully qualified name without its trailing dot, an IPv4 address that is written as one of
/// IPv6 (RFC 4291, 2.5.5.2) as what it is.
fn normal_host(url: &Url) -> Option<Host<String>> {
    Some(match url.host()?.to_owned() {
        Host::Domain(name) => Host::Domain(name.trim_end_matches('.').to_owned()),
        Host::Ipv6(address) => address.to_ipv4_mapped().map_or(Host::Ipv6(address), Host::Ipv4),
        address @ Host::Ipv4(_) => address,
    })
}

/// Whether QR's alphanumeric mode has this byte (ISO/IEC 18004:2015, table 5).
const fn is_alphanumeric_mode(byte: u8) -> bool {
    matches!(
        byte,
        b'0'..=b'9' | b'A'..=b'Z' | b' ' | b'$' | b'%' | b'*' | b'+' | b'-' | b'.' | b'/' | b':'
    )
}

#[cfg(test)]
mod tests;
