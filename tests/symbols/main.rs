//! What stands behind the renderer: other encoders draw the same symbols, decoders that share no code with it
//! read its images, and no input breaks it.

mod budget;
mod decoders;
mod formats;
mod fuzz;
mod parity;
mod random;
mod readable;
