//! `/{short_code}`.

use serde_json::{Value, json};

use super::head;
use crate::ProblemCode;
use crate::openapi::answers::{Asker, answers};
use crate::openapi::problems::{ANY, READ};
use crate::openapi::references::{Named, headers, named, parameters};
use crate::openapi::security::nobody;

/// What a link can end with.
const DEAD: &[ProblemCode] = &[
    ProblemCode::CodeNotFound,
    ProblemCode::CodeDeleted,
    ProblemCode::CodeExpired,
    ProblemCode::CodePaused,
    ProblemCode::AccountSuspended,
    ProblemCode::RateLimited,
];

/// The paths.
pub(super) fn paths() -> Named {
    let names = ["short_code"];
    named(json!({
        "/{short_code}": {
            "get": follow(),
            "head": head("follow_link_head", "links", &names, nobody()),
        },
        "/{short_code}+": {
            "get": preview(),
            "head": head("preview_link_head", "links", &names, nobody()),
        },
    }))
}

fn follow() -> Value {
    json!({
        "operationId": "follow_link",
        "tags": ["links"],
        "summary": "Follow a short link",
        "description": "What a scanned code asks for. A change of the code shows at once. What no code begins or ends \
                        with is left away, such as a full stop, a blank or `&utm_source=x`. A network from which \
                        too many links that do not exist are asked for is answered 429 for all but those that it \
                        followed within the last hour.",
        "security": nobody(),
        "parameters": parameters(&["short_code"]),
        "responses": answers(
            Asker::Visitor,
            json!({
                "302": {
                    "description": "Leads to where the code leads now.",
                    "headers": headers(&["Location"]),
                },
            }),
            &[ANY, READ, DEAD],
        ),
    })
}

fn preview() -> Value {
    json!({
        "operationId": "preview_link",
        "tags": ["links"],
        "summary": "See where a short link leads",
        "description": "Without following it.",
        "security": nobody(),
        "parameters": parameters(&["short_code"]),
        "responses": answers(
            Asker::Visitor,
            json!({
                "200": {
                    "description": "A page that shows where the link leads.",
                    "content": { "text/html": { "schema": { "type": "string" } } },
                },
            }),
            &[ANY, READ, DEAD],
        ),
    })
}
