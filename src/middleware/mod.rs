//! What every request passes on its way in and out.
//!
//! It stands around each resource, not around the router: there the route's name is known without looking it
//! up, and a handler that panicked can still be answered.

mod instruments;
mod refusals;
mod request_id;

use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse, Transform};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, HttpRequest, rt};
use ezqr_schema::{Clock, ProblemCode};
use futures_util::FutureExt as _;

use self::instruments::Instruments;
pub(crate) use self::refusals::Refusals;
use self::refusals::Telling;
pub(crate) use self::request_id::RequestIds;
use crate::edge::rate_limit_headers;
use crate::problem::{self, Audience, Fault};

/// What the middleware of one worker needs; clones share it.
#[derive(Clone)]
pub(crate) struct Surroundings {
    /// The time.
    pub(crate) clock: Clock,
    /// Longest path and query, in bytes.
    pub(crate) uri_limit_bytes: usize,
    /// The makers of request ids.
    pub(crate) request_ids: Rc<RequestIds>,
    /// Which refusals are logged.
    pub(crate) refusals: Arc<Refusals>,
}

/// Around one route: its name in the metrics, and who reads its failures.
pub(crate) struct Surround {
    route: &'static str,
    audience: fn(&HttpRequest) -> Audience,
    instruments: Instruments,
    surroundings: Surroundings,
}

impl Surround {
    /// Around the route `route`, on one worker.
    pub(crate) fn new(
        route: &'static str,
        audience: fn(&HttpRequest) -> Audience,
        surroundings: &Surroundings,
    ) -> Rc<Self> {
        let surroundings = surroundings.clone();
        Rc::new(Self { route, audience, instruments: Instruments::new(route), surroundings })
    }

    /// The middleware to wrap a resource with.
    pub(crate) fn middleware<S>(
        self: Rc<Self>,
    ) -> impl Transform<S, ServiceRequest, Response = ServiceResponse, Error = Error, InitError = ()>
    where
        S: actix_web::dev::Service<ServiceRequest, Response = ServiceResponse, Error = Error> + 'static,
    {
        from_fn(move |request, next| Rc::clone(&self).pass(request, next))
    }

    async fn pass(
        self: Rc<Self>,
        request: ServiceRequest,
        next: Next<BoxBody>,
    ) -> Result<ServiceResponse, Error> {
        let began = self.surroundings.clock.monotonic();
        let original = request.request().clone();
        let response = self
            .call(request, next)
            .await
            .unwrap_or_else(|fault| ServiceResponse::from_err(fault, original.clone()));
        let request_id = self.surroundings.request_ids.of(&original);
        let took = self.surroundings.clock.monotonic().saturating_sub(began);
        let mut response = self.explain(response, &request_id, took);
        response.headers_mut().insert(request_id::HEADER, request_id);
        rate_limit_headers(&original, response.headers_mut());
        self.instruments.answered(original.method(), response.status(), took);
        Ok(response)
    }

    /// The handler's response, the framework's included; an error when there is none.
    async fn call(&self, request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse, Fault> {
        let address = request.uri().path_and_query().map_or(0, |address| address.as_str().len());
        if address > self.surroundings.uri_limit_bytes {
            let limit = self.surroundings.uri_limit_bytes;
            let detail = format!("Path and query have {address} bytes; at most {limit} are allowed.");
            return Err(Fault::new(ProblemCode::UriTooLong, detail));
        }
        // Unwinding cannot break what others see: handlers own nothing that is shared and mutable.
        match AssertUnwindSafe(next.call(request)).catch_unwind().await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(error.as_error::<Fault>().cloned().unwrap_or_else(Fault::unexplained)),
            // The panic hook has logged the cause.
            Err(_) => Err(Fault::unexplained()),
        }
    }

    /// Gives a failure its body, and the log its line.
    fn explain(
        &self,
        response: ServiceResponse,
        request_id: &HeaderValue,
        took: Duration,
    ) -> ServiceResponse {
        let Some(mut fault) = problem::fault_of(response.response()) else { return response };
        let request_id = request_id.to_str().unwrap_or_default();
        let audience = (self.audience)(response.request());
        let allow = response.headers().get(header::ALLOW).cloned();
        if let (ProblemCode::MethodNotAllowed, Some(allow)) = (fault.code, &allow) {
            fault.detail = other_methods(response.request().method(), allow);
        }
        self.log(&fault, audience, response.request().method(), request_id, took);
        let mut answer = problem::answer(fault, request_id, audience);
        if let Some(allow) = allow {
            answer.headers_mut().insert(header::ALLOW, allow);
        }
        response.into_response(answer)
    }

    /// A line for each request that failed, and for some of those refused. Visitors who follow dead links are
    /// counted, not logged.
    fn log(&self, fault: &Fault, audience: Audience, method: &Method, request_id: &str, took: Duration) {
        let route = self.route;
        let code = fault.code.code();
        let microseconds = took.as_micros();
        // Overload and a store that is away meet every request alike: one of them says it all.
        let is_general = matches!(fault.code, ProblemCode::Overloaded | ProblemCode::StoreUnavailable);
        let is_refusal = !fault.status().is_server_error();
        if is_refusal && audience != Audience::Program {
            return;
        }
        if (is_general || is_refusal) && !self.is_told(fault.code) {
            return;
        }
        let cause = fault.chain();
        if fault.code == ProblemCode::Overloaded {
            tracing::warn!(request_id, %method, route, code, cause, microseconds, "request refused");
        } else if fault.status().is_server_error() {
            tracing::error!(request_id, %method, route, code, cause, microseconds, "request failed");
        } else {
            tracing::info!(request_id, %method, route, code, cause, microseconds, "request refused");
        }
    }

    /// Whether a refusal has a line of its own; else it is counted, and the number told when its second is over.
    fn is_told(&self, code: ProblemCode) -> bool {
        let Surroundings { clock, refusals, .. } = &self.surroundings;
        match refusals.note(code, clock.monotonic()) {
            Telling::Line => true,
            Telling::OneOfNumber => false,
            Telling::FirstOfNumber => {
                let refusals = Arc::clone(refusals);
                rt::spawn(async move {
                    rt::time::sleep(Duration::from_secs(1)).await;
                    refusals.tell(code);
                });
                false
            }
        }
    }
}

/// What to send instead of `method`, by the header that names the methods there are.
fn other_methods(method: &Method, allow: &HeaderValue) -> String {
    let mut allowed: Vec<&str> = allow.to_str().unwrap_or_default().split(',').map(str::trim).collect();
    allowed.sort_unstable();
    format!("This resource has no {method}; it has {}.", allowed.join(", "))
}

#[cfg(test)]
mod tests;
