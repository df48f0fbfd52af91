//! Images that are too large for a worker.
//!
//! [`Rendering`] owns the rayon pool, which shares its threads with nothing, and admits work to it: what it
//! has accepted and not finished is bounded by its queue. Plain images never come here: a worker renders
//! them in less time than a message takes (`actors/README.md`).

mod actor;
mod handle;
mod image;

pub use actor::{RenderRefused, Rendering, RenderingError, RenderingSeed};
pub use handle::RenderingHandle;
pub use image::{Format, ImageRequest, RenderError};
