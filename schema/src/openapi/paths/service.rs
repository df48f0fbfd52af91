//! The service about itself.

use serde_json::{Value, json};

use super::head;
use crate::ProblemCode;
use crate::openapi::answers::{Asker, answers};
use crate::openapi::problems::ANY;
use crate::openapi::references::{Named, json_body, named, parameters};
use crate::openapi::security::nobody;

/// The paths.
pub(super) fn paths() -> Named {
    named(json!({
        "/healthz": {
            "get": operation(
                "get_health",
                "Whether the process is up",
                json!({ "200": answer("It is.", json_body("Health")) }),
            ),
            "head": head("get_health_head", "service", &[], nobody()),
        },
        "/readyz": {
            "get": operation(
                "get_readiness",
                "Whether it wants requests",
                json!({
                    "200": answer("It does.", json_body("Readiness")),
                    "503": answer("It does not, for now or for good.", json_body("Readiness")),
                }),
            ),
            "head": head("get_readiness_head", "service", &[], nobody()),
        },
        "/openapi.json": {
            "get": operation(
                "get_openapi",
                "This description",
                json!({
                    "200": answer(
                        "OpenAPI 3.1.",
                        json!({ "application/json": { "schema": { "type": "object" } } }),
                    ),
                }),
            ),
            "head": head("get_openapi_head", "service", &[], nobody()),
        },
        "/problems/{code}": {
            "get": {
                "operationId": "get_problem",
                "tags": ["service"],
                "summary": "What a problem means and what to do about it, as a page",
                "security": nobody(),
                "parameters": parameters(&["code"]),
                "responses": answers(
                    Asker::Visitor,
                    json!({
                        "200": answer(
                            "A page that loads nothing else.",
                            json!({ "text/html": { "schema": { "type": "string" } } }),
                        ),
                    }),
                    &[ANY, &[ProblemCode::RouteNotFound]],
                ),
            },
            "head": head("get_problem_head", "service", &["code"], nobody()),
        },
        "/docs": {
            "get": operation(
                "get_docs",
                "This description as a page",
                json!({
                    "200": answer(
                        "A page that loads nothing else.",
                        json!({ "text/html": { "schema": { "type": "string" } } }),
                    ),
                }),
            ),
            "head": head("get_docs_head", "service", &[], nobody()),
        },
    }))
}

fn answer(description: &str, content: Value) -> Value {
    json!({ "description": description, "content": content })
}

fn operation(id: &str, summary: &str, given: Value) -> Value {
    json!({
        "operationId": id,
        "tags": ["service"],
        "summary": summary,
        "security": nobody(),
        "responses": answers(Asker::Program, given, &[ANY]),
    })
}
