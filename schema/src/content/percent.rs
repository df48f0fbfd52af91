//! Percent-encoding (RFC 3986, 2.1).

use std::fmt::Write;

/// `text` with every byte outside RFC 3986's unreserved set and `keep` as `%XX`.
///
/// Stricter than any one URI scheme asks for, so that a plus sign, an ampersand or a hash from a field never
/// acts as a delimiter.
pub(super) fn encode(text: &str, keep: &[u8]) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || keep.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
