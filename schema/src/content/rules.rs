//! Rules for one field that several content types share. Each answers the value, or what it must be.

use serde_json::Value;

use super::payload::Payload;
use crate::target_url;

/// A string of 1 to `most` characters without control characters.
pub(super) fn line(most: usize) -> impl Fn(&Value) -> Result<String, String> {
    move |value| {
        let text = bounded(value, most)?;
        if text.chars().any(char::is_control) {
            return Err("must not contain control characters such as line breaks and tabs".to_owned());
        }
        Ok(text.to_owned())
    }
}

/// A non-empty string that fits a payload, without control characters other than tab and line break; line
/// breaks become `\n`.
pub(super) fn lines(value: &Value) -> Result<String, String> {
    let text = bounded(value, Payload::MAX_BYTES)?.replace("\r\n", "\n");
    if text.chars().any(|character| character.is_control() && character != '\n' && character != '\t') {
        return Err("must not contain control characters other than tabs and line breaks".to_owned());
    }
    Ok(text)
}

/// An absolute `http` or `https` URL, percent-encoded where a URI asks for it.
pub(super) fn http_uri(value: &Value) -> Result<String, String> {
    target_url::http_uri(string(value)?, Payload::MAX_BYTES).map_err(|error| error.to_string())
}

/// `true` or `false`.
pub(crate) fn boolean(value: &Value) -> Result<bool, String> {
    value.as_bool().ok_or_else(|| "must be true or false".to_owned())
}

/// A string of 1 to `most` characters.
fn bounded(value: &Value, most: usize) -> Result<&str, String> {
    let text = string(value)?;
    match text.chars().count() {
        0 => Err("must not be empty".to_owned()),
        found if found > most => Err(format!("is {found} characters long; at most {most} are allowed")),
        _ => Ok(text),
    }
}

/// Any string.
pub(crate) fn string(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| "must be a string".to_owned())
}
