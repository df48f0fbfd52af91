//! The parameters of paths, queries and headers.

mod scans;

use serde_json::{Value, json};

use super::references::{Named, named, schema};
use crate::IdempotencyKey;

pub(super) use self::scans::OF_SCANS;

/// Those of a list, by name.
pub(super) const OF_LISTS: [&str; 10] = [
    "limit",
    "cursor",
    "tag",
    "external_id",
    "status",
    "content_type",
    "name_prefix",
    "created_after",
    "created_before",
    "include",
];

/// Those of an image, by name.
pub(super) const OF_IMAGES: [&str; 8] = ["scale", "size", "margin", "dark", "light", "size_mm", "dpi", "eci"];

/// All of them by name.
pub(super) fn all() -> Named {
    [of_paths(), of_headers(), of_lists(), of_images(), of_batches(), scans::all()]
        .into_iter()
        .flatten()
        .collect()
}

fn of_paths() -> Named {
    let in_path = |name: &str, schema: Value, description: &str| json!({ "name": name, "in": "path", "required": true, "description": description, "schema": schema });
    named(json!({
        "id": in_path("id", schema("CodeId"), "The code's id. What cannot be one is answered 404."),
        "format": in_path(
            "format",
            json!({ "type": "string", "enum": ["png", "svg", "pdf"] }),
            "The format of the image.",
        ),
        "code": in_path("code", schema("ProblemCode"), "The code of the problem."),
        "short_code": in_path(
            "short_code",
            json!({ "type": "string" }),
            "A generated short code (case does not matter; I and L are read as 1, O as 0) or an alias.",
        ),
    }))
}

fn of_headers() -> Named {
    named(json!({
        "Idempotency-Key": {
            "name": "Idempotency-Key",
            "in": "header",
            "description": "A name for the request, of your own choice. Sent again within 24 hours under the same \
                            name, it is answered as the first time, byte for byte, and nothing is minted; \
                            whatever has become of the codes since. Names of other environments do not matter.",
            "schema": {
                "type": "string",
                "minLength": 1,
                "maxLength": IdempotencyKey::LIMIT,
                "pattern": "^[!-~]+$",
            },
            "example": "order-4471",
        },
        "If-Match": {
            "name": "If-Match",
            "in": "header",
            "description": "The `ETag` the code must still have, or `*`; one only. Otherwise the answer is 412.",
            "schema": { "type": "string" },
            "example": "\"1\"",
        },
        "If-None-Match": {
            "name": "If-None-Match",
            "in": "header",
            "description": "The `ETag` of an image the client has. If it is still the same, the answer is 304.",
            "schema": { "type": "string" },
        },
    }))
}

fn in_query(name: &str, schema: Value, example: Value, description: &str) -> Value {
    json!({
        "name": name, "in": "query", "description": description, "schema": schema, "example": example,
    })
}

fn of_lists() -> Named {
    named(json!({
        "limit": in_query(
            "limit",
            json!({ "type": "integer", "minimum": 1, "maximum": 100, "default": 50 }),
            json!(10),
            "How many codes one answer may hold.",
        ),
        "cursor": in_query(
            "cursor",
            json!({ "type": "string" }),
            json!("AQAAAZ3r0BxxAAAAAAAAEXcs0k1l3t4Qm8PpZ9vR2dYw"),
            "The `next_cursor` of the part before, with the same filters.",
        ),
        "tag": in_query("tag", schema("Tag"), json!("spring"), "Codes with this tag."),
        "external_id": in_query(
            "external_id", schema("ExternalId"), json!("order-4471"), "Codes with this external id.",
        ),
        "status": in_query(
            "status",
            schema("CodeStatus"),
            json!("paused"),
            "Codes that are shown with this status; without it, all but deleted ones.",
        ),
        "content_type": in_query(
            "content_type", schema("ContentType"), json!("url"), "Codes of this content type.",
        ),
        "name_prefix": in_query(
            "name_prefix", schema("Name"), json!("Customer"), "Codes whose name begins so, case as it is.",
        ),
        "created_after": in_query(
            "created_after", schema("Instant"), json!("2026-05-01T00:00:00Z"), "Codes minted later than this.",
        ),
        "created_before": in_query(
            "created_before",
            schema("Instant"),
            json!("2026-06-01T00:00:00Z"),
            "Codes minted earlier than this.",
        ),
        "include": in_query(
            "include",
            json!({ "type": "string", "enum": ["scan_count"] }),
            json!("scan_count"),
            "Shows how often each code was scanned.",
        ),
    }))
}

