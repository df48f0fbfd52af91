//! What the driver counts, as metrics.

use std::sync::Arc;
use std::time::Duration;

use metrics::{counter, gauge};
use tokio::time::sleep;

use super::Core;

/// How often the driver's counts are taken over.
const INTERVAL: Duration = Duration::from_secs(5);

/// How long statements take, in seconds, by what they do. Those that fail count too.
#[derive(Debug)]
pub(super) struct Latencies {
    pub(super) read: metrics::Histogram,
    pub(super) write: metrics::Histogram,
    pub(super) conditional: metrics::Histogram,
}

impl Latencies {
    pub(super) fn new() -> Self {
        let of = |kind| metrics::histogram!("ezqr_store_statement_seconds", "kind" => kind);
        Self { read: of("read"), write: of("write"), conditional: of("conditional") }
    }
}

/// A statement is sent again, because its answer was lost.
pub(super) fn resent() {
    counter!("ezqr_store_statements_resent_total").increment(1);
}

/// Takes over what the driver counts, for as long as it runs.
pub(super) async fn export(core: Arc<Core>) {
    let counts = core.driver.session.get_metrics();
    loop {
        let requests = counts.get_requests_unpaged_num() + counts.get_requests_automatically_paged_num();
        let errors = counts.get_errors_unpaged_num() + counts.get_errors_automatically_paged_num();
        counter!("ezqr_store_requests_total").absolute(requests);
        counter!("ezqr_store_request_errors_total").absolute(errors);
        counter!("ezqr_store_request_retries_total").absolute(counts.get_retries_num());
        counter!("ezqr_store_request_timeouts_total").absolute(counts.get_request_timeouts());
        counter!("ezqr_store_connection_timeouts_total").absolute(counts.get_connection_timeouts());
        let connections = u32::try_from(counts.get_total_connections()).unwrap_or(u32::MAX);
        gauge!("ezqr_store_connections").set(connections);
        gauge!("ezqr_store_is_away").set(u32::from(core.driver.pulse.is_away()));
        sleep(INTERVAL).await;
    }
}
