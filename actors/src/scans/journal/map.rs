//! A file's bytes in memory. The only module of the project that uses `unsafe`.
//!
//! What makes it sound, and who sees to it:
//! - *The bytes exist.* A store into a mapped page without a block behind it, on a full disk or beyond the
//!   file's end, kills the process (SIGBUS). [`Map::allocate`] has all blocks allocated before it maps, and
//!   maps no more than it allocated. Nothing shortens a file that is mapped: the files are this program's own,
//!   in a directory only its user may enter, under a lock; no code here calls `set_len`.
//! - *No reference points into the map.* Bytes go in through a raw pointer and are never read back through it,
//!   so it does not matter to the language that the kernel reads them meanwhile for `pread` and write-back.
//! - *One thread writes.* A [`Map`] can be sent but not shared, and writing takes `&mut`.
//! - *Nothing is written after unmapping.* The pointer never leaves the value that unmaps it when dropped.

use std::ffi::c_void;
use std::fs::File;
use std::io;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::fs::{FallocateFlags, fallocate};
use rustix::io::{Errno, retry_on_intr};
use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

/// The first bytes of a file, shared with the page cache: what is written here survives the process.
#[derive(Debug)]
pub(super) struct Map {
    start: NonNull<u8>,
    size: usize,
}

// SAFETY: the value owns its mapping alone, and a mapping belongs to the process, not to a thread.
unsafe impl Send for Map {}

impl Map {
    /// Allocates `size` bytes of `file`, opened for reading and writing, and maps them. `None` where the file
    /// system allocates nothing ahead.
    pub(super) fn allocate(file: &File, size: usize) -> io::Result<Option<Self>> {
        let bytes = u64::try_from(size).map_err(io::Error::other)?;
        match retry_on_intr(|| fallocate(file, FallocateFlags::empty(), 0, bytes)) {
            Ok(()) => {}
            Err(Errno::OPNOTSUPP | Errno::NOSYS) => return Ok(None),
            Err(refused) => return Err(refused.into()),
        }
        let protection = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: the address is the kernel's choice, so that no memory in use is mapped over.
        let start = unsafe { mmap(ptr::null_mut(), size, protection, MapFlags::SHARED, file, 0) }?;
        let start = NonNull::new(start.cast()).ok_or(io::ErrorKind::AddrNotAvailable)?;
        Ok(Some(Self { start, size }))
    }

    /// Writes `bytes` at `offset`; false, and nothing is written, when they would not lie inside.
    pub(super) fn write(&mut self, offset: usize, bytes: &[u8]) -> bool {
        if offset.checked_add(bytes.len()).is_none_or(|end| end > self.size) {
            return false;
        }
        // SAFETY: `offset + bytes.len() <= size`, so the target lies inside the mapping, which lives as long as
        // `self`; no reference points into it, so `bytes` does not overlap it.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), self.start.as_ptr().add(offset), bytes.len()) };
        true
    }

    /// Writes `value` at `offset`, little end first, in one piece and after all that was written before; false,
    /// and nothing is written, when `offset` is no multiple of four inside.
    pub(super) fn publish(&mut self, offset: usize, value: u32) -> bool {
        if !offset.is_multiple_of(4) || offset.checked_add(4).is_none_or(|end| end > self.size) {
            return false;
        }
        // SAFETY: `offset + 4 <= size`, so the word lies inside the mapping, which lives as long as `self`; it
        // is aligned, because a mapping begins at a page; no other access of this process to it can be under way.
        let word = unsafe { AtomicU32::from_ptr(self.start.as_ptr().add(offset).cast()) };
        word.store(value.to_le(), Ordering::Release);
        true
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        let start: *mut c_void = self.start.as_ptr().cast();
        // SAFETY: `start` and `size` are what `mmap` gave, and nobody else has the pointer. An error would leave
        // the pages mapped: a leak, not a danger.
        let _ = unsafe { munmap(start, self.size) };
    }
}
