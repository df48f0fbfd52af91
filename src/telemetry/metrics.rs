//! The metrics, and the listener they are served on.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroUsize;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::http::header;
use actix_web::{App, HttpResponse, rt, web};
use metrics::SetRecorderError;
use metrics_exporter_prometheus::{
    BuildError, Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};

use crate::config::Http;
use crate::connections::{self, Terms};

/// Most open connections of those who ask for metrics.
const CONNECTIONS: usize = 64;

/// Bucket bounds of every time, in seconds: a cached redirect takes some 10 us, a durable write some ms, and
/// past 10 s every deadline has struck.
const SECONDS: [f64; 16] = [
    0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1,
    0.5, 2.0, 10.0,
];

/// How often samples are moved into their buckets; until then each takes 8 bytes.
const UPKEEP: Duration = Duration::from_secs(5);

const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The metrics of this process.
#[derive(Clone)]
pub(crate) struct Metrics(PrometheusHandle);

/// Why the metrics could not be started.
#[derive(Debug, thiserror::Error)]
pub enum MetricsError {
    /// The bucket bounds are not allowed.
    #[error(transparent)]
    Buckets(#[from] BuildError),
    /// Something else records already.
    #[error("another recorder of metrics is installed")]
    Installed(#[from] SetRecorderError<PrometheusRecorder>),
}

impl Metrics {
    /// Records from now on; before the first instrument is made, or that instrument records nowhere.
    pub(crate) fn start() -> Result<Self, MetricsError> {
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
            .build_recorder();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder)?;
        Ok(Self(handle))
    }

    /// Bounds the memory of samples nobody asks for, for as long as the runtime lives.
    pub(crate) fn keep_up(&self) {
        let handle = self.0.clone();
        rt::spawn(async move {
            let mut interval = rt::time::interval(UPKEEP);
            loop {
                interval.tick().await;
                handle.run_upkeep();
            }
        });
    }

    /// Serves `/metrics` at `address`.
    pub(crate) fn serve(&self, address: SocketAddr, http: &Http) -> io::Result<Server> {
        let metrics = self.clone();
        let listener = TcpListener::bind(address)?;
        let terms = Terms::with(http, NonZeroUsize::MIN, CONNECTIONS);
        connections::serve(listener, &terms, move || {
            let metrics = metrics.clone();
            App::new().route("/metrics", web::get().to(move || std::future::ready(metrics.answer())))
        })
    }

    fn answer(&self) -> HttpResponse {
        HttpResponse::Ok().insert_header((header::CONTENT_TYPE, CONTENT_TYPE)).body(self.0.render())
    }
}
