//! What each actor reports through the `metrics` facade, labelled `actor`.

use std::sync::Arc;
use std::time::Duration;

use metrics::{Counter, Gauge, Histogram};

/// Gauge: messages accepted and not yet handled.
pub const QUEUE_DEPTH: &str = "actor_queue_depth";
/// Histogram, seconds: from accepted to the begin of handling.
pub const WAIT_SECONDS: &str = "actor_wait_seconds";
/// Histogram, seconds: from the begin of handling to the answer, the asynchronous part included.
pub const HANDLE_SECONDS: &str = "actor_handle_seconds";
/// Counter: messages refused because the queue was full, or another bound of the actor was reached.
pub const REFUSED_TOTAL: &str = "actor_refused_total";
/// Counter: restarts called for, labelled `cause`: `panic` or `build`.
pub const RESTARTS_TOTAL: &str = "actor_restarts_total";

/// One actor's instruments, looked up once: a recorder has to be installed before the actor starts.
pub(super) struct Instruments {
    pub(super) depth: Gauge,
    pub(super) refused: Counter,
    wait: Histogram,
    handle: Histogram,
    panic_restarts: Counter,
    build_restarts: Counter,
}

impl Instruments {
    pub(super) fn new(actor: &Arc<str>) -> Self {
        let restarts = |cause: &'static str| metrics::counter!(RESTARTS_TOTAL, "actor" => Arc::clone(actor), "cause" => cause);
        Self {
            depth: metrics::gauge!(QUEUE_DEPTH, "actor" => Arc::clone(actor)),
            refused: metrics::counter!(REFUSED_TOTAL, "actor" => Arc::clone(actor)),
            wait: metrics::histogram!(WAIT_SECONDS, "actor" => Arc::clone(actor)),
            handle: metrics::histogram!(HANDLE_SECONDS, "actor" => Arc::clone(actor)),
            panic_restarts: restarts("panic"),
            build_restarts: restarts("build"),
        }
    }

    pub(super) fn waited(&self, time: Duration) {
        self.wait.record(time.as_secs_f64());
    }

    pub(super) fn handled(&self, time: Duration) {
        self.handle.record(time.as_secs_f64());
    }

    pub(super) fn restarts_after_panic(&self) {
        self.panic_restarts.increment(1);
    }

    pub(super) fn restarts_after_failed_build(&self) {
        self.build_restarts.increment(1);
    }
}
