//! QR symbols and their images: bytes in, bytes out.
//!
//! Everything here is a function of its arguments: the same request gives the same bytes. There is no clock,
//! no randomness, no I/O and no actor.

#![forbid(unsafe_code)]

pub mod archive;
pub mod batch;
mod decimal;
mod format;
pub mod options;
pub mod pdf;
pub mod png;
pub mod svg;
mod symbol;

pub use format::{ImageError, ImageFormat};
pub use symbol::{
    Eci, EncodeError, Mask, Symbol, SymbolRequest, TextEncoding, UnknownEci, UnknownMask, UnknownVersion,
    Version, version_of_text,
};

pub use ezqr_schema::ErrorCorrection;
