//! The log.

use std::io;
use std::panic;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};

use super::lines::{Lines, Log};
use crate::config::{LogFormat, LogLevel, Telemetry};

/// Why the log could not be started.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Its thread cannot be started.
    #[error("cannot start its thread")]
    Thread(#[from] io::Error),
    /// Something else logs already.
    #[error(transparent)]
    Installed(#[from] TryInitError),
}

/// The crates whose events follow the level that is set. Of the others only errors are logged: what they
/// say below that may repeat a request. Of actix-http nothing is: to it every client that breaks HTTP is an
/// error.
const OWN: [&str; 5] = ["ezqr", "ezqr_actors", "ezqr_render", "ezqr_schema", "ezqr_store"];

/// Starts the log of this process, on standard error, panics included. It ends with what is given back.
pub(crate) fn start_log(settings: &Telemetry) -> Result<Log, LogError> {
    let level = level(settings.log_level);
    let targets = OWN.map(|name| (name, level));
    let filter = Targets::new()
        .with_default(LevelFilter::ERROR)
        .with_targets(targets)
        .with_target("actix_http", LevelFilter::OFF);
    let lines = Lines::to(io::stderr())?;
    let layer = tracing_subscriber::fmt::layer().with_writer(lines.clone());
    let layer = match settings.log_format {
        LogFormat::Text => layer.boxed(),
        LogFormat::Json => layer.json().flatten_event(true).boxed(),
    };
    tracing_subscriber::registry().with(layer.with_filter(filter)).try_init()?;
    log_panics();
    Ok(Log::of(lines))
}

fn level(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    }
}

/// A panic is caught where it happens and answered without its cause; so the log is told here.
fn log_panics() {
    panic::set_hook(Box::new(|panic| {
        let payload = panic.payload();
        let message = payload.downcast_ref::<&str>().copied().or(payload.downcast_ref().map(String::as_str));
        let message = message.unwrap_or("a value that is no text");
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let thread = std::thread::current();
        tracing::error!(thread = thread.name().unwrap_or_default(), place, message, "panic");
    }));
}
