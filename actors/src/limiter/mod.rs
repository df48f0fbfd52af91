//! How many requests a caller may make.
//!
//! [`Limiter`] owns a bucket per API key and, for requests without a valid key, one per client network.
//! Nothing of it is stored: a restart of the process or of the actor fills every bucket, which admits at
//! most one bucket more per caller and can happen only as often as the restart budget allows.

mod actor;
mod bucket;
mod handle;
mod network;
mod table;

pub use actor::{Limiter, LimiterSeed};
pub use bucket::Standing;
pub use handle::LimiterHandle;
pub use network::Network;
pub use table::Caller;
