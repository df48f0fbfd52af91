//! Section `limits`.

use serde::Deserialize;

use super::checks::{amount, count, per_minute, queue_length};

/// The most pixels of one image that can be allowed.
pub(crate) const MOST_IMAGE_PIXELS: u64 = 100_000_000;

/// The most pixels of all images of one request that can be allowed.
pub(crate) const MOST_REQUEST_PIXELS: u64 = 1_000_000_000;

/// Bounds of what is held and drawn.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Short links held in memory.
    #[serde(deserialize_with = "count::<0, 100_000_000, _>")]
    pub cached_links: usize,
    /// Bytes that they may take together.
    #[serde(deserialize_with = "count::<1_048_576, 68_719_476_736, _>")]
    pub cached_links_bytes: usize,
    /// Client networks with a token bucket of their own; every key has one besides.
    #[serde(deserialize_with = "count::<1, 10_000_000, _>")]
    pub limited_callers: usize,
    /// Links that do not exist that a network may ask for in a minute; 0 is any number.
    #[serde(deserialize_with = "per_minute::<0, 60_000, _>")]
    pub misses_per_minute: u32,
    /// Pairs of a client network and a link that it followed, remembered for an hour.
    #[serde(deserialize_with = "count::<1_000, 100_000_000, _>")]
    pub followed_links: usize,
    /// Messages that wait for one actor.
    #[serde(deserialize_with = "queue_length")]
    pub queue_messages: u16,
    /// Most pixels of one image.
    #[serde(deserialize_with = "amount::<10_000, MOST_IMAGE_PIXELS, _>")]
    pub image_pixels: u64,
    /// Most pixels of all images of one request.
    #[serde(deserialize_with = "amount::<10_000, MOST_REQUEST_PIXELS, _>")]
    pub request_pixels: u64,
}
