//! Content that is its own payload: `url` and `text`.

use super::fields::{Fields, Refused};
use super::rules;

/// `{"url"}`: an absolute `http` or `https` URL (RFC 3986; URL Standard), percent-encoded where a URI asks
/// for it.
pub(super) fn url(fields: &mut Fields<'_>) -> Result<String, Refused> {
    fields.required("url", rules::http_uri)
}

/// `{"text"}`: shown as it is. Line breaks and tabs are the only control characters; a line ends in one line
/// feed.
pub(super) fn text(fields: &mut Fields<'_>) -> Result<String, Refused> {
    fields.required("text", rules::lines)
}
