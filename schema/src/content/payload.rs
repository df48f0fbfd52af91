//! The text a code's pattern holds.

use serde_json::Value;

use super::content_type::ContentType;
use super::fields::Fields;
use super::{Build, email, event, geo, payment, phone, plain, vcard, wifi};
use crate::ProblemCode;
use crate::fault::FieldFault;
use crate::target_url::parse_http_url;

/// Where the content stands in a request body.
const POINTER: &str = "/content";

/// What a code holds: 1 to [`Payload::MAX_BYTES`] bytes of UTF-8.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Payload(String);

/// Why a text is no [`Payload`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// Nothing was given.
    #[error("must not be empty")]
    Empty,
    /// Longer than any QR symbol holds.
    #[error("is {bytes} bytes long as encoded; a code holds at most 2953")]
    TooLong {
        /// Length found, in bytes.
        bytes: usize,
    },
}

impl PayloadError {
    /// The fault of a request body whose content this is.
    fn as_fault(self) -> FieldFault {
        let code = match self {
            Self::Empty => ProblemCode::InvalidRequest,
            Self::TooLong { .. } => ProblemCode::ContentTooLong,
        };
        FieldFault::new(POINTER, self.to_string()).with_code(code)
    }
}

impl Payload {
    /// What a version 40 symbol at level L holds in byte mode (ISO/IEC 18004:2015, table 7), in bytes.
    ///
    /// At a higher level a symbol holds less; whether the payload fits the level asked for is decided where
    /// the pattern is built.
    pub const MAX_BYTES: usize = 2_953;

    /// Takes a payload that was accepted before, for example from the store; only its bounds are checked.
    pub fn from_stored(text: String) -> Result<Self, PayloadError> {
        match text.len() {
            0 => Err(PayloadError::Empty),
            bytes if bytes > Self::MAX_BYTES => Err(PayloadError::TooLong { bytes }),
            _ => Ok(Self(text)),
        }
    }

    /// Reads the `content` of a request body. The outcome is a pure function of both arguments.
    ///
    /// - A string is the payload, unchanged. It must begin as its type's payloads do, so that a bare number
    ///   or address is not printed as text by mistake: `http://` or `https://` (and be a valid URL) for
    ///   `url`, `mailto:` or `MATMSG:` for `email`, `tel:` for `phone`, `sms:` or `smsto:` for `sms`,
    ///   `WIFI:`, `BEGIN:VCARD`, `geo:`, and `BEGIN:VCALENDAR` or `BEGIN:VEVENT` for `event`; case does not
    ///   matter. `text` and `payment` (whose national schemes are many) take any string.
    /// - An object has the named fields of its type, which are checked and escaped.
    ///
    /// # Errors
    /// All faults at once, unknown fields and missing ones by name; pointers begin with `/content`.
    pub fn parse(content_type: ContentType, content: &Value) -> Result<Self, Vec<FieldFault>> {
        let text = match content {
            Value::String(text) => {
                // A longer one is refused below, as any payload is.
                if text.len() <= Self::MAX_BYTES {
                    check_given(content_type, text)
                        .map_err(|detail| vec![FieldFault::new(POINTER, detail)])?;
                }
                text.clone()
            }
            Value::Object(object) => {
                let mut fields = Fields::new(POINTER.to_owned(), object);
                let built = builder(content_type)(&mut fields);
                fields.finish(built)?
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
                return Err(vec![FieldFault::new(POINTER, "must be a string or an object")]);
            }
        };
        Self::from_stored(text).map_err(|error| vec![error.as_fault()])
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// What turns an object of this type into a payload.
fn builder(content_type: ContentType) -> Build {
    match content_type {
        ContentType::Url => plain::url,
        ContentType::Text => plain::text,
        ContentType::Email => email::email,
        ContentType::Phone => phone::phone,
        ContentType::Sms => phone::sms,
        ContentType::Wifi => wifi::wifi,
        ContentType::Vcard => vcard::vcard,
        ContentType::Geo => geo::geo,
        ContentType::Event => event::event,
        ContentType::Payment => payment::payment,
    }
}

/// Checks a payload given as a string.
fn check_given(content_type: ContentType, text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Err(PayloadError::Empty.to_string());
    }
    if content_type == ContentType::Url {
        if text.trim() != text {
            return Err("must not begin or end with white space".to_owned());
        }
        if text.contains(char::is_whitespace) {
            return Err("must not contain white space; write a space as %20".to_owned());
        }
        parse_http_url(text, Payload::MAX_BYTES).map_err(|error| error.to_string())?;
        return Ok(());
    }
    let prefixes = prefixes(content_type);
    let begins =
        |prefix: &&str| text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    if prefixes.is_empty() || prefixes.iter().any(begins) {
        return Ok(());
    }
    Err(format!("as a string must begin with {}; or give an object with named fields", prefixes.join(" or ")))
}

/// How payloads of this type begin; none where any text may be one.
const fn prefixes(content_type: ContentType) -> &'static [&'static str] {
    match content_type {
        ContentType::Url => &["https://", "http://"],
        ContentType::Email => &["mailto:", "MATMSG:"],
        ContentType::Phone => &["tel:"],
        ContentType::Sms => &["sms:", "smsto:"],
        ContentType::Wifi => &["WIFI:"],
        ContentType::Vcard => &["BEGIN:VCARD"],
        ContentType::Geo => &["geo:"],
        ContentType::Event => &["BEGIN:VCALENDAR", "BEGIN:VEVENT"],
        ContentType::Text | ContentType::Payment => &[],
    }
}
