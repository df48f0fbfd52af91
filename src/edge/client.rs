//! Whose request it is, when a front passes requests on.

mod forwarded;
mod node;
mod parts;
#[cfg(test)]
mod tests;

use std::net::{IpAddr, Ipv4Addr};

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderMap, HeaderName};
use ezqr_schema::scan::Country;
use ipnetwork::IpNetwork;

use self::parts::Parts;
use crate::config::Http;

static X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Most fronts that a request is followed back through.
const HOPS: usize = 32;

/// The fronts whose word about their clients is taken. What anybody else says about a client is not read.
#[derive(Debug)]
pub(crate) struct Fronts {
    networks: Vec<IpNetwork>,
    country_header: Option<HeaderName>,
}

impl Fronts {
    pub(crate) fn of(settings: &Http) -> Self {
        let Http { trusted_networks, country_header, .. } = settings;
        Self { networks: trusted_networks.clone(), country_header: country_header.clone() }
    }

    /// The client's address, as far back as fronts vouch for it; unspecified if the connection has none.
    pub(crate) fn address(&self, request: &HttpRequest) -> IpAddr {
        self.client_of(peer(request), request.headers())
    }

    /// The client's country, if a front tells it: [`Country::UNKNOWN`] if it says that nobody knows.
    pub(crate) fn country(&self, request: &HttpRequest) -> Option<Country> {
        self.country_of(peer(request), request.headers())
    }

    /// Whether `address` is a front's.
    pub(crate) fn are_trusted_at(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(address))
    }

    /// Where a front names its client in both headers, only what they agree in counts: it writes one of them and
    /// may pass on what a client wrote into the other.
    fn client_of(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.are_trusted_at(peer) {
            return peer;
        }
        let listed = self.walk(peer, headers, &X_FORWARDED_FOR, node::address);
        let described = self.walk(peer, headers, &header::FORWARDED, forwarded::address);
        match (listed, described) {
            (Some(listed), Some(described)) if listed != described => peer,
            (Some(client), _) | (None, Some(client)) => client,
            (None, None) => peer,
        }
    }

    /// From `peer` back through the fronts that the header `name` lists, the nearest last (RFC 7239, 4), to the
    /// first address that is no front's. An entry that cannot be read ends it: whose it is, and so who wrote
    /// those before it, is unknown. `None` without the header.
    fn walk(
        &self,
        peer: IpAddr,
        headers: &HeaderMap,
        name: &HeaderName,
        read: impl Fn(&[u8]) -> Option<IpAddr>,
    ) -> Option<IpAddr> {
        let mut lines = headers.get_all(name).rev().peekable();
        lines.peek()?;
        let entries = lines.flat_map(|line| Parts::of(line.as_bytes(), b','));
        let mut nearest = peer;
        for entry in entries.filter(|entry| !entry.is_empty()).take(HOPS) {
            let Some(address) = read(entry) else { break };
            nearest = address;
            if !self.are_trusted_at(nearest) {
                break;
            }
        }
        Some(nearest)
    }

    fn country_of(&self, peer: IpAddr, headers: &HeaderMap) -> Option<Country> {
        let name = self.country_header.as_ref()?;
        let mut lines = headers.get_all(name);
        let (Some(line), None) = (lines.next(), lines.next()) else { return None };
        if !self.are_trusted_at(peer) {
            return None;
        }
        match line.as_bytes() {
            // Nobody knows; and what providers write for Tor, satellites and anonymous proxies: T1, A2, A1.
            [b'X' | b'x', b'X' | b'x'] => Some(Country::UNKNOWN),
            [first, second] if first.is_ascii_alphabetic() && second.is_ascii_digit() => {
                Some(Country::UNKNOWN)
            }
            code => Country::parse(str::from_utf8(code).ok()?).ok(),
        }
    }
}

/// The address at the other end of the connection. An IPv4 address mapped into IPv6 counts as IPv4.
fn peer(request: &HttpRequest) -> IpAddr {
    let address = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.ip());
    address.to_canonical()
}