fn of_images() -> Named {
    let whole = |minimum: u32, maximum: u32, default: Option<u32>| match default {
        Some(default) => {
            json!({ "type": "integer", "minimum": minimum, "maximum": maximum, "default": default })
        }
        None => json!({ "type": "integer", "minimum": minimum, "maximum": maximum }),
    };
    named(json!({
        "scale": in_query(
            "scale",
            whole(1, 1_000, None),
            json!(8),
            "Pixels a module; not together with `size`, and not of a PDF. Without both a PNG has 10, or the whole dots \
             that `size_mm` and `dpi` ask for; an SVG fills whatever shows it.",
        ),
        "size": in_query(
            "size",
            whole(1, 20_000, None),
            json!(512),
            "Pixels a side of the whole image: of a PNG as many whole pixels a module as fit, the rest around it; of an \
             SVG its width and height. Not together with `scale`, and not of a PDF.",
        ),
        "margin": in_query(
            "margin",
            whole(0, 64, Some(4)),
            json!(2),
            "The quiet zone in modules. Under 4, which ISO/IEC 18004 asks, the answer has \
             `X-QR-Conformant: false`.",
        ),
        "dark": in_query(
            "dark",
            json!({ "type": "string", "pattern": "^#?([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$", "default": "#000000" }),
            json!("#003366"),
            "The colour of dark modules, with or without the `#`. It must be so much darker than `light` that \
             scanners can tell.",
        ),
        "light": in_query(
            "light",
            json!({
                "type": "string",
                "pattern": "^(transparent|#?([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6}))$",
                "default": "#ffffff",
            }),
            json!("transparent"),
            "The colour of light modules and of the quiet zone, or `transparent`: a PNG then has eight bits a sample and \
             an alpha channel.",
        ),
        "size_mm": in_query(
            "size_mm",
            json!({ "type": "number", "minimum": 1, "maximum": 5_000 }),
            json!(20.5),
            "The printed side of the whole image in millimetres; 50 of a PDF without it. In a PNG with `dpi` the nearest \
             one that has whole dots a module, which `X-QR-Size-Mm` tells. Not with `dpi` and `scale` or `size`; in \
             an SVG not with either of these.",
        ),
        "dpi": in_query(
            "dpi",
            whole(1, 10_000, None),
            json!(300),
            "Dots an inch of the printer that a PNG is made for, which it tells. Not of an SVG or a PDF.",
        ),
        "eci": in_query(
            "eci",
            json!({ "type": "boolean" }),
            json!(false),
            "Whether the symbol of content that is not all ASCII says that it is UTF-8 (ECI 26). Without it \
             many readers take umlauts for Chinese; scanners that type what they read may type the mark too \
             (`\\000026`). As the installation is set (`images.eci`, true unless changed) unless it is given; \
             ASCII never has one.",
        ),
    }))
}

fn of_batches() -> Named {
    named(json!({
        "on_error": in_query(
            "on_error",
            json!({ "type": "string", "enum": ["continue"] }),
            json!("continue"),
            "`continue` mints those that are in order and tells of the others.",
        ),
        "archive_format": in_query(
            "format",
            json!({ "type": "string", "enum": ["png", "svg", "pdf"], "default": "png" }),
            json!("svg"),
            "The format of the images. As the other parameters of images, with `Accept: application/zip` only.",
        ),
        "archive_csv": in_query(
            "csv",
            json!({ "type": "string", "enum": ["excel"] }),
            json!("excel"),
            "`excel` writes `manifest.csv` with semicolons, and ids as `=\"...\"`, so that Excel leaves them text.",
        ),
    }))
}
