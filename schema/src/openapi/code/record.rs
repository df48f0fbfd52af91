//! The schemas of what is answered: a record, a list, the outcome of a batch.

use serde_json::{Value, json};

use super::fields::described;
use crate::openapi::references::{Named, named, schema, schema_or_null};

/// The schemas by name.
pub(super) fn schemas() -> Named {
    named(json!({
        "Code": code(),
        "CodeReceipt": code_receipt(),
        "Images": images(),
        "CodeList": code_list(),
        "BatchAnswer": batch_answer(),
        "BatchItem": batch_item(),
    }))
}

fn code_receipt() -> Value {
    json!({
        "type": "object",
        "description": "What a key without the scope `codes:read` is told of a code that it changed.",
        "properties": {
            "id": schema("CodeId"),
            "version": {
                "type": "integer",
                "minimum": 1,
                "description": "Counts its changes; its `ETag`.",
            },
        },
        "required": ["id", "version"],
    })
}

fn code() -> Value {
    let text_or_null = |description: &str| json!({ "type": ["string", "null"], "description": description });
    json!({
        "type": "object",
        "description": "A code.",
        "properties": {
            "id": schema("CodeId"),
            "name": schema_or_null("Name"),
            "content_type": schema("ContentType"),
            "content": schema("Payload"),
            "dynamic": { "type": "boolean", "description": "Whether the pattern holds the short link." },
            "target_url": schema_or_null("TargetUrl"),
            "short_code": text_or_null("The path of the short link: the alias, or 8 symbols; null when static."),
            "short_link": text_or_null("The link a dynamic code's pattern holds; null when static."),
            "environment": {
                "type": "string",
                "pattern": "^[a-z0-9-]{1,32}$",
                "description": "The environment of the key that minted it.",
            },
            "tags": schema("Tags"),
            "metadata": schema("Metadata"),
            "external_id": schema_or_null("ExternalId"),
            "error_correction": schema("ErrorCorrection"),
            "status": schema("CodeStatus"),
            "expires_at": schema_or_null("Instant"),
            "scan_count": {
                "type": ["integer", "null"],
                "minimum": 0,
                "description": "How often its link was followed, but for bots; null while that cannot be told. \
                                In lists only with `include=scan_count`.",
            },
            "version": {
                "type": "integer",
                "minimum": 1,
                "description": "Counts its changes; its `ETag`.",
            },
            "created_at": schema("Instant"),
            "updated_at": schema("Instant"),
            "images": schema("Images"),
        },
        "required": [
            "id", "name", "content_type", "content", "dynamic", "target_url", "short_code", "short_link",
            "environment", "tags", "metadata", "external_id", "error_correction", "status", "expires_at",
            "version", "created_at", "updated_at", "images",
        ],
        "examples": [{
            "id": "019debd0-1c71-7003-a090-88b3a216df49",
            "name": "Customer 4471",
            "content_type": "url",
            "content": "https://app.example.com/c/4471",
            "dynamic": true,
            "target_url": "https://shop.example.com/4471",
            "short_code": "5GHJP8SK",
            "short_link": "https://r.example.com/5GHJP8SK",
            "environment": "production",
            "tags": ["print", "spring"],
            "metadata": { "order": 4_471 },
            "external_id": "order-4471",
            "error_correction": "Q",
            "status": "active",
            "expires_at": "2030-12-31T23:59:59.000Z",
            "scan_count": 0,
            "version": 1,
            "created_at": "2026-05-03T03:09:37.777Z",
            "updated_at": "2026-05-03T03:09:37.777Z",
            "images": {
                "png": "https://qr.example.com/qr/019debd0-1c71-7003-a090-88b3a216df49.png",
                "svg": "https://qr.example.com/qr/019debd0-1c71-7003-a090-88b3a216df49.svg",
                "pdf": "https://qr.example.com/qr/019debd0-1c71-7003-a090-88b3a216df49.pdf",
            },
        }],
    })
}

fn images() -> Value {
    let address = || json!({ "type": "string", "format": "uri" });
    json!({
        "type": "object",
        "description": "The addresses of a code's images.",
        "properties": { "png": address(), "svg": address(), "pdf": address() },
        "required": ["png", "svg", "pdf"],
    })
}

fn code_list() -> Value {
    json!({
        "type": "object",
        "description": "A part of a list. More may follow while `has_more` is true, even when this part is \
                        empty.",
        "properties": {
            "data": { "type": "array", "items": schema("Code"), "description": "Newest first." },
            "next_cursor": {
                "type": ["string", "null"],
                "description": "The `cursor` with which the list goes on; good with the same filters only.",
            },
            "has_more": { "type": "boolean", "description": "Whether there is a `next_cursor`." },
        },
        "required": ["data", "next_cursor", "has_more"],
    })
}

fn batch_answer() -> Value {
    json!({
        "type": "object",
        "description": "What became of a batch.",
        "properties": {
            "data": {
                "type": "array",
                "items": schema("BatchItem"),
                "description": "One for each item, in their order.",
            },
            "created": { "type": "integer", "minimum": 0, "description": "How many were minted." },
            "failed": { "type": "integer", "minimum": 0, "description": "How many were not." },
        },
        "required": ["data", "created", "failed"],
    })
}

fn batch_item() -> Value {
    json!({
        "type": "object",
        "description": "What became of one item: it has a code or a problem.",
        "properties": {
            "index": { "type": "integer", "minimum": 0, "description": "Its place in the batch, from 0." },
            "status": { "type": "integer", "description": "201, or the status of its problem." },
            "code": schema("Code"),
            "problem": described("Problem", "Why it was not minted."),
        },
        "required": ["index", "status"],
        "oneOf": [{ "required": ["code"] }, { "required": ["problem"] }],
    })
}
