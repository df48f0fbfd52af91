use serde_json::{Value, json};

use super::{ContentType, Payload, PayloadError};
use crate::fault::FieldFault;

/// The payload of a content that must be accepted.
pub(super) fn accepted(content_type: ContentType, content: &Value) -> String {
    match Payload::parse(content_type, content) {
        Ok(payload) => payload.into_string(),
        Err(faults) => panic!("{content} as {content_type}: {faults:?}"),
    }
}

/// The faults of a content that must be refused, as `pointer detail`.
pub(super) fn refused(content_type: ContentType, content: &Value) -> Vec<String> {
    match Payload::parse(content_type, content) {
        Ok(payload) => panic!("{content} as {content_type}: {payload:?}"),
        Err(faults) => {
            assert!(!faults.is_empty());
            faults
                .into_iter()
                .map(|FieldFault { pointer, detail, .. }| format!("{pointer} {detail}"))
                .collect()
        }
    }
}

#[test]
fn a_string_is_the_payload() {
    let given = [
        (ContentType::Url, "https://app.example.com/c/4471"),
        (ContentType::Url, "HTTP://EXAMPLE.COM"),
        (ContentType::Url, "https://bücher.example/ä"),
        (ContentType::Text, " any\r\ntext "),
        (ContentType::Email, "mailto:ann@example.com"),
        (ContentType::Email, "MATMSG:TO:ann@example.com;SUB:a;BODY:b;;"),
        (ContentType::Phone, "TEL:+493012345"),
        (ContentType::Sms, "SMSTO:+493012345:hello"),
        (ContentType::Sms, "sms:+493012345?body=hello"),
        (ContentType::Wifi, "WIFI:T:WPA;S:a;P:12345678;;"),
        (ContentType::Vcard, "BEGIN:VCARD\nVERSION:4.0\nFN:A\nEND:VCARD"),
        (ContentType::Geo, "geo:52.5,13.4;u=35"),
        (ContentType::Event, "BEGIN:VEVENT\nEND:VEVENT"),
        (ContentType::Payment, "SPC\n0200\n1"),
    ];
    for (content_type, text) in given {
        assert_eq!(accepted(content_type, &json!(text)), text);
    }
}

#[test]
fn a_string_without_its_types_prefix_is_refused() {
    for content_type in ContentType::ALL {
        let outcome = Payload::parse(content_type, &json!("äöü 12345"));
        let free = matches!(content_type, ContentType::Text | ContentType::Payment);
        assert_eq!(outcome.is_ok(), free, "{content_type}");
    }
    assert_eq!(
        refused(ContentType::Sms, &json!("+493012345")),
        ["/content as a string must begin with sms: or smsto:; or give an object with named fields"]
    );
    assert_eq!(
        refused(ContentType::Url, &json!("javascript:alert(1)")),
        ["/content has the scheme javascript; only http and https are allowed"]
    );
    assert_eq!(
        refused(ContentType::Url, &json!("https://example.com/a b")),
        ["/content must not contain white space; write a space as %20"]
    );
}

#[test]
fn content_is_a_string_or_an_object() {
    for content in [json!(null), json!(true), json!(4471), json!(["https://example.com"])] {
        for content_type in ContentType::ALL {
            assert_eq!(refused(content_type, &content), ["/content must be a string or an object"]);
        }
    }
}

#[test]
fn a_payload_has_1_to_2953_bytes() {
    let longest = "ä".repeat(1_476) + "a";
    assert_eq!(accepted(ContentType::Text, &json!(longest)).len(), Payload::MAX_BYTES);
    assert_eq!(accepted(ContentType::Text, &json!({ "text": longest })).len(), Payload::MAX_BYTES);
    let too_long = "ä".repeat(1_477);
    let fault = "/content is 2954 bytes long as encoded; a code holds at most 2953";
    assert_eq!(refused(ContentType::Text, &json!(too_long)), [fault]);
    assert_eq!(refused(ContentType::Text, &json!({ "text": too_long })), [fault]);
    for content_type in ContentType::ALL {
        assert_eq!(refused(content_type, &json!("")), ["/content must not be empty"]);
    }
    assert_eq!(Payload::from_stored(String::new()), Err(PayloadError::Empty));
    assert_eq!(Payload::from_stored(too_long), Err(PayloadError::TooLong { bytes: 2_954 }));
    assert_eq!(Payload::from_stored(longest.clone()).unwrap().as_str(), longest);
}

#[test]
fn a_url_or_text_as_an_object_is_cleaned() {
    assert_eq!(
        accepted(ContentType::Url, &json!({ "url": "https://bücher.example/a b" })),
        "https://xn--bcher-kva.example/a%20b"
    );
    assert_eq!(accepted(ContentType::Url, &json!({ "url": "https://example.com" })), "https://example.com");
    assert_eq!(accepted(ContentType::Text, &json!({ "text": "one\r\ntwo\tthree" })), "one\ntwo\tthree");
    for text in ["bell\u{7}", "carriage\rreturn", "nothing\u{0}"] {
        assert_eq!(
            refused(ContentType::Text, &json!({ "text": text })),
            ["/content/text must not contain control characters other than tabs and line breaks"]
        );
    }
}

#[test]
fn all_faults_of_an_object_are_named_at_once() {
    assert_eq!(
        refused(ContentType::Url, &json!({ "href": "https://example.com", "a/b": 1 })),
        [
            "/content/url is required",
            "/content/a~1b is not a field of this object; its fields are url",
            "/content/href is not a field of this object; its fields are url",
        ]
    );
    assert_eq!(
        refused(ContentType::Text, &json!({ "text": "a", "title": "b" })),
        ["/content/title is not a field of this object; its fields are text"]
    );
    assert_eq!(refused(ContentType::Text, &json!({ "text": null })), ["/content/text is required"]);
    assert_eq!(refused(ContentType::Text, &json!({ "text": 7 })), ["/content/text must be a string"]);
    assert_eq!(refused(ContentType::Text, &json!({ "text": "" })), ["/content/text must not be empty"]);
}
