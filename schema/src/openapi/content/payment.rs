//! `payment`, by scheme.

use serde_json::{Value, json};

use super::{Named, decimal, line, named, object, schema};

/// The schemas by name.
pub(super) fn schemas() -> Named {
    named(json!({
        "PaymentContent": {
            "description": "A payment to be made; `scheme` says how.",
            "oneOf": [schema("EpcPayment"), schema("UpiPayment")],
            "discriminator": {
                "propertyName": "scheme",
                "mapping": {
                    "epc": "#/components/schemas/EpcPayment",
                    "upi": "#/components/schemas/UpiPayment",
                },
            },
        },
        "EpcPayment": epc(),
        "UpiPayment": upi(),
    }))
}

fn amount(currency: &str) -> Value {
    decimal(&format!("{currency}, 0.01 to 999999999.99, with at most two places."))
}

fn epc() -> Value {
    let code = |pattern: &str, description: &str| json!({ "type": "string", "pattern": pattern, "description": description });
    object(
        "A SEPA credit transfer (EPC069-12, version 002). All of it makes at most 331 bytes.",
        json!({
            "scheme": { "const": "epc" },
            "name": line(70, "Who is paid."),
            "iban": code(
                "^[A-Za-z0-9 ]+$",
                "Their account (ISO 13616): 15 to 34 characters whose check digits fit. Spaces are dropped.",
            ),
            "bic": code("^[A-Za-z0-9 ]+$", "Their bank (ISO 9362): 8 or 11 characters."),
            "amount": amount("Euro"),
            "purpose": code("^[A-Za-z0-9 ]+$", "A purpose code (ISO 20022): 1 to 4 letters or digits."),
            "reference": code(
                "^[A-Za-z0-9 ]+$",
                "A creditor reference (ISO 11649) such as RF18 5390 0754 7034; not together with `text`.",
            ),
            "text": line(140, "What for; not together with `reference`."),
            "information": line(70, "A note for who pays."),
        }),
        &["scheme", "name", "iban"],
        json!([
            {
                "scheme": "epc",
                "name": "Example GmbH",
                "iban": "DE89 3704 0044 0532 0130 00",
                "bic": "COBADEFFXXX",
                "amount": "12.30",
                "purpose": "GDDS",
                "text": "Order 4471",
                "information": "Thank you",
            },
            {
                "scheme": "epc",
                "name": "Example GmbH",
                "iban": "DE89370400440532013000",
                "reference": "RF18 5390 0754 7034",
            },
        ]),
    )
}

fn upi() -> Value {
    object(
        "A request of India's Unified Payments Interface.",
        json!({
            "scheme": { "const": "upi" },
            "address": {
                "type": "string",
                "pattern": "^[A-Za-z0-9._-]{1,255}@[A-Za-z0-9.]{2,64}$",
                "description": "The virtual payment address of who is paid.",
            },
            "name": line(99, "Who is paid."),
            "amount": amount("Rupees"),
            "note": line(80, "What for; who pays sees it."),
            "reference": {
                "type": "string",
                "pattern": "^[A-Za-z0-9._~-]{1,35}$",
                "description": "The transaction's reference at who is paid.",
            },
        }),
        &["scheme", "address", "name"],
        json!([
            { "scheme": "upi", "address": "ann@bank", "name": "Ann Example" },
            {
                "scheme": "upi",
                "address": "shop.4471@bank",
                "name": "Example Shop",
                "amount": 499,
                "note": "Order 4471",
                "reference": "order-4471",
            },
        ]),
    )
}
