//! What a user agent is taken for.

use ezqr_schema::scan::{Browser, Device, Os, Reason};

/// What a user agent is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Why it is of its class.
    pub reason: Reason,
    /// Its device.
    pub device: Device,
    /// Its operating system.
    pub os: Os,
    /// Its browser.
    pub browser: Browser,
}

impl Profile {
    /// That of nobody who tells anything.
    pub(super) const fn unknown(reason: Reason) -> Self {
        Self { reason, device: Device::Other, os: Os::Other, browser: Browser::Other }
    }
}
