//! `email`, `phone` and `sms`.

use serde_json::json;

use super::{Named, e_mail_address, line, lines, named, object, one_or_several, phone_number};

/// The schemas by name.
pub(super) fn schemas() -> Named {
    let addresses = |description: &str| one_or_several(&e_mail_address(), 20, description);
    named(json!({
        "EmailContent": object(
            "A mail to be written.",
            json!({
                "to": addresses("To whom: one address or up to 20, at least one."),
                "cc": addresses("Who gets a copy."),
                "bcc": addresses("Who gets a copy unseen."),
                "subject": line(998, "Its subject."),
                "body": lines("Its text; may have line breaks."),
            }),
            &["to"],
            json!([
                { "to": "ann@example.com" },
                {
                    "to": ["ann@example.com", "bob@example.com"],
                    "cc": "carla@example.com",
                    "bcc": ["dan@example.com"],
                    "subject": "Order 4471",
                    "body": "Hello Ann,\nit has arrived.",
                },
            ]),
        ),
        "PhoneContent": object(
            "A number to be called.",
            json!({ "number": phone_number() }),
            &["number"],
            json!([{ "number": "+49 30 1234567" }]),
        ),
        "SmsContent": object(
            "A short message to be sent.",
            json!({ "number": phone_number(), "message": line(1_530, "Its text, in one line.") }),
            &["number"],
            json!([{ "number": "+49 30 1234567", "message": "Yes, I will come" }]),
        ),
    }))
}
