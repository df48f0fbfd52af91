//! Telling the visitors of a day apart, without knowing who they are.

use std::fmt;
use std::hash::Hasher as _;
use std::net::IpAddr;

use siphasher::sip::SipHasher24;

/// The random key of one UTC day's visitors. It is erased after the day; from then on nobody can tell, of any
/// address and agent, whether they came.
#[derive(Clone, PartialEq, Eq)]
pub struct VisitorSalt([u8; 16]);

/// A visitor of one day: the same for the same address and agent under one salt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VisitorHash(u64);

impl VisitorSalt {
    /// A salt of 16 random bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes, for the store.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Who comes from `address` with `agent`.
    pub fn visitor(&self, address: IpAddr, agent: &[u8]) -> VisitorHash {
        let mut hasher = SipHasher24::new_with_key(&self.0);
        match address {
            IpAddr::V4(address) => hasher.write(&address.octets()),
            // A visitor's host part changes within a day; the network does not (RFC 8981).
            IpAddr::V6(address) => hasher.write(address.octets().first_chunk::<8>().unwrap_or(&[0; 8])),
        }
        hasher.write(agent);
        VisitorHash(hasher.finish())
    }
}

impl fmt::Debug for VisitorSalt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("VisitorSalt(..)")
    }
}

impl VisitorHash {
    /// A hash that was stored.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The bare hash.
    pub const fn bits(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visitor_is_known_again_by_the_same_salt_alone() {
        let (one, other) = (VisitorSalt::from_bytes([1; 16]), VisitorSalt::from_bytes([2; 16]));
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        assert_eq!(one.visitor(address, b"agent"), one.visitor(address, b"agent"));
        assert_ne!(one.visitor(address, b"agent"), other.visitor(address, b"agent"));
        assert_ne!(one.visitor(address, b"agent"), one.visitor(address, b"agents"));
        let [first, second]: [IpAddr; 2] = ["2001:db8::1", "2001:db8::2"].map(|text| text.parse().unwrap());
        assert_eq!(one.visitor(first, b""), one.visitor(second, b""));
        assert_eq!(format!("{one:?}"), "VisitorSalt(..)");
    }
}
