//! `/api/v1/qr-codes` and below.

use serde_json::{Map, Value, json};

use crate::openapi::answers::{Asker, answers};
use crate::openapi::parameters::{OF_IMAGES, OF_LISTS};
use crate::openapi::problems::{ANY, BODY, CONDITION, IDEMPOTENCY, KEY, READ, WRITE};
use crate::openapi::references::{Named, headers, json_body, named, parameters, schema};
use crate::openapi::security::key_with;
use crate::{ProblemCode, Scope};

/// The paths.
pub(super) fn paths() -> Named {
    named(json!({
        "/api/v1/qr-codes": { "post": create(), "get": list() },
        "/api/v1/qr-codes/batch": { "post": create_batch() },
        "/api/v1/qr-codes/{id}": { "get": read(), "patch": change(), "delete": delete() },
    }))
}

fn create() -> Value {
    let image = |media_type: &str| (media_type.to_owned(), json!({ "schema": { "type": "string" } }));
    let mut names = vec!["Idempotency-Key"];
    names.extend(OF_IMAGES);
    let mut forms = named(json_body("Code"));
    forms.extend(
        ["image/png", "image/svg+xml", "application/pdf"].map(image).into_iter().collect::<Map<_, _>>(),
    );
    json!({
        "operationId": "create_code",
        "tags": ["codes"],
        "summary": "Mint a code",
        "description": "Answers the record, or with `Accept: image/png`, `image/svg+xml` or `application/pdf` \
                        the image; the parameters are those of the image. If the image cannot be drawn just \
                        now, the record is answered all the same, and the image can be fetched later.",
        "security": key_with(Scope::CodesWrite),
        "parameters": parameters(&names),
        "requestBody": { "required": true, "content": json_body("NewCode") },
        "responses": answers(
            Asker::Key,
            json!({
                "201": {
                    "description": "The code, or its image.",
                    "headers": headers(&["Location", "ETag", "X-QR-Conformant", "X-QR-Size-Mm", "Idempotent-Replayed"]),
                    "content": forms,
                },
            }),
            &[
                ANY,
                KEY,
                BODY,
                IDEMPOTENCY,
                WRITE,
                &[
                    ProblemCode::InvalidParameter,
                    ProblemCode::NotAcceptable,
                    ProblemCode::AliasTaken,
                    ProblemCode::RedirectLoop,
                    ProblemCode::CodeIsStatic,
                    ProblemCode::ContentTooLong,
                    ProblemCode::ImageTooLarge,
                ],
            ],
        ),
    })
}

fn list() -> Value {
    json!({
        "operationId": "list_codes",
        "tags": ["codes"],
        "summary": "List codes, newest first",
        "description": "Codes that pass all the filters. Walk on with `cursor` until `has_more` is false.",
        "security": key_with(Scope::CodesRead),
        "parameters": parameters(&OF_LISTS),
        "responses": answers(
            Asker::Key,
            json!({
                "200": {
                    "description": "A part of the list.",
                    "content": json_body("CodeList"),
                },
            }),
            &[ANY, KEY, READ, &[ProblemCode::InvalidParameter, ProblemCode::InvalidCursor]],
        ),
    })
}

fn create_batch() -> Value {
    let mut forms = named(json_body("BatchAnswer"));
    forms.insert("application/zip".to_owned(), json!({ "schema": { "type": "string" } }));
    let outcome = |description: &str| json!({ "description": description, "headers": headers(&["X-QR-Conformant", "Idempotent-Replayed"]), "content": forms });
    let mut names = vec!["Idempotency-Key", "on_error", "archive_format", "archive_csv"];
    names.extend(OF_IMAGES);
    json!({
        "operationId": "create_codes",
        "tags": ["codes"],
        "summary": "Mint 1 to 100 codes",
        "description": "All or nothing, unless `on_error` says otherwise. A batch counts as one request. Answers \
                        what became of each item; with `Accept: application/zip` an archive that begins with \
                        `manifest.csv`, a row for each item, and has the image of each code. An archive is sent \
                        while it is drawn: one that is cut off has no directory.",
        "security": key_with(Scope::CodesWrite),
        "parameters": parameters(&names),
        "requestBody": { "required": true, "content": json_body("NewBatch") },
        "responses": answers(
            Asker::Key,
            json!({
                "201": outcome("All were minted."),
                "207": outcome("With `on_error=continue`: some were not minted."),
            }),
            &[
                ANY,
                KEY,
                BODY,
                IDEMPOTENCY,
                WRITE,
                &[
                    ProblemCode::InvalidParameter,
                    ProblemCode::NotAcceptable,
                    ProblemCode::RedirectLoop,
                    ProblemCode::CodeIsStatic,
                    ProblemCode::ContentTooLong,
                    ProblemCode::ImageTooLarge,
                ],
            ],
        ),
    })
}

fn record(description: &str) -> Value {
    json!({
        "200": {
            "description": description,
            "headers": headers(&["ETag"]),
            "content": json_body("Code"),
        },
    })
}

fn changed() -> Value {
    json!({
        "200": {
            "description": "The code as it is now; to a key without the scope `codes:read` its id and version alone.",
            "headers": headers(&["ETag"]),
            "content": {
                "application/json": { "schema": { "anyOf": [schema("Code"), schema("CodeReceipt")] } },
            },
        },
    })
}

fn read() -> Value {
    json!({
        "operationId": "get_code",
        "tags": ["codes"],
        "summary": "Read a code",
        "description": "A deleted code stays on record.",
        "security": key_with(Scope::CodesRead),
        "parameters": parameters(&["id"]),
        "responses": answers(Asker::Key, record("The code."), &[ANY, KEY, READ, &[ProblemCode::CodeNotFound]]),
    })
}

fn change() -> Value {
    json!({
        "operationId": "change_code",
        "tags": ["codes"],
        "summary": "Change or repoint a code",
        "description": "What is printed stays good. The change shows at once.",
        "security": key_with(Scope::CodesWrite),
        "parameters": parameters(&["id", "If-Match"]),
        "requestBody": {
            "required": true,
            "content": {
                "application/merge-patch+json": { "schema": schema("CodePatch") },
                "application/json": { "schema": schema("CodePatch") },
            },
        },
        "responses": answers(
            Asker::Key,
            changed(),
            &[
                ANY,
                KEY,
                BODY,
                WRITE,
                CONDITION,
                &[
                    ProblemCode::CodeNotFound,
                    ProblemCode::CodeIsStatic,
                    ProblemCode::CodeDeleted,
                    ProblemCode::RedirectLoop,
                ],
            ],
        ),
    })
}

fn delete() -> Value {
    json!({
        "operationId": "delete_code",
        "tags": ["codes"],
        "summary": "Delete a code",
        "description": "For good: its link and its images are gone from then on. Again answers the same.",
        "security": key_with(Scope::CodesDelete),
        "parameters": parameters(&["id", "If-Match"]),
        "responses": answers(
            Asker::Key,
            json!({ "204": { "description": "It is deleted." } }),
            &[ANY, KEY, WRITE, CONDITION, &[ProblemCode::CodeNotFound]],
        ),
    })
}
