//! Images that are too large for a worker, and batches of images.
//!
//! [`Rendering`] owns the rayon pool, which shares its threads with nothing, and admits work to it: single
//! images are bounded by its queue, batches by permits, of which an account gets [`BATCHES_PER_ACCOUNT`].
//! Plain images never come here: a worker renders them in less time than a message takes
//! (`actors/README.md`).
//!
//! Invariant: a batch whose client saw its end was drawn whole. Whatever else ends it, a restart of the owner
//! included, the client is told [`BatchFailed`].

mod actor;
mod admission;
mod batch;
mod handle;
mod image;

pub use actor::{RenderRefused, Rendering, RenderingError, RenderingSeed};
pub use admission::{BATCHES_PER_ACCOUNT, BatchRefused};
pub use batch::{BatchFailed, BatchImages, BatchTicket, Window};
pub use ezqr_render::ImageFormat as Format;
pub use handle::RenderingHandle;
pub use image::{ImageRequest, RenderError};
