//! Log and metrics of the process.
//!
//! Nothing here, and nothing that is logged anywhere, holds a payload, a key, an address or a URL.

mod lines;
mod log;
mod metrics;

pub use log::LogError;
pub(crate) use log::start_log;
pub(crate) use metrics::Metrics;
pub use metrics::MetricsError;
