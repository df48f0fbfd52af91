//! QR symbols and their images: bytes in, bytes out.
//!
//! Everything here is a function of its arguments: the same request gives the same bytes. There is no clock,
//! no randomness, no I/O and no actor.

#![forbid(unsafe_code)]

pub mod options;
pub mod pdf;
pub mod png;
mod request;
mod runs;
pub mod svg;
mod symbol;
mod version;

pub use request::{EncodeError, SymbolRequest, best_version};
pub use symbol::{Mask, Symbol, UnknownMask};
pub use version::{UnknownVersion, Version};

pub use ezqr_schema::ErrorCorrection;
