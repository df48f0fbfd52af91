//! What people put into codes: texts, networks and contacts in many languages, and short links.

use ezqr_schema::{Alias, ContentType, LinkBase, LinkCapitals, Payload};
use serde_json::json;

use crate::random::Random;

const LANGUAGES: &str = include_str!("corpus/languages");

const ALIAS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789-";
const CROCKFORD: &[u8] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const HOST: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789-";
const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz";

/// Something to read, and its plain twin: what is not read though its twin is, is not read for how it was written.
pub(crate) struct Sample {
    pub(crate) text: String,
    pub(crate) twin: String,
}

/// A text, a network and a contact for each line of the corpus.
pub(crate) fn in_many_languages() -> Vec<Sample> {
    let lines: Vec<&str> = LANGUAGES.lines().filter(|line| !line.starts_with('#')).collect();
    let mut samples = Vec::new();
    for (number, line) in lines.into_iter().enumerate() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [language, text, ssid, first_name, last_name, organization, street, city] = fields[..] else {
            panic!("line {number} has {} fields", fields.len());
        };
        let network = json!({ "ssid": ssid, "password": format!("welcome {number:04}"), "security": "wpa2" });
        let contact = json!({
            "first_name": first_name, "last_name": last_name, "organization": organization,
            "mobile": format!("+49 151 {:08}", 20_000_000 + number), "email": format!("info@{language}.example"),
            "address": { "street": street, "city": city },
        });
        for (content_type, content) in
            [(ContentType::Text, json!(text)), (ContentType::Wifi, network), (ContentType::Vcard, contact)]
        {
            let text = Payload::parse(content_type, &content).unwrap().into_string();
            assert!(!text.is_ascii(), "{text}");
            let twin =
                text.bytes().map(|byte| if byte.is_ascii() { char::from(byte) } else { 'x' }).collect();
            samples.push(Sample { text, twin });
        }
    }
    samples
}

/// Links under hosts of 4 to 40 characters, half of them to aliases, as codes hold them.
pub(crate) fn links(count: usize) -> Vec<Sample> {
    let mut random = Random::new(21);
    let mut one = |number: usize| {
        let base = LinkBase::parse(&format!("https://{}", host(&mut random, 4 + number % 37))).unwrap();
        let short = if number.is_multiple_of(2) {
            text_of(random.bytes_of(CROCKFORD, 8))
        } else {
            alias(&mut random)
        };
        Sample {
            text: base.pattern_for(&short, LinkCapitals::default()),
            twin: base.pattern_for(&short, LinkCapitals::None),
        }
    };
    (0..count).map(&mut one).collect()
}

fn text_of(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// A name of `length` characters with a top-level domain of two or three letters, and often a further dot.
fn host(random: &mut Random, length: usize) -> String {
    loop {
        let top = if length > 5 { 2 + random.below(2) } else { 2 };
        let mut name = random.bytes_of(HOST, length - top - 1);
        if name.len() > 4 && random.below(3) > 0 {
            let dot = 1 + random.below(name.len() - 2);
            name[dot] = b'.';
        }
        let host = text_of([name, vec![b'.'], random.bytes_of(LETTERS, top)].concat());
        let is_label = |label: &str| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.get(2..4) != Some("--")
                && label.bytes().any(|byte| byte.is_ascii_lowercase())
        };
        if host.split('.').all(is_label) {
            return host;
        }
    }
}

fn alias(random: &mut Random) -> String {
    loop {
        let length = 3 + random.below(18);
        let text = text_of(random.bytes_of(ALIAS, length));
        if let Ok(alias) = Alias::parse(&text) {
            return alias.as_str().to_owned();
        }
    }
}
