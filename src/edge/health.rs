//! `/healthz` and `/readyz`: whether the process lives, and whether to send it requests.

use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use ezqr_actors::kernel::{ActorHealth, Condition, Readiness as ActorReadiness, Vitals};
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

    fn state(&self) -> State {
        if self.is_ending.load(Ordering::Acquire) {
            return State::Draining;
        }
        State::of(self.store.health(), self.vitals.readiness())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The store is waited for.
    Starting,
    Ready,
    /// Something crashed and was rebuilt; or the store is away, and known codes redirect still.
    Degraded,
    Unready,
    Draining,
}

impl State {
    const fn of(store: StoreHealth, actors: ActorReadiness) -> Self {
        match (store, actors) {
            (StoreHealth::Failed, _) | (_, ActorReadiness::Unready) => Self::Unready,
            (StoreHealth::Away, _) | (_, ActorReadiness::Degraded) => Self::Degraded,
            (StoreHealth::Running, ActorReadiness::Ready) => Self::Ready,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Starting => "starting",
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
    let actors: Vec<Value> = edge.readiness.vitals.health().actors.iter().map(shown).collect();
    answer_state(edge.readiness.state(), edge.readiness.store.health(), &actors)
}

/// The same while the store is waited for: nothing runs yet.
pub(super) async fn starting() -> HttpResponse {
    answer_state(State::Starting, StoreHealth::Away, &[])
}

fn answer_state(state: State, store: StoreHealth, actors: &[Value]) -> HttpResponse {
    let builder = match state {
        State::Ready | State::Degraded => HttpResponse::Ok(),
        State::Starting | State::Unready | State::Draining => HttpResponse::ServiceUnavailable(),
    };
    let store = match store {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_state_that_wants_requests_is_answered_with_200() {
        let status = |state| answer_state(state, StoreHealth::Running, &[]).status().as_u16();
        for state in [State::Ready, State::Degraded] {
            assert_eq!(status(state), 200, "{state:?}");
        }
        for state in [State::Starting, State::Unready, State::Draining] {
            assert_eq!(status(state), 503, "{state:?}");
        }
    }

    #[test]
    fn a_store_that_is_away_degrades_and_one_that_failed_ends_it() {
        let cases = [
            (StoreHealth::Running, ActorReadiness::Ready, State::Ready),
            (StoreHealth::Running, ActorReadiness::Degraded, State::Degraded),
            (StoreHealth::Away, ActorReadiness::Ready, State::Degraded),
            (StoreHealth::Away, ActorReadiness::Unready, State::Unready),
            (StoreHealth::Failed, ActorReadiness::Ready, State::Unready),
        ];
        for (store, actors, state) in cases {
            assert_eq!(State::of(store, actors), state, "{store:?}");
        }
    }
}
