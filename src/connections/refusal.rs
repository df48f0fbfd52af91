//! The one answer that no dispatcher writes.

use ezqr_schema::{Problem, ProblemCode};

/// An answer to a request whose chunks cannot be read, whole.
pub(super) fn of_broken_chunks() -> Vec<u8> {
    let detail = "The chunks of the body cannot be read; RFC 9112, section 7.1, says what they are made of.";
    let problem = Problem::new(ProblemCode::BadRequest, detail);
    // Unreachable without one: a problem is texts and numbers.
    let body = serde_json::to_string(&problem).unwrap_or_default();
    format!(
        "HTTP/1.1 400 Bad Request\r\ncontent-type: application/problem+json\r\ncache-control: no-store\r\n\
         connection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
