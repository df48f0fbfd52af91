//! Followed links: what is kept of one, and how many are counted together.

mod calendar;
mod cell;
mod class;
mod country;
mod country_table;
mod decode;
mod device;
mod encode;
mod epoch;
mod referrer;
mod tally;
mod visitor;
mod visitors;

pub use calendar::{Day, InvalidDay, Month, Window};
pub use cell::{Cell, Trait};
pub use class::{Class, Reason};
pub use country::{Country, InvalidCountry};
pub use country_table::{
    CountryRanges, CountryTable, GEO_ATTRIBUTION, InvalidCountryRanges, InvalidCountryTable,
};
pub use decode::InvalidTally;
pub use device::{Browser, Device, Os};
pub use epoch::{Epoch, EpochId};
pub use referrer::{Referrer, ReferrerText};
pub use tally::{CELLS, Tally};
pub use visitor::{VisitorHash, VisitorSalt};
pub use visitors::{InvalidVisitors, Visitors};

use crate::Sequence;

/// One followed link, as the journal keeps it: no address, no user agent, no time but that of its epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scan<'text> {
    /// The code whose link was followed.
    pub sequence: Sequence,
    /// What the visitor was taken for.
    pub reason: Reason,
    /// The visitor's device.
    pub device: Device,
    /// Its operating system.
    pub os: Os,
    /// Its browser.
    pub browser: Browser,
    /// Where its network is.
    pub country: Country,
    /// Which site led there.
    pub referrer: ReferrerText<'text>,
    /// Tells visitors of a day apart; `None` while the day's salt is missing.
    pub visitor: Option<VisitorHash>,
}
