//! Settings: where they come from and what is allowed.
//!
//! `default.toml` names every setting and is its documentation. Over it lie a file, the environment and
//! the flags, in this order; [`Layers`] remembers which of them set a value. A value of [`Config`] is valid:
//! each section is one struct whose fields check themselves while they are read.

mod checks;
mod cql_url;
mod environment;
mod error;
mod http;
mod images;
mod layers;
mod limits;
mod links;
mod origin;
mod rendering;
mod scans;
mod store;
mod telemetry;

use serde::Deserialize;

pub use cql_url::{CqlUrl, CqlUrlError};
pub use environment::variables;
pub use error::ConfigError;
pub use http::Http;
pub use images::Images;
pub use layers::{EffectiveSetting, Flag, Layers};
pub use limits::Limits;
pub(crate) use limits::{MOST_IMAGE_PIXELS, MOST_REQUEST_PIXELS};
pub use links::Links;
pub(crate) use links::is_loopback;
pub use origin::Origin;
pub use rendering::Rendering;
pub use scans::Scans;
pub use store::Store;
pub use telemetry::{LogFormat, LogLevel, MetricsListen, Telemetry};

/// All settings of a process, checked.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The listener and its bounds.
    pub http: Http,
    /// The store.
    pub store: Store,
    /// The hosts of links.
    pub links: Links,
    /// Images over HTTP.
    pub images: Images,
    /// Bounds of what is held and waited for.
    pub limits: Limits,
    /// The drawing of images.
    pub rendering: Rendering,
    /// The counting of followed links.
    pub scans: Scans,
    /// Log and metrics.
    pub telemetry: Telemetry,
}

impl Config {
    /// The setting that does not go with another, by section and key, and why.
    fn contradiction(&self) -> Option<(&'static str, &'static str, &'static str)> {
        let store = self.store.contradiction().map(|(key, reason)| ("store", key, reason));
        store.or_else(|| self.scans.contradiction().map(|(key, reason)| ("scans", key, reason)))
    }
}
