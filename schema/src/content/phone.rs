//! `phone` and `sms`: what a telephone number is good for.

use serde_json::Value;

use super::fields::{Fields, Refused};
use super::{pasted, rules};

/// Most digits of a number (ITU-T E.164, 6.1).
const MOST_DIGITS: usize = 15;

/// Longest message, in characters: ten concatenated messages.
const MOST_MESSAGE: usize = 1_530;

/// `{"number"}`: a `tel` URI (RFC 3966).
pub(super) fn phone(fields: &mut Fields<'_>) -> Result<String, Refused> {
    Ok(format!("tel:{}", fields.required("number", number)?))
}

/// `{"number", "message"}`, of which `number` is required: `SMSTO:number:message`.
///
/// That is the form phone cameras agree on (`ZXing`, "Barcode Contents"); with the `sms` URI of RFC 5724 they
/// differ on the message. Everything after the second colon is the message, so nothing is escaped, and a
/// message is one line.
pub(super) fn sms(fields: &mut Fields<'_>) -> Result<String, Refused> {
    let number = fields.required("number", number);
    let message = fields.optional("message", rules::line(MOST_MESSAGE));
    let number = number?;
    Ok(match message? {
        Some(message) => format!("SMSTO:{number}:{message}"),
        None => format!("SMSTO:{number}"),
    })
}

/// Most digits of a country code (ITU-T E.164, 6.2.1).
const MOST_COUNTRY_DIGITS: usize = 3;

/// A number: international with `+`, or as dialled. Blanks, dashes and `./()` (RFC 3966's visual separators, the
/// slash, and what is pasted in their place) are dropped.
///
/// A zero in brackets behind the country code, as in `+49 (0) 30`, is dropped too: it is dialled inside the
/// country alone. Anywhere else nobody can tell whether it is dialled, so it is refused.
pub(super) fn number(value: &Value) -> Result<String, String> {
    let text = pasted::without_separators(rules::string(value)?).replace(['.', '/'], "");
    let text = without_trunk_zero(&text);
    if text.contains("(0)") {
        return Err("must not contain (0) but behind the country code, as in +49 (0) 30 1234567; write the \
                    number as it is dialled"
            .to_owned());
    }
    let dialled = text.replace(['(', ')'], "");
    let digits = dialled.strip_prefix('+').unwrap_or(&dialled);
    if (2..=MOST_DIGITS).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(dialled);
    }
    Err(format!("must be a phone number of 2 to {MOST_DIGITS} digits such as +49 30 1234567"))
}

/// `text` without the `(0)` that follows its country code, if it has both.
fn without_trunk_zero(text: &str) -> String {
    let Some((country, rest)) = text.split_once("(0)") else { return text.to_owned() };
    let digits = country.strip_prefix('+').or_else(|| country.strip_prefix("00"));
    let is_country = digits.is_some_and(|digits| {
        (1..=MOST_COUNTRY_DIGITS).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    if is_country { format!("{country}{rest}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::content::ContentType::{Phone, Sms};
    use crate::content::tests::{accepted, refused};

    #[test]
    fn a_number_becomes_a_tel_uri() {
        for (number, payload) in [
            ("+49 30 1234567", "tel:+49301234567"),
            ("+1 (555) 010-0199", "tel:+15550100199"),
            ("030/123.45-67", "tel:0301234567"),
            ("112", "tel:112"),
            ("+123456789012345", "tel:+123456789012345"),
            ("+49 (0)30 1234567", "tel:+49301234567"),
            ("+49 ( 0 ) 30 1234567", "tel:+49301234567"),
            ("+44\u{a0}(0)\u{a0}20\u{2011}7946\u{2013}0018", "tel:+442079460018"),
            ("0049(0)30/1234567", "tel:0049301234567"),
            ("\u{202a}+1 (555) 010\u{2012}0199\u{202c}", "tel:+15550100199"),
            ("030\u{2007}123\u{2212}45", "tel:03012345"),
        ] {
            assert_eq!(accepted(Phone, &json!({ "number": number })), payload);
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        let fault = "/content/number must be a phone number of 2 to 15 digits such as +49 30 1234567";
        for number in [
            "",
            "+",
            "1",
            "call me",
            "+1234567890123456",
            "++49301",
            "49+301",
            "*100#",
            "٣٤٥",
            "123;ext=4",
            "12\n34",
        ] {
            assert_eq!(refused(Phone, &json!({ "number": number })), [fault], "{number}");
        }
        let fault = "/content/number must not contain (0) but behind the country code, as in +49 (0) 30 1234567; \
                     write the number as it is dialled";
        for number in [
            "(0)30 1234567",
            "( 0 )30 1234567",
            "+49 30 (0) 12",
            "+49 (0)30 (0)1",
            "030 1234-(0)",
            "+(0)30 12",
        ] {
            assert_eq!(refused(Phone, &json!({ "number": number })), [fault], "{number}");
        }
        assert_eq!(refused(Phone, &json!({ "number": 112 })), ["/content/number must be a string"]);
        assert_eq!(refused(Phone, &json!({})), ["/content/number is required"]);
    }

    #[test]
    fn a_message_follows_the_second_colon() {
        assert_eq!(accepted(Sms, &json!({ "number": "+49 30 1234567" })), "SMSTO:+49301234567");
        assert_eq!(
            accepted(Sms, &json!({ "number": "+49301234567", "message": "Hi: I'm late; ok?" })),
            "SMSTO:+49301234567:Hi: I'm late; ok?"
        );
        assert_eq!(
            refused(Sms, &json!({ "message": "a\r\nb", "to": "1" })),
            [
                "/content/number is required",
                "/content/message must not contain control characters such as line breaks and tabs",
                "/content/to is not a field of this object; its fields are number, message",
            ]
        );
    }
}
