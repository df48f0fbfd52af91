//! Where files are not mapped: every record is a write.

use std::convert::Infallible;
use std::fs::File;
use std::io;

/// A map that cannot be had.
#[derive(Debug)]
pub(super) struct Map(Infallible);

impl Map {
    /// Always `None`.
    #[expect(clippy::unnecessary_wraps, reason = "the signature is that of systems with maps")]
    pub(super) fn allocate(_: &File, _: usize) -> io::Result<Option<Self>> {
        Ok(None)
    }

    pub(super) fn write(&mut self, _: usize, _: &[u8]) -> bool {
        match self.0 {}
    }

    pub(super) fn publish(&mut self, _: usize, _: u32) -> bool {
        match self.0 {}
    }
}
