//! What a request shows, and what is made of it.

use std::net::IpAddr;

use ezqr_schema::Sequence;
use ezqr_schema::scan::{Country, ReferrerText, Scan, VisitorHash};

use super::Profile;

/// What a request shows of its visitor. The texts are as they came: any bytes, of any length.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// `User-Agent` (RFC 9110, 10.1.5).
    pub agent: Option<&'a [u8]>,
    /// `Referer` (RFC 9110, 10.1.3).
    pub referrer: Option<&'a [u8]>,
    /// Whether a browser loads ahead of a visit, by [`super::is_prefetch`].
    pub is_prefetch: bool,
    /// The visitor's address: that of the connection, or of a header of a trusted proxy.
    pub address: IpAddr,
    /// What a trusted proxy says; `None` when none says anything.
    pub country: Option<Country>,
}

/// What is made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit<'a> {
    /// What the visitor was taken for.
    pub profile: Profile,
    /// Where its network is.
    pub country: Country,
    /// Which site led there.
    pub referrer: ReferrerText<'a>,
    /// Tells visitors of a day apart; `None` while the day's salt is missing.
    pub visitor: Option<VisitorHash>,
}

impl<'a> Visit<'a> {
    /// The visit as a scan of one code.
    pub const fn of(self, sequence: Sequence) -> Scan<'a> {
        let Profile { reason, device, os, browser } = self.profile;
        let Self { country, referrer, visitor, .. } = self;
        Scan { sequence, reason, device, os, browser, country, referrer, visitor }
    }
}
