//! `email`: a `mailto` URI (RFC 6068).

use serde_json::Value;

use super::fields::{Fields, Refused};
use super::{percent, rules};

/// Most addresses in one field.
const MOST_ADDRESSES: usize = 20;

/// Longest subject, in characters: a header line (RFC 5322, 2.1.1).
const MOST_SUBJECT: usize = 998;

/// `{"to", "cc", "bcc", "subject", "body"}`, of which `to` is required; addresses are a string or an array of
/// strings.
///
/// Everything is percent-encoded except an address's at sign, the plus sign included: some readers take a
/// bare one for a space. A line break in the body becomes `%0D%0A`, as RFC 6068, 5 asks.
pub(super) fn email(fields: &mut Fields<'_>) -> Result<String, Refused> {
    let to = fields.required_list("to", MOST_ADDRESSES, address);
    let cc = fields.list("cc", MOST_ADDRESSES, address);
    let bcc = fields.list("bcc", MOST_ADDRESSES, address);
    let subject = fields.optional("subject", rules::line(MOST_SUBJECT));
    let body = fields.optional("body", rules::lines);

    let mut headers = Vec::new();
    let to = encode_addresses(&to?);
    for (name, addresses) in [("cc", cc?), ("bcc", bcc?)] {
        if !addresses.is_empty() {
            headers.push(format!("{name}={}", encode_addresses(&addresses)));
        }
    }
    if let Some(subject) = subject? {
        headers.push(format!("subject={}", percent::encode(&subject, b"")));
    }
    if let Some(body) = body? {
        headers.push(format!("body={}", percent::encode(&body.replace('\n', "\r\n"), b"")));
    }
    let separator = if headers.is_empty() { "" } else { "?" };
    Ok(format!("mailto:{to}{separator}{}", headers.join("&")))
}

/// An address: a dot-atom, an at sign, a host name (RFC 5322, 3.4.1, without quoted local parts and address
/// literals; letters of any script as RFC 6531 allows).
pub(super) fn address(value: &Value) -> Result<String, String> {
    let text = rules::string(value)?;
    match text.rsplit_once('@') {
        Some((local, domain)) if is_dot_atom(local) && is_host_name(domain) => Ok(text.to_owned()),
        _ => Err("must be an e-mail address such as ann@example.com".to_owned()),
    }
}

fn encode_addresses(addresses: &[String]) -> String {
    addresses.iter().map(|address| percent::encode(address, b"@")).collect::<Vec<_>>().join(",")
}

fn is_dot_atom(text: &str) -> bool {
    let is_atom_character =
        |character: char| character.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(character);
    text.len() <= 64 && text.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atom_character))
}

fn is_host_name(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|character| character.is_alphanumeric() || character == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::content::ContentType::Email;
    use crate::content::tests::{accepted, refused};

    #[test]
    fn a_mail_becomes_a_mailto_uri() {
        let mails = [
            (json!({ "to": "ann@example.com" }), "mailto:ann@example.com"),
            (
                json!({
                    "to": ["ann@example.com", "bob+qr@example.com"], "cc": "c@example.com",
                    "bcc": ["d@e.example"]
                }),
                "mailto:ann@example.com,bob%2Bqr@example.com?cc=c@example.com&bcc=d@e.example",
            ),
            (
                json!({ "to": "ann@example.com", "subject": "50% & more?", "body": "1\r\n2\n3+4" }),
                "mailto:ann@example.com?subject=50%25%20%26%20more%3F&body=1%0D%0A2%0D%0A3%2B4",
            ),
            (json!({ "to": "a?b&c=d%e@example.com" }), "mailto:a%3Fb%26c%3Dd%25e@example.com"),
            (json!({ "to": "jürgen@bücher.example" }), "mailto:j%C3%BCrgen@b%C3%BCcher.example"),
        ];
        for (content, payload) in mails {
            assert_eq!(accepted(Email, &content), payload);
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long_local = format!("{}@example.com", "a".repeat(65));
        for to in [
            "ann",
            "@example.com",
            "ann@",
            "ann@@example.com",
            "a b@example.com",
            ".ann@example.com",
            "ann..b@example.com",
            "ann@-example.com",
            "ann@example..com",
            "ann@exam_ple.com",
            "ann@example.com\r\nBcc: x@example.com",
            "Ann <ann@example.com>",
            "ann@example.com,bob@example.com",
            &long_local,
        ] {
            let fault = "/content/to must be an e-mail address such as ann@example.com";
            assert_eq!(refused(Email, &json!({ "to": to })), [fault], "{to}");
        }
    }

    #[test]
    fn every_fault_of_a_mail_is_named() {
        assert_eq!(
            refused(Email, &json!({ "cc": ["ann@example.com", "bob"], "subject": "a\nBcc: b", "text": "c" })),
            [
                "/content/to is required",
                "/content/cc/1 must be an e-mail address such as ann@example.com",
                "/content/subject must not contain control characters such as line breaks and tabs",
                "/content/text is not a field of this object; its fields are to, cc, bcc, subject, body",
            ]
        );
        assert_eq!(refused(Email, &json!({ "to": [] })), ["/content/to is required"]);
        assert_eq!(
            refused(Email, &json!({ "to": vec!["a@b.c"; 21] })),
            ["/content/to holds 21 values; at most 20 are allowed"]
        );
    }
}
