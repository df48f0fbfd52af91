//! The journal: what a worker writes before it answers.
//!
//! Each worker has a [`Lane`], which writes files of its own; the owner of the scans reads them through
//! [`Journal`]. A worker takes no lock, waits for nobody, and allocates nothing: files are made ahead by the
//! owner ([`Journal::supply`]), and a worker without one drops the scan and says so. All files together are
//! bounded ([`Options::total_bytes`]).
//!
//! **Epochs.** The owner begins an epoch; each lane turns to it with its next scan or when its worker calls
//! [`Lane::turn`]. A file belongs to one epoch. An epoch is finished when every living lane has turned away from
//! it and all its files were read; it is removed when the owner has every row of it acknowledged. A file without
//! a scan goes along to the next epoch, so an idle worker costs a header of 36 bytes a window.
//!
//! **What survives.** A scan that was appended is in the page cache, which a killed process leaves behind. A loss
//! of power takes at most what was written since the last [`Journal::syncing`].
//!
//! **A directory** holds `lock`, held by the process that writes; `<number>.journal`; `….journal.damaged`, of
//! which nobody can tell the epoch; `….journal.expired`, too old to be counted. Numbers grow and tell nothing.
//!
//! **A file**, numbers with the little end first:
//!
//! | offset | bytes | |
//! |---|---|---|
//! | 0 | 8 | `ezqrscan` |
//! | 8 | 4 | version of the format, 1 |
//! | 12 | 4 | number of the window |
//! | 16 | 16 | id of the epoch |
//! | 32 | 4 | CRC-32C of the bytes before |
//! | 36 | | records; zeros up to the end of the file |
//!
//! A file of zeros alone was made ahead and never used. **A record** begins at a multiple of four:
//!
//! | offset | bytes | |
//! |---|---|---|
//! | 0 | 4 | length of the payload, 10 to 82; stored last, in one piece: as long as it is 0, there is no record |
//! | 4 | 4 | CRC-32C of the first 32 bytes of the file, the length and the payload |
//! | 8 | 5 | sequence number of the code |
//! | 13 | 1 | reason in the upper four bits, device in the lower |
//! | 14 | 1 | operating system |
//! | 15 | 1 | browser |
//! | 16 | 2 | country; the highest bit says that a visitor follows |
//! | 18 | 8 or 0 | hash of the visitor |
//! | | 0 to 64 | referrer; none is `direct` |
//! | | 0 to 3 | zeros |
//!
//! A scan with visitor and without referrer takes 28 bytes, without both 20. The checksum covers the header, so
//! a record passes only in a file of its epoch, whose id is random.
//!
//! **Reading** goes on after damage: where there is no record, one is looked for four bytes further on, and so
//! on. Each such stretch is counted, but for zeros at the end of a file that an earlier run left.

mod cursor;
mod directory;
mod examine;
mod file;
mod header;
mod lane;
#[cfg_attr(
    target_os = "linux",
    expect(unsafe_code, reason = "the one place that maps a file; it says what makes that sound")
)]
#[cfg_attr(not(target_os = "linux"), path = "no_map.rs")]
mod map;
mod opening;
mod owner;
mod record;
mod removal;
mod shared;
mod space;
mod supply;
mod syncing;
#[cfg(test)]
mod tests;

pub use directory::OpenError;
pub use examine::{Examination, ExaminedEpoch, examine};
pub use lane::{Dropped, Lane};
pub use opening::Opened;
pub use owner::{Journal, Positions, Progress, Remains, new_epoch};
pub use removal::Removal;
pub use shared::{Lanes, Options};
pub use supply::{Supplied, Supply};
pub use syncing::Syncing;
