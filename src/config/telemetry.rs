//! Section `telemetry`.

use std::net::SocketAddr;

use serde::de::{Deserialize, Deserializer, Error, Unexpected};

/// Log and metrics.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Telemetry {
    /// How the log is written.
    pub log_format: LogFormat,
    /// How much is logged.
    pub log_level: LogLevel,
    /// Where the metrics are served.
    pub metrics_listen: MetricsListen,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// A JSON object per line.
    Json,
}

/// The least severe events that are logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// What needs somebody to act.
    Error,
    /// What may need somebody to act.
    Warn,
    /// Starts, ends and refused requests.
    Info,
    /// What a developer of ezqr looks for.
    Debug,
    /// Everything.
    Trace,
}

/// Where the metrics are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricsListen {
    /// Nowhere; written as `off`.
    Off,
    /// On a listener of their own.
    On(SocketAddr),
}

impl<'de> Deserialize<'de> for MetricsListen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == "off" {
            return Ok(Self::Off);
        }
        text.parse().map(Self::On).map_err(|_| {
            let expected = "`off`, or an IP address and a port such as 127.0.0.1:9464";
            D::Error::invalid_value(Unexpected::Str(&text), &expected)
        })
    }
}
