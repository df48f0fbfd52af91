//! What stands behind the renderer: other encoders draw the same symbols, decoders that share no code with it
//! read its images, and no input breaks it.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "whatever is out of place fails the test"
)]

mod budget;
mod decoders;
mod formats;
mod fuzz;
mod parity;
mod random;
mod readable;
mod readers;
mod samples;
#[path = "../process/skipped.rs"]
mod skipped;
mod vectors;
