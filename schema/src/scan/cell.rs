//! What scans are counted by.

use super::{Browser, Class, Country, Device, Os, Reason, Referrer};

/// What all scans of one count have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// What they count as.
    pub class: Class,
    /// Where they come from.
    pub country: Country,
    /// What they come with.
    pub device: Device,
    /// What led to them.
    pub referrer: Referrer,
}

/// What scans of one class are counted by on its own, apart from cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trait {
    /// By operating system.
    Os(Os),
    /// By browser.
    Browser(Browser),
    /// By what they were taken for.
    Reason(Reason),
}

impl Trait {
    /// Its number: unique among all, below 2^10.
    pub const fn number(self) -> u16 {
        match self {
            Self::Os(os) => os.number() as u16,
            Self::Browser(browser) => 0x100 | browser.number() as u16,
            Self::Reason(reason) => 0x200 | reason.number() as u16,
        }
    }

    /// The one of this number.
    pub fn of_number(number: u16) -> Option<Self> {
        let [kind, number] = number.to_be_bytes();
        match kind {
            0 => Os::of_number(number).map(Self::Os),
            1 => Browser::of_number(number).map(Self::Browser),
            2 => Reason::of_number(number).map(Self::Reason),
            _ => None,
        }
    }
}
