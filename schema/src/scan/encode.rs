//! Counts as bytes: what both stores keep of them.
//!
//! Version 1: of each class all scans and those of no cell; the referrers, each once; the cells in order; the
//! traits in order. Numbers are of variable length, seven bits a byte, the lowest first (LEB128).

use super::{Tally, Trait};
use crate::leb128::put;
use crate::scan::Class;

pub(super) const VERSION: u8 = 1;

impl Tally {
    /// Its bytes: about 6 a cell, and each referrer once.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(16 + 8 * (self.cells.len() + self.traits.len()));
        bytes.push(VERSION);
        for count in self.classes.into_iter().chain(self.others) {
            put(&mut bytes, count);
        }
        let mut referrers: Vec<&str> = self.cells.iter().map(|(cell, _)| cell.referrer.as_str()).collect();
        referrers.sort_unstable();
        referrers.dedup();
        put_length(&mut bytes, referrers.len());
        for text in &referrers {
            put_length(&mut bytes, text.len());
            bytes.extend_from_slice(text.as_bytes());
        }
        put_length(&mut bytes, self.cells.len());
        for (cell, count) in &self.cells {
            bytes.push(cell.class.number() << 4 | cell.device.number());
            put(&mut bytes, u64::from(cell.country.number()));
            let position = referrers.binary_search(&cell.referrer.as_str());
            put_length(&mut bytes, position.unwrap_or(0));
            put(&mut bytes, *count);
        }
        put_length(&mut bytes, self.traits.len());
        for ((class, which), count) in &self.traits {
            put(&mut bytes, trait_key(*class, *which));
            put(&mut bytes, *count);
        }
        bytes
    }
}

fn trait_key(class: Class, which: Trait) -> u64 {
    u64::from(class.number()) << 10 | u64::from(which.number())
}

fn put_length(bytes: &mut Vec<u8>, length: usize) {
    put(bytes, u64::try_from(length).unwrap_or(u64::MAX));
}
