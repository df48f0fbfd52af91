//! Log and metrics of the process.
//!
//! Nothing here, and nothing that is logged anywhere, holds a payload, a key, an address or a URL.

mod log;
mod metrics;

pub(crate) use log::start_log;
pub(crate) use metrics::Metrics;
pub use metrics::MetricsError;
