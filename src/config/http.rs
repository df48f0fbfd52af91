//! Section `http`.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::time::Duration;

use actix_web::http::header::HeaderName;
use ipnetwork::IpNetwork;
use serde::de::{Deserialize, Deserializer, Error};

use super::checks::{amount, count, listen, seconds, text, threads};

/// The listener and its bounds.
#[derive(Clone, Debug, serde::Deserialize)]
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
    /// Most connections of one network, in percent of all.
    #[serde(deserialize_with = "count::<1, 100, _>")]
    pub network_share_percent: usize,
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
    /// How long a request may take to be answered once it is there, as far as its connection is concerned.
    #[serde(rename = "answer_timeout_seconds", deserialize_with = "seconds::<1, 600, _>")]
    pub answer_timeout: Duration,
    /// How long an idle connection stays open.
    #[serde(rename = "keep_alive_seconds", deserialize_with = "seconds::<1, 600, _>")]
    pub keep_alive: Duration,
    /// How long a client may take nothing of an answer that waits for it.
    #[serde(rename = "write_timeout_seconds", deserialize_with = "seconds::<1, 600, _>")]
    pub write_timeout: Duration,
    /// What a client has to take of its answers in each second that they wait for it; 0 asks for nothing.
    #[serde(deserialize_with = "amount::<0, 1_048_576, _>")]
    pub least_answer_rate_bytes: u64,
    /// Over how much waiting that is judged.
    #[serde(rename = "answer_rate_window_seconds", deserialize_with = "seconds::<1, 600, _>")]
    pub answer_rate_window: Duration,
    /// How long readiness says no before the listener closes.
    #[serde(rename = "drain_notice_seconds", deserialize_with = "seconds::<0, 60, _>")]
    pub drain_notice: Duration,
    /// How long requests under way are waited for.
    #[serde(rename = "drain_seconds", deserialize_with = "seconds::<1, 600, _>")]
    pub drain: Duration,
    /// The networks of fronts that are believed about their clients.
    #[serde(deserialize_with = "networks")]
    pub trusted_networks: Vec<IpNetwork>,
    /// In which header they tell the client's country.
    #[serde(deserialize_with = "header")]
    pub country_header: Option<HeaderName>,
}

fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNetwork>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| network(text).map_err(D::Error::custom)).collect()
}

/// A network in CIDR notation. One with bits behind its prefix is a slip, and not to be guessed at: it would be
/// trusted.
fn network(text: &str) -> Result<IpNetwork, String> {
    let network = text.parse::<IpNetwork>();
    let network = network.map_err(|_| format!("`{text}` is no network, such as 10.0.0.0/8 or fd00::/8"))?;
    if network.ip() != network.network() {
        let (first, prefix) = (network.network(), network.prefix());
        return Err(format!("`{text}` is no network: it begins at {first}/{prefix}"));
    }
    Ok(network)
}

fn header<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<HeaderName>, D::Error> {
    let name = text(deserializer)?.map(|text| HeaderName::try_from(text).map_err(D::Error::custom));
    name.transpose()
}
