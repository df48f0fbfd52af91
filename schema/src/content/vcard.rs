//! `vcard`: a contact as vCard 3.0 (RFC 2426), the version phone cameras read.

use super::content_line::{ContentLines, escape};
use super::fields::{Fields, Refused};
use super::moment;
use super::{email, phone, rules};

/// Longest single field, in characters.
const MOST_CHARACTERS: usize = 200;

/// Most numbers or addresses in one field.
const MOST_VALUES: usize = 5;

/// `{"full_name", "first_name", "last_name", "prefix", "suffix", "organization", "title", "phone", "mobile",
/// "fax", "email", "url", "address", "birthday", "note"}`.
///
/// One of the four names is required: a full name that is not given is made of the others, or is the
/// organization. `phone`, `mobile`, `fax` and `email` are a string or an array of up to 5; `birthday` is a
/// date; `address` is `{"street", "city", "region", "postal_code", "country"}`.
pub(super) fn vcard(fields: &mut Fields<'_>) -> Result<String, Refused> {
    let line = || rules::line(MOST_CHARACTERS);
    let full_name = fields.optional("full_name", line());
    let first_name = fields.optional("first_name", line());
    let last_name = fields.optional("last_name", line());
    let prefix = fields.optional("prefix", line());
    let suffix = fields.optional("suffix", line());
    let organization = fields.optional("organization", line());
    let title = fields.optional("title", line());
    let phone = fields.list("phone", MOST_VALUES, phone::number);
    let mobile = fields.list("mobile", MOST_VALUES, phone::number);
    let fax = fields.list("fax", MOST_VALUES, phone::number);
    let email = fields.list("email", MOST_VALUES, email::address);
    let url = fields.optional("url", rules::http_uri);
    let address = fields.nested("address", address);
    let birthday = fields.optional("birthday", moment::date);
    let note = fields.optional("note", rules::lines);

    let name = Name {
        full: full_name?,
        first: first_name?,
        last: last_name?,
        prefix: prefix?,
        suffix: suffix?,
        organization: organization?,
    };
    let Some(formatted) = name.formatted() else {
        return Err(
            fields.refuse("full_name", "is required unless first_name, last_name or organization is given")
        );
    };

    let mut card = ContentLines::default();
    card.push("BEGIN", "VCARD");
    card.push("VERSION", "3.0");
    card.push("N", &name.structured(&formatted));
    card.push_text("FN", Some(&formatted));
    card.push_text("ORG", name.organization.as_deref());
    card.push_text("TITLE", title?.as_deref());
    for (property, numbers) in
        [("TEL;TYPE=VOICE", phone?), ("TEL;TYPE=CELL", mobile?), ("TEL;TYPE=FAX", fax?)]
    {
        for number in numbers {
            card.push(property, &number);
        }
    }
    for address in email? {
        card.push_text("EMAIL;TYPE=INTERNET", Some(&address));
    }
    if let Some(url) = url? {
        card.push("URL", &url);
    }
    if let Some(address) = address? {
        card.push("ADR", &address);
    }
    if let Some(date) = birthday? {
        card.push("BDAY", &date.to_string());
    }
    card.push_text("NOTE", note?.as_deref());
    card.push("END", "VCARD");
    Ok(card.into_string())
}

/// The names of a contact.
struct Name {
    full: Option<String>,
    first: Option<String>,
    last: Option<String>,
    prefix: Option<String>,
    suffix: Option<String>,
    organization: Option<String>,
}

impl Name {
    /// The name as shown (FN).
    fn formatted(&self) -> Option<String> {
        if self.full.is_some() {
            return self.full.clone();
        }
        if self.first.is_none() && self.last.is_none() {
            return self.organization.clone();
        }
        let parts = [&self.prefix, &self.first, &self.last, &self.suffix];
        Some(parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" "))
    }

    /// Family name, given name, additional names, prefixes, suffixes (N). A name known only as a whole stands
    /// as family name, since readers drop a contact whose N is empty.
    fn structured(&self, formatted: &str) -> String {
        let is_whole = self.first.is_none() && self.last.is_none();
        let last = if is_whole { Some(formatted) } else { self.last.as_deref() };
        components(&[last, self.first.as_deref(), None, self.prefix.as_deref(), self.suffix.as_deref()])
    }
}

