//! Section `rendering`.

use std::num::NonZeroUsize;

use serde::Deserialize;

use super::checks::{queue_length, threads};

/// The drawing of images.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rendering {
    /// Threads that draw.
    #[serde(deserialize_with = "threads")]
    pub threads: NonZeroUsize,
    /// Images accepted and not finished.
    #[serde(deserialize_with = "queue_length")]
    pub queue_images: u16,
    /// Batches being drawn, of all accounts.
    #[serde(deserialize_with = "queue_length")]
    pub batches: u16,
}
