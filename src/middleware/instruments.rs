//! What is measured of requests.

use std::cell::OnceCell;
use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use metrics::Histogram;

/// Histogram, seconds: from the first line of a request read to its answer made, labelled `route`, `method`
/// and `status` (its class, such as `2xx`). Its count is the number of requests.
pub(crate) const REQUEST_SECONDS: &str = "http_request_seconds";

const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PATCH", "DELETE", "other"];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// The instruments of one route on one worker, each looked up when it is first used and never again.
pub(crate) struct Instruments {
    route: &'static str,
    times: [[OnceCell<Histogram>; CLASSES.len()]; METHODS.len()],
}

impl Instruments {
    pub(crate) fn new(route: &'static str) -> Self {
        Self { route, times: Default::default() }
    }

    /// Counts an answer that took `took`.
    pub(crate) fn answered(&self, method: &Method, status: StatusCode, took: Duration) {
        let known = METHODS.iter().position(|known| *known == method.as_str());
        let method = known.unwrap_or(METHODS.len() - 1);
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        let Some(cell) = self.times.get(method).and_then(|classes| classes.get(class)) else { return };
        cell.get_or_init(|| self.histogram(method, class)).record(took.as_secs_f64());
    }

    fn histogram(&self, method: usize, class: usize) -> Histogram {
        let name = |names: &[&'static str], index: usize| names.get(index).copied().unwrap_or_default();
        metrics::histogram!(
            REQUEST_SECONDS,
            "route" => self.route,
            "method" => name(&METHODS, method),
            "status" => name(&CLASSES, class)
        )
    }
}
