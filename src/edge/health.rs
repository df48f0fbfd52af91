//! `/healthz` and `/readyz`: whether the process lives, and whether to send it requests.

use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use ezqr_actors::kernel::{ActorHealth, Condition, Vitals};
use ezqr_store::{Store, StoreHealth};
use serde_json::{Value, json};

use super::Edge;

/// Whether the process should be sent requests.
pub(crate) struct Readiness {
    vitals: Vitals,
    store: Store,
    is_ending: AtomicBool,
}

impl Readiness {
    pub(crate) const fn new(vitals: Vitals, store: Store) -> Self {
        Self { vitals, store, is_ending: AtomicBool::new(false) }
    }

    /// Says no from now on: the process is about to end.
    pub(crate) fn withdraw(&self) {
        self.is_ending.store(true, Ordering::Release);
    }

    /// `ready`, `degraded` (something crashed and was rebuilt), `unready` or `draining`.
    fn state(&self) -> State {
        if self.is_ending.load(Ordering::Acquire) {
            return State::Draining;
        }
        if self.store.health() == StoreHealth::Failed {
            return State::Unready;
        }
        match self.vitals.readiness() {
            ezqr_actors::kernel::Readiness::Ready => State::Ready,
            ezqr_actors::kernel::Readiness::Degraded => State::Degraded,
            ezqr_actors::kernel::Readiness::Unready => State::Unready,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Ready,
    Degraded,
    Unready,
    Draining,
}

impl State {
    const fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Degraded => "degraded",
            Self::Unready => "unready",
            Self::Draining => "draining",
        }
    }
}

/// `GET /healthz`: the process answers.
pub(super) async fn alive() -> HttpResponse {
    answer(HttpResponse::Ok(), json!({ "status": "alive" }))
}

/// `GET /readyz`: 200 while requests are welcome, 503 otherwise, and how each actor is.
pub(super) async fn ready(edge: Data<Edge>) -> HttpResponse {
    let state = edge.readiness.state();
    let builder = match state {
        State::Ready | State::Degraded => HttpResponse::Ok(),
        State::Unready | State::Draining => HttpResponse::ServiceUnavailable(),
    };
    let actors: Vec<Value> = edge.readiness.vitals.health().actors.iter().map(shown).collect();
    let store = match edge.readiness.store.health() {
        StoreHealth::Running => "running",
        StoreHealth::Away => "away",
        StoreHealth::Failed => "failed",
    };
    answer(builder, json!({ "status": state.name(), "store": store, "actors": actors }))
}

fn shown(actor: &ActorHealth) -> Value {
    let condition = match actor.condition {
        Condition::Running => "running",
        Condition::Restarting => "restarting",
        Condition::Failed => "failed",
        Condition::Unresponsive => "unresponsive",
        Condition::Stopped => "stopped",
    };
    json!({
        "name": &*actor.name,
        "condition": condition,
        "panics": actor.panics,
        "restarts": actor.restarts,
    })
}

fn answer(mut builder: actix_web::HttpResponseBuilder, body: Value) -> HttpResponse {
    builder.insert_header((header::CACHE_CONTROL, "no-store")).json(body)
}
