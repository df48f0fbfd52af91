//! Readers of single values that say what is allowed.

use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

/// Reads a whole number from `MIN` to `MAX`.
struct WholeNumber<const MIN: u64, const MAX: u64>;

impl<const MIN: u64, const MAX: u64> Visitor<'_> for WholeNumber<MIN, MAX> {
    type Value = u64;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a whole number from {MIN} to {MAX}")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<u64, E> {
        match u64::try_from(value) {
            Ok(value) => self.visit_u64(value),
            Err(_) => Err(E::invalid_value(Unexpected::Signed(value), &self)),
        }
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<u64, E> {
        if (MIN..=MAX).contains(&value) {
            return Ok(value);
        }
        Err(E::invalid_value(Unexpected::Unsigned(value), &self))
    }
}

/// A count from `MIN` to `MAX`.
pub(super) fn count<'de, const MIN: u64, const MAX: u64, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<usize, D::Error> {
    let value = deserializer.deserialize_u64(WholeNumber::<MIN, MAX>)?;
    usize::try_from(value).map_err(D::Error::custom)
}

/// The length of a queue.
pub(super) fn queue_length<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let value = deserializer.deserialize_u64(WholeNumber::<1, 65_535>)?;
    u16::try_from(value).map_err(D::Error::custom)
}

/// Up to 256 threads, where 0 stands for one for each core.
pub(super) fn threads<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NonZeroUsize, D::Error> {
    let threads = count::<0, 256, D>(deserializer)?;
    Ok(NonZeroUsize::new(threads)
        .or_else(|| std::thread::available_parallelism().ok())
        .unwrap_or(NonZeroUsize::MIN))
}

/// A number of events a minute, from `MIN` to `MAX`.
pub(super) fn per_minute<'de, const MIN: u64, const MAX: u64, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<u32, D::Error> {
    let value = deserializer.deserialize_u64(WholeNumber::<MIN, MAX>)?;
    u32::try_from(value).map_err(D::Error::custom)
}

/// A number of pixels or bytes from `MIN` to `MAX`.
pub(super) fn amount<'de, const MIN: u64, const MAX: u64, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<u64, D::Error> {
    deserializer.deserialize_u64(WholeNumber::<MIN, MAX>)
}

/// A time from `MIN` to `MAX` seconds.
pub(super) fn seconds<'de, const MIN: u64, const MAX: u64, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Duration, D::Error> {
    deserializer.deserialize_u64(WholeNumber::<MIN, MAX>).map(Duration::from_secs)
}

/// An address and port to listen on.
pub(super) fn listen<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| {
        let expected = "an IP address and a port, such as 127.0.0.1:8080 or [::]:8080";
        D::Error::invalid_value(Unexpected::Str(&text), &expected)
    })
}

/// A path; none is an empty text.
pub(super) fn path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
    let text = text(deserializer)?;
    if text.as_ref().is_some_and(|text| text.contains('\0')) {
        return Err(D::Error::custom("must be a path, which holds no zero character"));
    }
    Ok(text.map(PathBuf::from))
}

/// A text; none is an empty one.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Ok(Some(text).filter(|text| !text.is_empty()))
}
