//! The schemas of content given as an object, one for each content type.

mod calendar_and_contacts;
mod messages;
mod payment;
mod places;

use serde_json::{Value, json};

use super::references::{Named, named, schema};
use crate::{ContentType, Payload};

/// Which schema the object of each content type has, in the order of [`ContentType::ALL`].
pub(super) const OBJECTS: [(ContentType, &str); 10] = [
    (ContentType::Url, "UrlContent"),
    (ContentType::Text, "TextContent"),
    (ContentType::Email, "EmailContent"),
    (ContentType::Phone, "PhoneContent"),
    (ContentType::Sms, "SmsContent"),
    (ContentType::Wifi, "WifiContent"),
    (ContentType::Vcard, "VcardContent"),
    (ContentType::Geo, "GeoContent"),
    (ContentType::Event, "EventContent"),
    (ContentType::Payment, "PaymentContent"),
];

/// The schemas by name.
pub(super) fn schemas() -> Named {
    let subjects = [
        content(),
        plain(),
        messages::schemas(),
        places::schemas(),
        calendar_and_contacts::schemas(),
        payment::schemas(),
    ];
    subjects.into_iter().flatten().collect()
}

fn content() -> Named {
    let objects = OBJECTS.into_iter().map(|(_, name)| schema(name));
    let forms: Vec<Value> = std::iter::once(schema("Payload")).chain(objects).collect();
    named(json!({
        "Content": {
            "description": "What the code holds; it cannot be changed later. A string is the payload itself; \
                            an object has the named fields of the `content_type`, which are checked and \
                            escaped.",
            "anyOf": forms,
        },
    }))
}

fn plain() -> Named {
    named(json!({
        "UrlContent": object(
            "A web address.",
            json!({ "url": http_url() }),
            &["url"],
            json!([{ "url": "https://app.example.com/c/4471" }]),
        ),
        "TextContent": object(
            "Text shown as it is.",
            json!({ "text": lines("May have line breaks and tabs, no other control characters.") }),
            &["text"],
            json!([{ "text": "Shelf 12\nSecond row" }]),
        ),
    }))
}

/// The schema of an object that has these fields and no others.
fn object(description: &str, properties: Value, required: &[&str], examples: Value) -> Value {
    json!({
        "type": "object",
        "description": description,
        "properties": properties,
        "required": required,
        "additionalProperties": false,
        "examples": examples,
    })
}

/// A text of one line.
fn line(most: usize, description: &str) -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": most, "description": description })
}

/// A text of lines.
fn lines(description: &str) -> Value {
    line(Payload::MAX_BYTES, description)
}

/// One value or up to `most` of them.
fn one_or_several(value: &Value, most: usize, description: &str) -> Value {
    json!({
        "description": description,
        "anyOf": [value, { "type": "array", "items": value, "maxItems": most }],
    })
}

fn http_url() -> Value {
    json!({
        "type": "string",
        "format": "uri",
        "minLength": 1,
        "maxLength": Payload::MAX_BYTES,
        "description": "An absolute `http` or `https` URL.",
    })
}

fn phone_number() -> Value {
    json!({
        "type": "string",
        "pattern": "^[0-9 ./()+-]+$",
        "description": "A phone number of 2 to 15 digits, international with `+` or as it is dialled. Spaces \
                        and `-./()` are dropped; `(0)` is refused.",
    })
}

fn e_mail_address() -> Value {
    json!({ "type": "string", "format": "idn-email", "description": "An e-mail address." })
}

/// A number that is kept with the digits it was written with.
fn decimal(description: &str) -> Value {
    json!({
        "type": ["number", "string"],
        "pattern": "^-?[0-9]+([.][0-9]+)?$",
        "description": format!("{description} A number, or a string of at most 18 digits such as `12.50`."),
    })
}
