//! The schemas of what is asked: a new code, a change, a batch.

use serde_json::{Value, json};

use super::fields::described;
use crate::openapi::references::{Named, named, schema, schema_or_null};
use crate::wire::{BATCH_LIMIT, BATCH_TAGS};

/// The schemas by name.
pub(super) fn schemas() -> Named {
    named(json!({ "NewCode": new_code(), "NewBatch": new_batch(), "CodePatch": code_patch() }))
}

fn new_code() -> Value {
    json!({
        "type": "object",
        "description": "A code to be minted. It is dynamic with a `target_url`, where its link then leads, or \
                        with `dynamic: true`, when it leads to its content; its pattern then holds the short \
                        link. Else it is static: its pattern holds the content. A null field counts as absent.",
        "properties": {
            "name": schema("Name"),
            "content_type": schema("ContentType"),
            "content": schema("Content"),
            "target_url": schema("TargetUrl"),
            "dynamic": {
                "type": "boolean",
                "description": "Whether the pattern holds a short link that leads to the content, which must \
                                then be a `url`. By default, whether there is a `target_url`; it must not be \
                                false with one.",
            },
            "alias": schema("Alias"),
            "tags": schema("Tags"),
            "metadata": schema("Metadata"),
            "external_id": schema("ExternalId"),
            "error_correction": schema("ErrorCorrection"),
            "expires_at": described("Instant", "When the link stops; in the future. Of a dynamic code only."),
        },
        "required": ["content_type", "content"],
        "dependentSchemas": {
            "expires_at": {
                "description": "Only a dynamic code expires.",
                "anyOf": [
                    { "required": ["target_url"] },
                    { "required": ["dynamic"], "properties": { "dynamic": { "const": true } } },
                ],
            },
            "alias": {
                "description": "Only a dynamic code has an alias.",
                "anyOf": [
                    { "required": ["target_url"] },
                    { "required": ["dynamic"], "properties": { "dynamic": { "const": true } } },
                ],
            },
        },
        "additionalProperties": false,
        "examples": [
            {
                "name": "Customer 4471",
                "content_type": "url",
                "content": "https://app.example.com/c/4471",
                "target_url": "https://shop.example.com/4471",
                "tags": ["spring", "print"],
                "metadata": { "order": 4_471 },
                "external_id": "order-4471",
                "error_correction": "Q",
                "expires_at": "2030-12-31T23:59:59Z",
            },
            {
                "content_type": "url",
                "content": "https://app.example.com/sale",
                "dynamic": true,
                "alias": "summer-sale",
            },
            { "content_type": "wifi", "content": { "ssid": "Guests", "password": "blue;sky 42" } },
            { "content_type": "text", "content": "Shelf 12, second row" },
        ],
    })
}

fn new_batch() -> Value {
    json!({
        "type": "array",
        "minItems": 1,
        "maxItems": BATCH_LIMIT,
        "description": format!(
            "Codes to be minted together, with at most {BATCH_TAGS} different tags in all. An alias is for codes \
             minted one at a time."
        ),
        "items": { "allOf": [schema("NewCode"), { "not": { "required": ["alias"] } }] },
        "examples": [[
            { "content_type": "url", "content": "https://app.example.com/o/1", "dynamic": true },
            { "content_type": "phone", "content": { "number": "+49 30 1234567" } },
        ]],
    })
}

fn code_patch() -> Value {
    json!({
        "type": "object",
        "description": "A JSON Merge Patch (RFC 7396) of a code. What is absent stays; null removes a name, \
                        external id or end and empties tags or metadata. Everything else of a record cannot be \
                        changed and is refused.",
        "properties": {
            "name": schema_or_null("Name"),
            "target_url": described("TargetUrl", "Where the link leads from now on; of a dynamic code only."),
            "tags": schema_or_null("Tags"),
            "metadata": {
                "type": ["object", "null"],
                "description": "Merged into the metadata member by member; a null member removes. Their bounds \
                                hold for what comes out.",
            },
            "external_id": schema_or_null("ExternalId"),
            "status": described(
                "CodeStatus",
                "`deleted` needs the scope `codes:delete` and is for good. A static code cannot be paused. \
                 `expired` may be sent of a code that is, and changes nothing.",
            ),
            "expires_at": schema_or_null("Instant"),
        },
        "additionalProperties": false,
        "examples": [
            { "target_url": "https://shop.example.com/summer" },
            { "expires_at": null, "tags": null },
            {
                "name": "Customer 4472",
                "tags": ["summer"],
                "metadata": { "order": null, "campaign": { "id": 12 } },
                "external_id": "order-4472",
                "status": "paused",
                "expires_at": "2031-12-31T23:59:59Z",
            },
        ],
    })
}
