//! `/qr/{id}.{format}`.

use serde_json::{Value, json};

use super::head;
use crate::openapi::answers::{Asker, answers};
use crate::openapi::parameters::OF_IMAGES;
use crate::openapi::problems::{ANY, KEY, READ};
use crate::openapi::references::{Named, headers, named, parameters};
use crate::openapi::security::perhaps_key_with;
use crate::{ProblemCode, Scope};

/// The path.
pub(super) fn paths() -> Named {
    let mut names = vec!["id", "format", "If-None-Match"];
    names.extend(OF_IMAGES);
    let security = || perhaps_key_with(Scope::CodesRead);
    named(json!({
        "/qr/{id}.{format}": {
            "get": show(&names, security()),
            "head": head("get_image_head", "images", &names, security()),
        },
    }))
}

fn show(names: &[&str], security: Value) -> Value {
    json!({
        "operationId": "get_image",
        "tags": ["images"],
        "summary": "Fetch the image of a code",
        "description": "Needs no key, unless the service is configured to ask one (`images.public`). A format \
                        ignores the parameters it has no use for: SVG and PDF have no pixels. A paused or \
                        expired code can still be printed, and so can those of a suspended account.",
        "security": security,
        "parameters": parameters(names),
        "responses": answers(
            Asker::Program,
            json!({
                "200": {
                    "description": "The image.",
                    "headers": headers(&["ETag", "X-QR-Conformant"]),
                    "content": {
                        "image/png": { "schema": { "type": "string" } },
                        "image/svg+xml": { "schema": { "type": "string" } },
                        "application/pdf": { "schema": { "type": "string" } },
                    },
                },
                "304": {
                    "description": "The client has it already.",
                    "headers": headers(&["ETag"]),
                },
            }),
            &[
                ANY,
                KEY,
                READ,
                &[
                    ProblemCode::InvalidParameter,
                    ProblemCode::RouteNotFound,
                    ProblemCode::CodeNotFound,
                    ProblemCode::CodeDeleted,
                    ProblemCode::ImageTooLarge,
                ],
            ],
        ),
    })
}
