//! Section `links`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use actix_web::http::Uri;
use ezqr_schema::{LinkBase, LinkBaseError, LinkCapitals};
use serde::de::{Deserialize, Deserializer, Error};

/// The hosts of links.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Links {
    /// That of short links, when set.
    #[serde(deserialize_with = "link_base")]
    pub link_url: Option<LinkBase>,
    /// That of the API and the images, when set.
    #[serde(deserialize_with = "link_base")]
    pub public_url: Option<LinkBase>,
    /// Which letters of printed links are capitals.
    pub capitals: LinkCapitals,
}

impl Links {
    /// The base of short links, for a process that listens on `bound`.
    pub fn link_base(&self, bound: SocketAddr) -> Result<LinkBase, LinkBaseError> {
        self.link_url.clone().map_or_else(|| base_of(bound), Ok)
    }

    /// The base of the API and the images, for a process that listens on `bound`.
    pub fn public_base(&self, bound: SocketAddr) -> Result<LinkBase, LinkBaseError> {
        self.public_url.clone().map_or_else(|| base_of(bound), Ok)
    }
}

/// How `bound` is reached from its own machine: nobody can be sent to "all addresses".
fn base_of(bound: SocketAddr) -> Result<LinkBase, LinkBaseError> {
    let address = match bound.ip() {
        IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(address) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        address @ (IpAddr::V4(_) | IpAddr::V6(_)) => address,
    };
    LinkBase::parse(&format!("http://{}", SocketAddr::new(address, bound.port())))
}

/// Whether `base` leads nowhere from another machine.
pub(crate) fn is_loopback(base: &LinkBase) -> bool {
    let uri: Option<Uri> = base.as_str().parse().ok();
    let host = uri.as_ref().and_then(Uri::host).unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || host.ends_with(".localhost") || address.is_ok_and(|address| address.is_loopback())
}

fn link_base<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<LinkBase>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    LinkBase::parse(&text).map(Some).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_the_listener_unless_a_host_is_set() {
        let capitals = LinkCapitals::default();
        let unset = Links { link_url: None, public_url: None, capitals };
        let link = |address: &str| unset.link_base(address.parse().unwrap()).unwrap().to_string();
        assert_eq!(link("127.0.0.1:8080"), "http://127.0.0.1:8080");
        assert_eq!(link("0.0.0.0:9000"), "http://127.0.0.1:9000");
        assert_eq!(link("[::]:9000"), "http://[::1]:9000");
        assert_eq!(link("10.1.2.3:80"), "http://10.1.2.3");
        let set = Links { link_url: LinkBase::parse("https://r.example.com").ok(), ..unset };
        assert_eq!(set.link_base(([127, 0, 0, 1], 1).into()).unwrap().as_str(), "https://r.example.com");
        assert_eq!(set.public_base(([127, 0, 0, 1], 1).into()).unwrap().as_str(), "http://127.0.0.1:1");
    }

    #[test]
    fn links_to_the_machine_itself_are_noticed() {
        let is_own = |text: &str| is_loopback(&LinkBase::parse(text).unwrap());
        for own in ["http://127.0.0.1:8080", "http://127.9.9.9", "http://[::1]:1", "https://localhost:1"] {
            assert!(is_own(own), "{own}");
        }
        for other in [
            "https://r.example.com",
            "http://10.0.0.1:8080",
            "http://[2001:db8::1]",
            "http://localhost.example",
        ] {
            assert!(!is_own(other), "{other}");
        }
    }
}
