//! Properties of all content types. The readers here share nothing with the writers.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{ContentType, Payload};

/// Any text without control characters, delimiters more often than elsewhere.
fn line() -> impl Strategy<Value = String> {
    let delimiter = prop::sample::select(r#"\;,:"%&?#=+@/ n"#.chars().map(String::from).collect::<Vec<_>>());
    prop::collection::vec(prop_oneof![2 => delimiter, 1 => "\\PC"], 1..40).prop_map(|parts| parts.concat())
}

/// Any text at all, line breaks and other control characters included.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        line(),
        "[\\x00-\\x1f\\x7fa:;\\\\]{0,12}",
        "[a\\r\\n]{1,3}",
        Just("a\r\nEND:VCARD\r\nX:1".to_owned()),
        any::<String>()
    ]
}

/// Any JSON, its objects mostly made of fields that some type has.
fn json_value() -> impl Strategy<Value = Value> {
    let plausible = prop::sample::select(vec![
        "+49 30 1234567",
        "ann@example.com",
        "https://example.com/ä",
        "2026-03-01",
        "2026-03-01T10:00:00",
        "9999-12-31T23:59:59-01:00",
        "Europe/Berlin",
        "wpa",
        "epc",
        "upi",
        "DE89370400440532013000",
        "RF18539007547034",
        "ann@bank",
        "12.30",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        plausible.prop_map(Value::from),
        hostile().prop_map(Value::from),
    ];
    let field = prop::sample::select(
        "url text to cc bcc subject body number message ssid security password hidden full_name first_name \
         last_name prefix suffix organization title phone mobile fax email address birthday note street city \
         latitude longitude altitude uncertainty start end time_zone location description scheme name iban bic \
         amount purpose reference information unknown a/b"
            .split_whitespace()
            .collect::<Vec<_>>(),
    );
    leaf.prop_recursive(3, 64, 16, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(field.clone(), inner, 0..12).prop_map(|fields| {
                Value::Object(
                    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>(),
                )
            }),
        ]
    })
}

fn transfer() -> Value {
    json!({ "scheme": "epc", "name": "a", "iban": "DE89370400440532013000" })
}

fn content_type() -> impl Strategy<Value = ContentType> {
    prop::sample::select(ContentType::ALL.to_vec())
}

/// Undoes `%XX`.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes().iter();
    while let Some(&byte) = rest.next() {
        if byte == b'%' {
            let digits = [*rest.next().unwrap(), *rest.next().unwrap()];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// Splits at the unescaped `delimiter`s and undoes backslashes, `\n` being a line break where `line_breaks`
/// says so.
fn split_unescaped(text: &str, delimiter: char, line_breaks: bool) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        if character == delimiter {
            parts.push(String::new());
            continue;
        }
        let literal = match character {
            '\\' => match rest.next().unwrap() {
                'n' if line_breaks => '\n',
                escaped => escaped,
            },
            other => other,
        };
        parts.last_mut().unwrap().push(literal);
    }
    parts
}

/// The values of a content line by name, still escaped; each value is whole, in one line.
fn content_lines(payload: &str) -> Vec<(String, String)> {
    assert!(payload.ends_with("\r\n"));
    assert!(payload.split("\r\n").all(|line| !line.starts_with([' ', '\t']) && !line.contains(['\r', '\n'])));
    let split = |line: &str| line.split_once(':').map(|(name, value)| (name.to_owned(), value.to_owned()));
    payload.trim_end_matches("\r\n").split("\r\n").map(|line| split(line).unwrap()).collect()
}

fn payload_of(content_type: ContentType, content: &Value) -> String {
    Payload::parse(content_type, content).unwrap().into_string()
}

