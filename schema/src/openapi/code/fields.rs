//! The schemas of single fields, which requests and records share.

use serde_json::{Value, json};

use crate::openapi::references::{Named, named, schema};
use crate::{
    ContentType, ErrorCorrection, ExternalId, Metadata, Name, Payload, ShownStatus, Tag, Tags, TargetUrl,
};

/// A field's schema by name.
pub(super) fn schemas() -> Named {
    let mut schemas = enumerations();
    schemas.extend(texts());
    schemas.extend(collections());
    schemas
}

fn enumerations() -> Named {
    named(json!({
        "ContentType": {
            "type": "string",
            "description": "What the content is. It decides which fields an object given as `content` has.",
            "enum": ContentType::ALL.map(ContentType::name),
        },
        "CodeStatus": {
            "type": "string",
            "description": "Whether the code works, as its link answers: that of a paused one 403, that of an \
                            expired or deleted one 410. `expired` follows from `expires_at`, before `paused`; \
                            deleting is for good.",
            "enum": ShownStatus::ALL.map(ShownStatus::name),
        },
        "ErrorCorrection": {
            "type": "string",
            "description": "How much of the symbol may be lost: about 7, 15, 25 or 30 % (ISO/IEC 18004). An \
                            image has a higher level where that costs no space.",
            "enum": ErrorCorrection::ALL.map(|level| level.letter().to_string()),
            "default": ErrorCorrection::default().letter().to_string(),
        },
    }))
}

fn texts() -> Named {
    let bounded = |limit: usize, description: &str, example: &str| {
        json!({
            "type": "string",
            "minLength": 1,
            "maxLength": limit,
            "description": description,
            "examples": [example],
        })
    };
    let mut texts = named(json!({
        "Name": bounded(
            Name::LIMIT,
            "What its owner calls it. No control characters, not white space alone.",
            "Customer 4471",
        ),
        "Tag": bounded(
            Tag::LIMIT,
            "What codes are listed by. No control characters, not white space alone.",
            "spring",
        ),
        "ExternalId": bounded(
            ExternalId::LIMIT,
            "The owner's own reference, such as an order number. The limit counts bytes of UTF-8. No control \
             characters, not white space alone.",
            "order-4471",
        ),
        "TargetUrl": bounded(
            TargetUrl::MAX_BYTES,
            "Where the link leads: an absolute `http` or `https` URL, not on the host of short links. The limit \
             counts bytes. A URL that is no URI yet (a space, an umlaut) is percent-encoded.",
            "https://shop.example.com/4471",
        ),
        "Payload": bounded(
            Payload::MAX_BYTES,
            "The content as it is encoded. The limit counts bytes of UTF-8 and is that of level L; a static \
             code of a higher level holds less. It begins as its type's payloads do: `url` with `http://` or \
             `https://`, `email` with `mailto:` or `MATMSG:`, `phone` with `tel:`, `sms` with `sms:` or \
             `smsto:`, `wifi` with `WIFI:`, `vcard` with `BEGIN:VCARD`, `geo` with `geo:`, `event` with \
             `BEGIN:VCALENDAR` or `BEGIN:VEVENT`, whatever the case; `text` and `payment` as they like.",
            "https://app.example.com/c/4471",
        ),
    }));
    texts.extend(named(json!({
        "Alias": {
            "type": "string",
            "minLength": 3,
            "maxLength": 64,
            "pattern": "^[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]$",
            "description": "The short code to have instead of a generated one; its case does not matter. It is \
                            none of the service's own words, and with 8 or 9 characters it has a hyphen or a \
                            `u`, so that it is never mistaken for a generated one.",
            "examples": ["summer-sale"],
        },
        "Instant": {
            "type": "string",
            "format": "date-time",
            "description": "An instant between the years 1970 and 9999 (RFC 3339). Shown in UTC with \
                            milliseconds.",
            "examples": ["2030-12-31T23:59:59.000Z"],
        },
        "CodeId": {
            "type": "string",
            "format": "uuid",
            "description": "The code's id: a version 7 UUID.",
            "examples": ["019debd0-1c71-7003-a090-88b3a216df49"],
        },
    })));
    texts
}

fn collections() -> Named {
    named(json!({
        "Tags": {
            "type": "array",
            "items": schema("Tag"),
            "maxItems": Tags::LIMIT,
            "description": "A set: doubles count once, and it is shown in alphabetical order.",
            "examples": [["print", "spring"]],
        },
        "Metadata": {
            "type": "object",
            "maxProperties": Metadata::KEY_LIMIT,
            "description": format!(
                "The owner's own pairs, of any JSON: at most {} keys and {} bytes as JSON text without white \
                 space. That text is kept: members stay in their order, and numbers are written as they came.",
                Metadata::KEY_LIMIT, Metadata::BYTE_LIMIT
            ),
            "examples": [{ "campaign": "spring", "order": 4_471 }],
        },
    }))
}

/// The schema called `name` with a description of its own.
pub(super) fn described(name: &str, description: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}"), "description": description })
}
