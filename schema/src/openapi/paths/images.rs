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
        "description": "Needs no key, unless the service is configured to ask one (`images.public`). Where it \
                        needs none, a request that fails takes a token of the client's network, of 100 a minute. Parameters that \
                        the format has no use for are refused by name. Ignored are `v`, `_`, `fbclid`, `gclid`, \
                        `msclkid` and whatever begins with `utm_`, which caches and campaigns append; a query has at \
                        most 16 parameters. A paused or expired code can still be printed, and so can those of a \
                        suspended account.",
        "security": security,
        "parameters": parameters(names),
        "responses": answers(
            Asker::Program,
            json!({
                "200": {
                    "description": "The image.",
                    "headers": headers(&["ETag", "X-QR-Conformant", "X-QR-Size-Mm"]),
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