proptest! {
    #[test]
    fn any_json_makes_a_bounded_payload_or_names_faults(
        content_type in content_type(),
        content in json_value(),
    ) {
        match Payload::parse(content_type, &content) {
            Ok(payload) => {
                prop_assert!((1..=Payload::MAX_BYTES).contains(&payload.as_str().len()));
                prop_assert_eq!(Payload::from_stored(payload.as_str().to_owned()), Ok(payload));
            }
            Err(faults) => {
                prop_assert!(!faults.is_empty());
                prop_assert!(faults.iter().all(|fault| fault.pointer.starts_with("/content")));
                prop_assert!(faults.iter().all(|fault| !fault.detail.is_empty()));
            }
        }
    }

    #[test]
    fn a_line_break_never_gets_into_a_payload_of_one_line(
        kind in prop::sample::select(vec![
            (ContentType::Url, json!({ "url": "" }), "url"),
            (ContentType::Email, json!({ "to": "a@b.c" }), "subject"),
            (ContentType::Email, json!({ "to": "a@b.c" }), "body"),
            (ContentType::Email, json!({}), "to"),
            (ContentType::Phone, json!({}), "number"),
            (ContentType::Sms, json!({ "number": "112" }), "message"),
            (ContentType::Wifi, json!({}), "ssid"),
            (ContentType::Wifi, json!({ "ssid": "a", "security": "wpa3" }), "password"),
            (ContentType::Geo, json!({ "longitude": 1 }), "latitude"),
            (ContentType::Payment, json!({ "scheme": "upi", "address": "a@bank" }), "name"),
            (ContentType::Payment, json!({ "scheme": "upi", "address": "a@bank", "name": "a" }), "note"),
        ]),
        text in hostile(),
    ) {
        let (content_type, mut content, field) = kind;
        content[field] = Value::from(text);
        if let Ok(payload) = Payload::parse(content_type, &content) {
            prop_assert!(!payload.as_str().contains(char::is_control), "{payload:?}");
        }
    }

    #[test]
    fn a_field_never_adds_a_line(
        kind in prop::sample::select(vec![
            (ContentType::Vcard, json!({}), "full_name", "a"),
            (ContentType::Vcard, json!({ "full_name": "a" }), "note", "a"),
            (ContentType::Vcard, json!({ "full_name": "a" }), "phone", "112"),
            (ContentType::Vcard, json!({ "full_name": "a" }), "email", "a@b.c"),
            (ContentType::Vcard, json!({ "full_name": "a" }), "url", "https://a.b"),
            (ContentType::Event, json!({ "start": "2026-03-01" }), "title", "a"),
            (ContentType::Event, json!({ "title": "a" }), "start", "2026-03-01"),
            (ContentType::Event, json!({ "title": "a", "start": "2026-03-01" }), "description", "a"),
            (ContentType::Payment, json!({ "scheme": "epc", "iban": "DE89370400440532013000" }), "name", "a"),
            (ContentType::Payment, json!({ "scheme": "epc", "name": "a" }), "iban", "DE89370400440532013000"),
            (ContentType::Payment, transfer(), "text", "a"),
        ]),
        text in hostile(),
        cut in any::<prop::sample::Index>(),
    ) {
        let (content_type, mut content, field, harmless) = kind;
        let lines = |payload: &Payload| payload.as_str().matches(['\r', '\n']).count();
        content[field] = Value::from(harmless);
        let expected = lines(&Payload::parse(content_type, &content).unwrap());
        let (before, after) = harmless.split_at(cut.index(harmless.len() + 1));
        for hostile in [text.clone(), format!("{before}{text}{after}")] {
            content[field] = Value::from(hostile);
            if let Ok(payload) = Payload::parse(content_type, &content) {
                prop_assert_eq!(lines(&payload), expected, "{:?}", payload);
            }
        }
    }

    #[test]
    fn a_network_reads_back(ssid in line(), password in line()) {
        let content = json!({ "ssid": ssid, "password": password, "security": "wpa3" });
        prop_assume!(ssid.len() <= 32);
        let payload = payload_of(ContentType::Wifi, &content);
        let parts = split_unescaped(payload.strip_prefix("WIFI:").unwrap(), ';', false);
        prop_assert_eq!(parts.join("\n"), format!("T:WPA\nS:{ssid}\nP:{password}\n\n"));
    }

    #[test]
    fn a_mail_reads_back(subject in line(), body in line()) {
        let content = json!({ "to": "a+b@c.d", "subject": subject, "body": format!("{body}\n") });
        let payload = payload_of(ContentType::Email, &content);
        prop_assert!(payload.is_ascii());
        let (to, headers) = payload.strip_prefix("mailto:").unwrap().split_once('?').unwrap();
        prop_assert_eq!(percent_decoded(to), "a+b@c.d");
        let headers: Vec<_> = headers.split('&').map(percent_decoded).collect();
        prop_assert_eq!(headers, [format!("subject={subject}"), format!("body={body}\r\n")]);
    }

    #[test]
    fn a_contact_reads_back(first in line(), last in line(), note in line()) {
        let note = format!("{note}\nend");
        let content = json!({ "first_name": first, "last_name": last, "note": note });
        let payload = payload_of(ContentType::Vcard, &content);
        let lines = content_lines(&payload);
        let names: Vec<_> = lines.iter().map(|(name, _)| name.as_str()).collect();
        prop_assert_eq!(names, ["BEGIN", "VERSION", "N", "FN", "NOTE", "END"]);
        prop_assert_eq!(split_unescaped(&lines[2].1, ';', true), [last.as_str(), first.as_str(), "", "", ""]);
        prop_assert_eq!(split_unescaped(&lines[3].1, ';', true), [format!("{first} {last}")]);
        prop_assert_eq!(split_unescaped(&lines[4].1, ',', true), [note]);
    }

    #[test]
    fn an_event_reads_back(title in line(), location in line(), description in line()) {
        let content =
            json!({ "title": title, "start": "2026-03-01", "location": location, "description": description });
        let lines = content_lines(&payload_of(ContentType::Event, &content));
        for (name, text) in [("SUMMARY", title), ("LOCATION", location), ("DESCRIPTION", description)] {
            let value = &lines.iter().find(|line| line.0 == name).unwrap().1;
            prop_assert_eq!(split_unescaped(value, ';', true), [text]);
        }
    }

    #[test]
    fn a_payment_request_reads_back(name in line(), note in line()) {
        let content =
            json!({ "scheme": "upi", "address": "a.b@bank", "name": name, "note": note, "amount": 1 });
        let payload = payload_of(ContentType::Payment, &content);
        prop_assert!(payload.is_ascii());
        let query = payload.strip_prefix("upi://pay?").unwrap().split('&').map(percent_decoded);
        let query = query.collect::<Vec<_>>().join("\n");
        prop_assert_eq!(query, format!("pa=a.b@bank\npn={name}\nam=1.00\ncu=INR\ntn={note}"));
    }

    #[test]
    fn hundredths_of_euros_are_printed_exactly(cents in 1_i64..=99_999_999_999) {
        let written = format!("{}.{:02}", cents / 100, cents % 100);
        let mut content = transfer();
        content["amount"] = json!(written);
        let payload = payload_of(ContentType::Payment, &content);
        prop_assert_eq!(payload.lines().nth(7).map(str::to_owned), Some(format!("EUR{written}")));
        content["amount"] = serde_json::from_str(&written).unwrap();
        prop_assert_eq!(payload_of(ContentType::Payment, &content), payload);
    }
}
