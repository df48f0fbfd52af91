//! From a fault to an answer.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderValue};
use ezqr_schema::{Problem, ProblemCode};

use super::Fault;
use crate::pages;

/// Who reads an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// A program: `application/problem+json`.
    Program,
    /// A person who followed a link: a page.
    Visitor,
}

const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// The answer to a request that failed with `fault`.
pub(crate) fn answer(fault: Fault, request_id: &str, audience: Audience) -> HttpResponse {
    let mut builder = HttpResponse::build(fault.status());
    builder.insert_header((header::CACHE_CONTROL, "no-store"));
    if let Some(challenge) = challenge(fault.code) {
        builder.insert_header((header::WWW_AUTHENTICATE, challenge));
    }
    if let Some(retry_after) = fault.retry_after.or(later(fault.code)) {
        builder.insert_header((header::RETRY_AFTER, whole_seconds(retry_after)));
    }
    if audience == Audience::Visitor {
        return pages::failure(builder, fault.code, request_id);
    }
    let mut problem = Problem::new(fault.code, fault.detail).with_errors(fault.errors);
    problem.request_id = Some(request_id.to_owned());
    match serde_json::to_vec(&problem) {
        Ok(body) => builder.insert_header((header::CONTENT_TYPE, PROBLEM_JSON)).body(body),
        // Unreachable: a problem is texts and numbers.
        Err(_) => builder.finish(),
    }
}

/// When to ask again where nobody knows better: who is busy or limits always says so.
const fn later(code: ProblemCode) -> Option<Duration> {
    match code.status() {
        429 | 503 => Some(Duration::from_secs(1)),
        _ => None,
    }
}

/// What a 401 asks for (RFC 6750, 3).
const fn challenge(code: ProblemCode) -> Option<&'static str> {
    match code.status() {
        401 if matches!(code, ProblemCode::InvalidKey) => {
            Some("Bearer realm=\"ezqr\", error=\"invalid_token\"")
        }
        401 => Some("Bearer realm=\"ezqr\""),
        _ => None,
    }
}

/// As `Retry-After` counts (RFC 9110, 10.2.3): rounded up, so that nobody comes back too early.
fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}
