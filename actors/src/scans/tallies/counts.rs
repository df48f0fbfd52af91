//! The scans of one code in one epoch, in little memory.

use ezqr_schema::scan::{
    Browser, CELLS, Cell, Class, Country, Device, Os, Reason, Referrer, Scan, Tally, Trait,
};

use super::rows::Grows;

/// The scans of one code in one epoch.
///
/// It is what a [`Tally`] is, with a cell in 16 bytes and what agents tell in one count where a tally has
/// three. Most codes have one or two of each.
#[derive(Debug, Default)]
pub(super) struct Counts {
    hits: u64,
    /// The first [`CELLS`] that came, in order of keys.
    cells: Vec<(CellKey, u64)>,
    /// All scans, in order of keys. A journal file is too small for more than 32 bits of them.
    agents: Vec<(AgentKey, u32)>,
}

/// A cell: 2 bits of its class, 10 of its country, 4 of its device, 32 of its referrer's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct CellKey(u64);

/// What an agent tells: 4 bits of the reason, 5 of the operating system, 7 of the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct AgentKey(u16);

const _: () = assert!(Reason::ALL.len() <= 1 << 4 && Os::ALL.len() <= 1 << 5 && Browser::ALL.len() <= 1 << 7);
const _: () = assert!(Class::ALL.len() <= 1 << 2 && Device::ALL.len() <= 1 << 4);

impl Grows for Counts {
    fn extent(&self) -> u64 {
        self.hits
    }
}

impl Counts {
    /// Cells and what agents tell: what takes memory.
    pub(super) fn keys(&self) -> usize {
        self.cells.len() + self.agents.len()
    }

    /// Whether another cell is kept.
    pub(super) fn has_room(&self) -> bool {
        self.cells.len() < CELLS
    }

    /// Counts a scan whose referrer has this number; where it has none, a scan of no cell.
    pub(super) fn add(&mut self, scan: &Scan<'_>, referrer: Option<u32>) {
        self.hits = self.hits.saturating_add(1);
        let agent = AgentKey::of(scan);
        match self.agents.binary_search_by_key(&agent, |(key, _)| *key) {
            Ok(position) => {
                if let Some((_, count)) = self.agents.get_mut(position) {
                    *count = count.saturating_add(1);
                }
            }
            Err(position) => insert(&mut self.agents, position, (agent, 1)),
        }
        let Some(referrer) = referrer else { return };
        let cell = CellKey::of(scan, referrer);
        match self.cells.binary_search_by_key(&cell, |(key, _)| *key) {
            Ok(position) => {
                if let Some((_, count)) = self.cells.get_mut(position) {
                    *count = count.saturating_add(1);
                }
            }
            Err(position) if self.has_room() => insert(&mut self.cells, position, (cell, 1)),
            Err(_) => {}
        }
    }

    /// As a store keeps it. `referrers` are in order of their numbers.
    pub(super) fn tally(&self, referrers: &[Referrer]) -> Tally {
        let agents = || self.agents.iter().filter_map(|(key, count)| Some((key.parts()?, u64::from(*count))));
        let mut others = [0_u64; 3];
        let mut add_other = |class: Class, count: u64, add: fn(u64, u64) -> u64| {
            if let Some(other) = others.get_mut(usize::from(class.number())) {
                *other = add(*other, count);
            }
        };
        for ((reason, ..), count) in agents() {
            add_other(reason.class(), count, u64::saturating_add);
        }
        let mut cells = Vec::with_capacity(self.cells.len());
        for (key, count) in &self.cells {
            let Some(cell) = key.cell(referrers) else { continue };
            add_other(cell.class, *count, u64::saturating_sub);
            cells.push((cell, *count));
        }
        let traits = agents().flat_map(|((reason, os, browser), count)| {
            let class = reason.class();
            [Trait::Os(os), Trait::Browser(browser), Trait::Reason(reason)].map(|which| (class, which, count))
        });
        Tally::of_counts(cells, others, traits)
    }
}

impl CellKey {
    fn of(scan: &Scan<'_>, referrer: u32) -> Self {
        let class = u64::from(scan.reason.class().number());
        let (country, device) = (u64::from(scan.country.number()), u64::from(scan.device.number()));
        Self(class << 46 | country << 36 | device << 32 | u64::from(referrer))
    }

    fn cell(self, referrers: &[Referrer]) -> Option<Cell> {
        let bits = |shift: u32, mask: u64| u16::try_from(self.0 >> shift & mask).ok();
        let small = |shift: u32, mask: u64| u8::try_from(self.0 >> shift & mask).ok();
        Some(Cell {
            class: Class::of_number(small(46, 0b11)?)?,
            country: Country::of_number(bits(36, 0x3FF)?)?,
            device: Device::of_number(small(32, 0xF)?)?,
            referrer: referrers.get(usize::try_from(self.0 & 0xFFFF_FFFF).ok()?)?.clone(),
        })
    }
}

impl AgentKey {
    fn of(scan: &Scan<'_>) -> Self {
        let (reason, os, browser) = (scan.reason.number(), scan.os.number(), scan.browser.number());
        Self(u16::from(reason) << 12 | u16::from(os) << 7 | u16::from(browser))
    }

    fn parts(self) -> Option<(Reason, Os, Browser)> {
        let bits = |shift: u32, mask: u16| u8::try_from(self.0 >> shift & mask).ok();
        Some((
            Reason::of_number(bits(12, 0xF)?)?,
            Os::of_number(bits(7, 0x1F)?)?,
            Browser::of_number(bits(0, 0x7F)?)?,
        ))
    }
}

/// Makes room for half as many again, not for twice as many and never for four at first.
fn insert<T>(all: &mut Vec<T>, position: usize, item: T) {
    if all.len() == all.capacity() {
        all.reserve_exact(all.len() / 2 + 1);
    }
    all.insert(position, item);
}
