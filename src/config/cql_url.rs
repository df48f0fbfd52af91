//! Where a shared store is: `cql://host:port,host:port/keyspace`.

use std::fmt;
use std::net::Ipv6Addr;

/// The port of CQL where none is named.
const DEFAULT_PORT: u16 = 9_042;

/// The keyspace where none is named.
const DEFAULT_KEYSPACE: &str = "ezqr";

/// Longest name of a keyspace that Apache Cassandra and ScyllaDB take, in characters.
const KEYSPACE_LIMIT: usize = 48;

/// Nodes of a shared store to ask first, and the keyspace in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CqlUrl {
    /// Each as `host:port`, at least one.
    pub contact_points: Vec<String>,
    /// Its name.
    pub keyspace: String,
}

/// Why a text is no [`CqlUrl`]. It never repeats the text: who writes a password into it shall not find it in
/// the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CqlUrlError {
    /// It is of another kind.
    #[error("must be empty, for the embedded store, or begin with cql://")]
    Scheme,
    /// Something stands before the hosts.
    #[error("must not hold a user or password; set store.user and store.password_file")]
    UserInformation,
    /// Something stands after the keyspace.
    #[error("must end with the keyspace: a query, a fragment or a further / has no meaning here")]
    Rest,
    /// There is no host where one is expected.
    #[error(
        "must name a host before each comma and after the last, such as cql://10.0.0.1:9042,10.0.0.2:9042"
    )]
    HostMissing,
    /// A host that is none.
    #[error("must name hosts by name or address, an IPv6 address in brackets, such as [::1]:9042")]
    Host,
    /// A port that is none.
    #[error("must have a port from 1 to 65,535 after the colon behind a host")]
    Port,
    /// A keyspace that is none.
    #[error(
        "must name the keyspace behind the / by 1 to {KEYSPACE_LIMIT} of a-z, 0-9 and _, the first a letter"
    )]
    Keyspace,
}

impl CqlUrl {
    /// Reads a text from the configuration.
    pub fn parse(text: &str) -> Result<Self, CqlUrlError> {
        let rest = text.strip_prefix("cql://").ok_or(CqlUrlError::Scheme)?;
        if rest.contains('@') {
            return Err(CqlUrlError::UserInformation);
        }
        let (hosts, keyspace) = match rest.split_once('/') {
            Some((hosts, keyspace)) => (hosts, keyspace),
            None => (rest, DEFAULT_KEYSPACE),
        };
        if rest.contains(['?', '#']) || keyspace.contains('/') {
            return Err(CqlUrlError::Rest);
        }
        let contact_points = hosts.split(',').map(contact_point).collect::<Result<_, _>>()?;
        if !is_keyspace(keyspace) {
            return Err(CqlUrlError::Keyspace);
        }
        Ok(Self { contact_points, keyspace: keyspace.to_owned() })
    }
}

impl fmt::Display for CqlUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "cql://{}/{}", self.contact_points.join(","), self.keyspace)
    }
}

/// A host and its port, which may be left out.
fn contact_point(text: &str) -> Result<String, CqlUrlError> {
    let end = if text.starts_with('[') { text.find(']').map(|end| end + 1) } else { text.find(':') };
    let (host, port) = text.split_at(end.unwrap_or(text.len()));
    if host.is_empty() {
        return Err(CqlUrlError::HostMissing);
    }
    if !is_host(host) {
        return Err(CqlUrlError::Host);
    }
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => DEFAULT_PORT,
        None => return Err(CqlUrlError::Host),
        // An address in IPv6 without its brackets.
        Some(port) if port.contains(':') => return Err(CqlUrlError::Host),
        Some(port) => port.parse().ok().filter(|port| *port > 0).ok_or(CqlUrlError::Port)?,
    };
    Ok(format!("{host}:{port}"))
}

fn is_host(text: &str) -> bool {
    match text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)),
    }
}

fn is_keyspace(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    text.len() <= KEYSPACE_LIMIT
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> String {
        CqlUrl::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).to_string()
    }

    #[test]
    fn port_and_keyspace_may_be_left_out() {
        assert_eq!(parsed("cql://10.0.0.1"), "cql://10.0.0.1:9042/ezqr");
        assert_eq!(parsed("cql://a.example:19042,b-2/staging_2"), "cql://a.example:19042,b-2:9042/staging_2");
        assert_eq!(parsed("cql://[::1],[2001:db8::7]:1"), "cql://[::1]:9042,[2001:db8::7]:1/ezqr");
        assert_eq!(
            parsed(&format!("cql://a/{}", "k".repeat(48))),
            format!("cql://a:9042/{}", "k".repeat(48))
        );
    }

    #[test]
    fn what_is_malformed_is_told_by_its_rule() {
        let cases = [
            ("sqlite://a", CqlUrlError::Scheme),
            ("127.0.0.1:9042", CqlUrlError::Scheme),
            ("CQL://a", CqlUrlError::Scheme),
            ("cql://ann:secret@a", CqlUrlError::UserInformation),
            ("cql://a?tls=true", CqlUrlError::Rest),
            ("cql://a/ezqr#x", CqlUrlError::Rest),
            ("cql://a/ezqr/", CqlUrlError::Rest),
            ("cql://", CqlUrlError::HostMissing),
            ("cql:///ezqr", CqlUrlError::HostMissing),
            ("cql://a,,b", CqlUrlError::HostMissing),
            ("cql://a,", CqlUrlError::HostMissing),
            ("cql://:9042", CqlUrlError::HostMissing),
            ("cql://a b", CqlUrlError::Host),
            ("cql://a, b", CqlUrlError::Host),
            ("cql://ä", CqlUrlError::Host),
            ("cql://::1", CqlUrlError::HostMissing),
            ("cql://2001:db8::7", CqlUrlError::Host),
            ("cql://[::1", CqlUrlError::Host),
            ("cql://[::g]", CqlUrlError::Host),
            ("cql://[::1]9042", CqlUrlError::Host),
            ("cql://a:", CqlUrlError::Port),
            ("cql://a:0", CqlUrlError::Port),
            ("cql://a:65536", CqlUrlError::Port),
            ("cql://a:cql", CqlUrlError::Port),
            ("cql://a/", CqlUrlError::Keyspace),
            ("cql://a/Ezqr", CqlUrlError::Keyspace),
            ("cql://a/1st", CqlUrlError::Keyspace),
            ("cql://a/a-b", CqlUrlError::Keyspace),
        ];
        for (text, error) in cases {
            assert_eq!(CqlUrl::parse(text), Err(error), "{text}");
        }
        assert_eq!(CqlUrl::parse(&format!("cql://a/{}", "k".repeat(49))), Err(CqlUrlError::Keyspace));
    }
}
