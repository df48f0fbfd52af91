//! From settings to a running server, and from a signal to its end.
//!
//! This is the only module that knows which store there is.

mod application;
mod counting;
mod error;
mod founding;
mod greeting;
pub(crate) mod interior;
mod meanwhile;
mod opening;
pub(crate) mod pepper;
mod signals;
pub(crate) mod store;

use std::io;
use std::pin::pin;

use ezqr_schema::Clock;
use futures_util::future::{Either, select};

pub use self::application::Application;
pub use self::error::BootError;
use self::opening::Opening;
pub use self::pepper::PepperError;
use self::signals::Signals;
pub use self::store::Insistence;
use crate::config::{Config, MetricsListen};
use crate::connections;
pub use crate::telemetry::{LogError, MetricsError};
use crate::telemetry::{Metrics, start_log};

/// Serves until the process is asked to end, or cannot go on. `print` tells whoever started it what to do
/// first; a first key that it cannot show is revoked, and the start fails.
pub async fn serve(
    config: &Config,
    insistence: Insistence,
    print: impl Fn(&str) -> io::Result<()>,
) -> Result<(), BootError> {
    let _log = start_log(&config.telemetry)?;
    connections::raise_limit();
    if let MetricsListen::On(address) = config.telemetry.metrics_listen {
        let metrics = Metrics::start()?;
        metrics.keep_up();
        let setting = "telemetry.metrics_listen";
        let server = metrics.serve(address, &config.http).map_err(|cause| BootError::Listen {
            address,
            setting,
            cause,
        })?;
        // It answers to the end, and ends with the process.
        actix_web::rt::spawn(server);
    }
    let mut signals = Signals::listen().map_err(BootError::Signals)?;
    let clock = Clock::system();
    let opening =
        match select(pin!(Opening::of(config, insistence, &clock, &print)), pin!(signals.received())).await {
            Either::Left((opening, _)) => opening?,
            // Nothing is begun yet that would have to end well.
            Either::Right(((), _)) => return Ok(()),
        };
    let application = Application::on(opening, config, clock).await?;
    // Whether anybody reads it is nothing a server depends on, but for a key that is shown once.
    if let Err(cause) = print(&greeting::text(&application))
        && application.first_key().is_some()
    {
        return Err(Box::pin(application.end_unseen(cause)).await);
    }
    application.run_until(signals.received()).await
}
