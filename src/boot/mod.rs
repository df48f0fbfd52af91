//! From settings to a running server, and from a signal to its end.
//!
//! This is the only module that knows which store there is.

mod application;
mod error;
mod founding;
mod greeting;
pub(crate) mod interior;
mod signals;

use ezqr_schema::Clock;

pub use self::application::Application;
pub use self::error::BootError;
use self::signals::Signals;
use crate::config::{Config, MetricsListen};
pub use crate::telemetry::MetricsError;
use crate::telemetry::{Metrics, start_log};

/// Serves until the process is asked to end, or cannot go on. `print` tells whoever started it what to do
/// first.
pub async fn serve(config: &Config, print: impl Fn(&str)) -> Result<(), BootError> {
    start_log(&config.telemetry)?;
    if let MetricsListen::On(address) = config.telemetry.metrics_listen {
        let metrics = Metrics::start()?;
        metrics.keep_up();
        let setting = "telemetry.metrics_listen";
        let server = metrics.serve(address).map_err(|cause| BootError::Listen { address, setting, cause })?;
        // It answers to the end, and ends with the process.
        actix_web::rt::spawn(server);
    }
    let signals = Signals::listen().map_err(BootError::Signals)?;
    let application = Application::build(config, Clock::system()).await?;
    print(&greeting::text(&application));
    application.run_until(signals.received()).await
}