/// A postal address (ADR): post office box and extended address, both empty, then the fields.
fn address(fields: &mut Fields<'_>) -> Result<String, Refused> {
    let line = || rules::line(MOST_CHARACTERS);
    let street = fields.optional("street", line());
    let city = fields.optional("city", line());
    let region = fields.optional("region", line());
    let postal_code = fields.optional("postal_code", line());
    let country = fields.optional("country", line());
    let (street, city, region, postal_code, country) = (street?, city?, region?, postal_code?, country?);
    let given = [&street, &city, &region, &postal_code, &country];
    if given.into_iter().all(Option::is_none) {
        return Err(fields.refuse_whole("must not be empty"));
    }
    let given = given.map(Option::as_deref);
    Ok(components(&[&[None, None], given.as_slice()].concat()))
}

/// The components of a structured value, separated by semicolons.
fn components(values: &[Option<&str>]) -> String {
    values.iter().map(|value| escape(value.unwrap_or_default())).collect::<Vec<_>>().join(";")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::content::ContentType::Vcard;
    use crate::content::tests::{accepted, refused};

    /// A card of these lines between its first two and its last.
    fn card(lines: &str) -> String {
        format!("BEGIN:VCARD\r\nVERSION:3.0\r\n{lines}END:VCARD\r\n")
    }

    #[test]
    fn a_contact_becomes_a_card() {
        let contacts = [
            (json!({ "full_name": "Ann Example" }), "N:Ann Example;;;;\r\nFN:Ann Example\r\n"),
            (json!({ "first_name": "Ann" }), "N:;Ann;;;\r\nFN:Ann\r\n"),
            (
                json!({ "organization": "Tea, Inc." }),
                "N:Tea\\, Inc.;;;;\r\nFN:Tea\\, Inc.\r\nORG:Tea\\, Inc.\r\n",
            ),
            (
                json!({
                    "first_name": "Jürgen", "last_name": "Müller; Dr", "prefix": "Dr.", "suffix": "MSc",
                    "organization": "A\\B", "title": "Head",
                    "phone": ["+49 30 1", "+49 30 2"], "mobile": "+49 170 1", "fax": "+49 30 3",
                    "email": "j@example.com", "url": "https://example.com/ä",
                    "address": {
                        "street": "Str. 1, Hof", "city": "Berlin", "postal_code": "10115", "country": "DE"
                    },
                    "birthday": "1990-01-31", "note": "one\r\ntwo"
                }),
                "N:Müller\\; Dr;Jürgen;;Dr.;MSc\r\nFN:Dr. Jürgen Müller\\; Dr MSc\r\n\
                 ORG:A\\\\B\r\nTITLE:Head\r\nTEL;TYPE=VOICE:+49301\r\nTEL;TYPE=VOICE:+49302\r\n\
                 TEL;TYPE=CELL:+491701\r\nTEL;TYPE=FAX:+49303\r\n\
                 EMAIL;TYPE=INTERNET:j@example.com\r\nURL:https://example.com/%C3%A4\r\n\
                 ADR:;;Str. 1\\, Hof;Berlin;;10115;DE\r\nBDAY:1990-01-31\r\nNOTE:one\\ntwo\r\n",
            ),
        ];
        for (content, lines) in contacts {
            assert_eq!(accepted(Vcard, &content), card(lines));
        }
    }

    #[test]
    fn every_fault_of_a_contact_is_named() {
        assert_eq!(
            refused(
                Vcard,
                &json!({
                    "prefix": "Dr.", "phone": ["112", "x", 1], "email": "a", "url": "ftp://a",
                    "birthday": "31.1.1990", "address": { "street": "a\nb", "zip": 1 }, "nickname": "A"
                })
            ),
            [
                "/content/phone/1 must be a phone number of 2 to 15 digits such as +49 30 1234567",
                "/content/phone/2 must be a string",
                "/content/email must be an e-mail address such as ann@example.com",
                "/content/url has the scheme ftp; only http and https are allowed",
                "/content/address/street must not contain control characters such as line breaks and tabs",
                "/content/address/zip is not a field of this object; its fields are street, city, \
                 region, postal_code, country",
                "/content/birthday must be a date such as 2026-03-01",
                "/content/full_name is required unless first_name, last_name or organization is given",
                "/content/nickname is not a field of this object; its fields are full_name, first_name, \
                 last_name, prefix, suffix, organization, title, phone, mobile, fax, email, url, \
                 address, birthday, note",
            ]
        );
        assert_eq!(
            refused(Vcard, &json!({ "full_name": "A", "address": {} })),
            ["/content/address must not be empty"]
        );
        assert_eq!(
            refused(Vcard, &json!({ "full_name": "A", "address": "Berlin" })),
            ["/content/address must be an object"]
        );
    }
}
