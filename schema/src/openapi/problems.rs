//! Problems: their schemas, and which come together.

use serde_json::json;

use super::references::{Named, named, schema};
use crate::ProblemCode;

/// What any operation can end with.
pub(super) const ANY: &[ProblemCode] = &[ProblemCode::UriTooLong, ProblemCode::Internal];

/// What an operation that needs a key can end with before it begins.
pub(super) const KEY: &[ProblemCode] = &[
    ProblemCode::MissingKey,
    ProblemCode::InvalidKey,
    ProblemCode::ScopeMissing,
    ProblemCode::AccountSuspended,
    ProblemCode::RateLimited,
    ProblemCode::Overloaded,
];

/// What reading a body can end with.
pub(super) const BODY: &[ProblemCode] = &[
    ProblemCode::BadRequest,
    ProblemCode::MalformedBody,
    ProblemCode::RequestTimeout,
    ProblemCode::BodyTooLarge,
    ProblemCode::UnsupportedMediaType,
    ProblemCode::InvalidRequest,
];

/// What reading from the store can end with.
pub(super) const READ: &[ProblemCode] = &[ProblemCode::StoreUnavailable];

/// What writing to the store can end with.
pub(super) const WRITE: &[ProblemCode] = &[ProblemCode::StoreUnavailable, ProblemCode::OutcomeUnknown];

/// What `Idempotency-Key` can end with.
pub(super) const IDEMPOTENCY: &[ProblemCode] = &[
    ProblemCode::InvalidIdempotencyKey,
    ProblemCode::IdempotencyInProgress,
    ProblemCode::IdempotencyKeyReused,
];

/// What `If-Match` can end with.
pub(super) const CONDITION: &[ProblemCode] = &[ProblemCode::BadRequest, ProblemCode::VersionMismatch];

/// The schemas of a problem.
pub(super) fn schemas() -> Named {
    let codes: Vec<&str> = ProblemCode::ALL.iter().map(|code| code.code()).collect();
    let first = ProblemCode::InvalidRequest;
    named(json!({
        "Problem": {
            "type": "object",
            "description": "Why a request failed (RFC 9457).",
            "properties": {
                "type": {
                    "type": "string",
                    "format": "uri-reference",
                    "description": "Identifies the kind: `/problems/` and its code, relative to the service. A page \
                                    there says what it means and what to do about it.",
                },
                "title": { "type": "string", "description": "What the kind is called." },
                "status": {
                    "type": "integer",
                    "minimum": 400,
                    "maximum": 599,
                    "description": "The HTTP status, repeated.",
                },
                "detail": {
                    "type": "string",
                    "description": "What happened here. For people; its words may change.",
                },
                "code": schema("ProblemCode"),
                "request_id": {
                    "type": "string",
                    "description": "The request's id, as in `X-Request-Id`. Absent from the items of a batch.",
                },
                "errors": {
                    "type": "array",
                    "items": schema("FieldFault"),
                    "description": "All the faults of a body or query; absent when no field is at fault.",
                },
            },
            "required": ["type", "title", "status", "detail", "code"],
            "examples": [{
                "type": format!("/problems/{}", first.code()),
                "title": first.title(),
                "status": first.status(),
                "detail": "/content/ssid is required.",
                "code": first.code(),
                "request_id": "0b6f1f4e-6c0e-4d3c-9c8e-3b1b1b0a7f52",
                "errors": [{ "pointer": "/content/ssid", "detail": "is required" }],
            }],
        },
        "FieldFault": {
            "type": "object",
            "description": "What is wrong with one field.",
            "properties": {
                "pointer": {
                    "type": "string",
                    "description": "Where: a JSON pointer (RFC 6901) into the body, empty for the body itself; \
                                    or the name of a parameter or header.",
                },
                "detail": { "type": "string", "description": "Which rule it breaks. For people." },
            },
            "required": ["pointer", "detail"],
        },
        "ProblemCode": {
            "type": "string",
            "description": "The kind of a problem. A code and its status never change; new ones may be added.",
            "enum": codes,
        },
    }))
}
