//! Every piece of mutable state has one owner here, a supervised actor behind a typed handle.
//!
//! | actor | owns | is asked by |
//! |---|---|---|
//! | [`keyring`] | accounts, API keys | every API request |
//! | [`limiter`] | token buckets | every API request |
//! | [`codes`] | sequence blocks, open pages, changes, the cache of links | requests that mint or change |
//! | [`rendering`] | the render pool | large images |
//! | [`scans`] | epochs, counts not yet written, the journal's files | reports |
//!
//! Invariant: public routes send no message. They read what the owners publish.
//!
//! This crate knows no HTTP. [`System`] starts all actors; [`Handles`] is all a worker sees of them.

mod busy;
pub mod codes;
pub mod kernel;
pub mod keyring;
pub mod limiter;
pub mod misses;
pub mod rendering;
pub mod scans;
mod system;

pub use busy::Busy;
pub use system::{Bounds, Foundation, Handles, Premises, Preparation, System, SystemError};
