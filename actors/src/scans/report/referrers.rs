//! Referrers by number.

use std::collections::HashMap;

use ezqr_schema::scan::Referrer;

/// Referrers, numbered as they come.
#[derive(Debug, Default)]
pub(super) struct Referrers {
    numbers: HashMap<Referrer, u32>,
    names: Vec<Referrer>,
}

/// Numbers the referrers of rows that stay where they are meanwhile.
///
/// The cells of a row share the texts of their referrers. So most are known by their address alone, which costs a
/// tenth of hashing the text; that a text may move in when another is gone is why this ends with the rows.
pub(super) struct Numbering<'referrers, 'rows> {
    known: &'referrers mut Referrers,
    /// By some bits of the address.
    recent: Box<[Option<(&'rows Referrer, u32)>; RECENT]>,
}

const RECENT: usize = 1_024;

impl Referrers {
    pub(super) fn numbering<'rows>(&mut self) -> Numbering<'_, 'rows> {
        Numbering { known: self, recent: Box::new([None; RECENT]) }
    }

    /// The one of this number.
    pub(super) fn name(&self, number: u32) -> &str {
        let position = usize::try_from(number).unwrap_or(usize::MAX);
        self.names.get(position).map_or("other", Referrer::as_str)
    }

    fn number(&mut self, referrer: &Referrer) -> u32 {
        if let Some(number) = self.numbers.get(referrer) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(referrer.clone());
        self.numbers.insert(referrer.clone(), number);
        number
    }
}

impl<'rows> Numbering<'_, 'rows> {
    pub(super) fn number(&mut self, referrer: &'rows Referrer) -> u32 {
        let address = referrer.as_str().as_ptr();
        // Texts are at least 16 bytes apart.
        let slot = self.recent.get_mut(address.addr() / 16 % RECENT);
        if let Some(Some((recent, number))) = &slot
            && std::ptr::eq(recent.as_str().as_ptr(), address)
        {
            return *number;
        }
        let number = self.known.number(referrer);
        if let Some(slot) = slot {
            *slot = Some((referrer, number));
        }
        number
    }
}
