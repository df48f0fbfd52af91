//! The journal: what a worker writes before it answers.

mod cursor;
mod directory;
mod file;
mod header;
mod lane;
#[expect(unsafe_code, reason = "the one place that maps a file; it says what makes that sound")]
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

pub use directory::OpenError;
pub use lane::{Dropped, Lane};
pub use opening::Opened;
pub use owner::{Journal, Positions, Progress, Remains, new_epoch};
pub use removal::Removal;
pub use shared::{Lanes, Options};
pub use supply::{Supplied, Supply};
pub use syncing::Syncing;
