//! Request rates.

use std::num::NonZeroU32;

/// How many requests a key may make. A batch costs one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rate {
    /// As many as the machine bears; written as 0.
    Unlimited,
    /// A bucket of this many tokens, refilled evenly over 60 seconds.
    PerMinute(NonZeroU32),
}

/// A rate is above a million requests a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 0 (no limit) to 1,000,000 requests per minute, is {0}")]
pub struct InvalidRate(u32);

impl Rate {
    /// What a key is given when it asks for none: 100 requests a minute.
    pub const DEFAULT: Self = match NonZeroU32::new(100) {
        Some(requests) => Self::PerMinute(requests),
        None => Self::Unlimited,
    };

    /// The rate written as `requests` per minute; 0 means no limit, 1,000,000 is the highest.
    pub const fn from_requests_per_minute(requests: u32) -> Result<Self, InvalidRate> {
        match NonZeroU32::new(requests) {
            None => Ok(Self::Unlimited),
            Some(requests) if requests.get() <= 1_000_000 => Ok(Self::PerMinute(requests)),
            Some(requests) => Err(InvalidRate(requests.get())),
        }
    }

    /// As it is written: requests per minute, 0 for no limit.
    pub const fn requests_per_minute(self) -> u32 {
        match self {
            Self::Unlimited => 0,
            Self::PerMinute(requests) => requests.get(),
        }
    }
}
