//! Codes: who writes them, and how they are read.
//!
//! [`Codes`] owns all writing: sequence blocks, open pages, conditional changes, and the cache of links. It
//! is asked by every request that mints or changes. Reads do not pass through it: [`CodeReader`] answers
//! them on the worker, from the cache it publishes or from the store.
//!
//! Invariant: after the answer to a change, no reader of this process sees the code as it was before. The
//! owner raises the shard's change counter and replaces the entry in one step, after the commit and before
//! the answer; a reader that fills the cache inserts only what it read while the counter stood still.
//!
//! Where other processes change codes too, what is cached ages and is read again; so is how far numbers were
//! leased. A request with a name is carried out once, whoever repeats it where.

mod actor;
mod cache;
mod change;
mod creation_times;
mod delete;
mod doubts;
mod flights;
mod freshness;
mod handle;
mod high_water;
mod link;
mod link_bases;
mod mint;
mod numbers;
mod reader;
mod repeat;
mod running;
mod slots;
mod turns;
mod unknown_aliases;

pub use actor::{Codes, CodesSeed, Published};
pub use cache::{Cached, LinkCache};
pub use change::{ChangeRefused, ChangeRequest};
pub use delete::DeleteRequest;
pub use handle::{CodesHandle, Entered};
pub use high_water::HighWater;
pub use link::{Link, Pattern};
pub use link_bases::LinkBases;
pub use mint::{MintAnswer, MintRefused, MintRequest, NamedMint};
pub use reader::CodeReader;
pub use running::{Answered, Place};
