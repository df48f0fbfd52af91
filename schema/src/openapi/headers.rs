//! The headers of answers.

use serde_json::{Value, json};

/// All of them by name.
pub(super) fn all() -> Value {
    let text = |description: &str, example: &str| json!({ "description": description, "schema": { "type": "string" }, "example": example });
    let count = |description: &str, example: u64| {
        json!({
            "description": description,
            "schema": { "type": "integer", "minimum": 0 },
            "example": example,
        })
    };
    json!({
        "X-Request-Id": text(
            "Names the request in the log: the id sent along, when it is 1 to 64 letters, digits or `-_.:`; \
             else a new UUID.",
            "0b6f1f4e-6c0e-4d3c-9c8e-3b1b1b0a7f52",
        ),
        "X-RateLimit-Limit": count(
            "Requests a minute of this key; of the client's network when no valid key was sent. This header \
             and its kin are absent for a key without a limit.",
            100,
        ),
        "X-RateLimit-Remaining": count("Requests that are left at once.", 99),
        "X-RateLimit-Reset": count("When all are left again, in seconds since 1970.", 1_777_777_778),
        "RateLimit-Policy": text(
            "The limit as a structured field: which bucket, `q` requests in a window of `w` seconds.",
            "\"key\";q=100;w=60",
        ),
        "RateLimit": text(
            "What is left as a structured field: `r` requests, all of them in `t` seconds.",
            "\"key\";r=99;t=1",
        ),
        "Retry-After": count("Seconds after which to ask again; absent where nobody can know.", 1),
        "WWW-Authenticate": text("What to send instead: a bearer token, the API key.", "Bearer realm=\"ezqr\""),
        "ETag": text(
            "The entity tag. Of a code it is the version in quotes and good for `If-Match`; of an image, for \
             `If-None-Match`.",
            "\"1\"",
        ),
        "Idempotent-Replayed": text(
            "`true` when this repeats the answer to an earlier request of the same `Idempotency-Key`; otherwise \
             absent.",
            "true",
        ),
        "Location": text("Where the code's record is, or where its link leads.", "/api/v1/qr-codes/019debd0-1c71-7003-a090-88b3a216df49"),
        "Cache-Control": text("How long an answer may be kept, and by whom.", "no-store"),
        "X-QR-Size-Mm": text(
            "The printed side of the image in millimetres, the quiet zone included; absent when the file tells none.",
            "24.774",
        ),
        "X-QR-Conformant": text(
            "`false` when the image has a narrower quiet zone than ISO/IEC 18004 asks; otherwise absent.",
            "false",
        ),
    })
}
