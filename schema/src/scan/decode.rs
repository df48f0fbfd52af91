//! Counts from the bytes a store kept.

use super::encode::VERSION;
use super::{Cell, Class, Country, Device, Referrer, ReferrerText, Tally, Trait};
use crate::leb128;

/// Bytes are no counts that ezqr writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are no counts of scans")]
pub struct InvalidTally;

impl Tally {
    /// The counts that [`Tally::encode`] made `bytes` of.
    pub fn decode(bytes: &[u8]) -> Result<Self, InvalidTally> {
        Reader(bytes).tally().ok_or(InvalidTally)
    }
}

struct Reader<'bytes>(&'bytes [u8]);

impl Reader<'_> {
    fn tally(mut self) -> Option<Tally> {
        if self.byte()? != VERSION {
            return None;
        }
        let (mut classes, mut others) = ([0; 3], [0; 3]);
        for count in classes.iter_mut().chain(&mut others) {
            *count = self.number()?;
        }
        let count = self.length()?;
        let referrers: Vec<Referrer> = (0..count).map(|_| self.referrer()).collect::<Option<_>>()?;
        if !referrers.is_sorted_by(|left, right| left < right) {
            return None;
        }
        let mut sums = others;
        let cells = self.cells(&referrers, &mut sums)?;
        let count = self.length()?;
        let traits: Vec<_> = (0..count).map(|_| self.counted_trait()).collect::<Option<_>>()?;
        let is_sorted = traits.is_sorted_by(|(left, _), (right, _)| left < right);
        let is_whole = self.0.is_empty() && is_sorted && sums == classes;
        is_whole.then_some(Tally { classes, others, cells, traits })
    }

    /// The cells, in strict order of their keys, and added to the sums of their classes.
    ///
    /// A report reads hundreds of thousands: keys are compared by numbers, since the referrers are in order.
    fn cells(&mut self, referrers: &[Referrer], sums: &mut [u64; 3]) -> Option<Vec<(Cell, u64)>> {
        let count = self.length()?;
        let mut cells = Vec::with_capacity(count);
        let mut least = 0;
        for _ in 0..count {
            let byte = self.byte()?;
            let (class, device) = (Class::of_number(byte >> 4)?, Device::of_number(byte & 0xF)?);
            let country = Country::of_number(u16::try_from(self.number()?).ok()?)?;
            let position = usize::try_from(self.number()?).ok()?;
            let referrer = referrers.get(position)?.clone();
            let place = u64::try_from(position).ok()?;
            let [class_key, device_key] = [class.number(), device.number()].map(u64::from);
            let key = class_key << 60 | u64::from(country.number()) << 44 | device_key << 40 | place;
            if key < least || place >> 40 != 0 {
                return None;
            }
            least = key + 1;
            let counted = self.number()?;
            let sum = sums.get_mut(usize::from(class.number()))?;
            *sum = sum.checked_add(counted)?;
            cells.push((Cell { class, country, device, referrer }, counted));
        }
        Some(cells)
    }

    fn counted_trait(&mut self) -> Option<((Class, Trait), u64)> {
        let key = u16::try_from(self.number()?).ok()?;
        let class = Class::of_number(u8::try_from(key >> 10).ok()?)?;
        Some(((class, Trait::of_number(key & 0x3FF)?), self.number()?))
    }

    fn referrer(&mut self) -> Option<Referrer> {
        let length = self.length()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        ReferrerText::of_stored(str::from_utf8(text).ok()?).map(Referrer::of)
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// How many follow; each takes a byte at least, so that no more is allocated than is there.
    fn length(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok().filter(|length| *length <= self.0.len())
    }

    fn number(&mut self) -> Option<u64> {
        leb128::take(&mut self.0)
    }
}
