//! Section `http`.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::time::Duration;

use serde::Deserialize;

use super::checks::{count, listen, seconds, threads};

/// The listener and its bounds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Where it listens.
    #[serde(deserialize_with = "listen")]
    pub listen: SocketAddr,
    /// Threads that answer requests.
    #[serde(deserialize_with = "threads")]
    pub workers: NonZeroUsize,
    /// Open connections of one worker.
    #[serde(deserialize_with = "count::<1, 100_000, _>")]
    pub connections_per_worker: usize,
    /// Largest request body.
    #[serde(deserialize_with = "count::<1_024, 67_108_864, _>")]
    pub body_limit_bytes: usize,
    /// Longest path and query.
    #[serde(deserialize_with = "count::<256, 65_534, _>")]
    pub uri_limit_bytes: usize,
    /// How long headers may take to arrive.
    #[serde(rename = "header_timeout_seconds", deserialize_with = "seconds::<1, 600, _>")]
    pub header_timeout: Duration,
    /// How long a body may take to arrive.
    #[serde(rename = "body_timeout_seconds", deserialize_with = "seconds::<1, 600, _>")]
    pub body_timeout: Duration,
    /// How long an idle connection stays open.
    #[serde(rename = "keep_alive_seconds", deserialize_with = "seconds::<1, 600, _>")]
    pub keep_alive: Duration,
    /// How long readiness says no before the listener closes.
    #[serde(rename = "drain_notice_seconds", deserialize_with = "seconds::<0, 60, _>")]
    pub drain_notice: Duration,
    /// How long requests under way are waited for.
    #[serde(rename = "drain_seconds", deserialize_with = "seconds::<1, 600, _>")]
    pub drain: Duration,
}
