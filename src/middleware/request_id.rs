//! Ids of requests.

use std::cell::RefCell;

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderName, HeaderValue};
use ezqr_schema::random_bytes;
use uuid::Builder;

/// Where a request's id stands, in the request and in its answer.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Longest id taken over from a request, in bytes.
const TAKEN_BYTES: usize = 64;

/// Random bytes fetched at once, for as many ids as there are 16 in it: a call to the operating system costs
/// as much as the rest of a redirect.
const STOCK_BYTES: usize = 1_024;

/// Names requests: an id that came along and is harmless in a log is taken over, so that a caller's own
/// traces go on here; others are given a version 4 UUID.
pub(crate) struct RequestIds(RefCell<Stock>);

struct Stock {
    bytes: [u8; STOCK_BYTES],
    used: usize,
}

impl RequestIds {
    /// One maker for each worker.
    pub(crate) const fn new() -> Self {
        Self(RefCell::new(Stock { bytes: [0; STOCK_BYTES], used: STOCK_BYTES }))
    }

    /// The id of `request`.
    pub(crate) fn of(&self, request: &HttpRequest) -> HeaderValue {
        match request.headers().get(&HEADER) {
            Some(given) if is_harmless(given.as_bytes()) => given.clone(),
            Some(_) | None => self.make(),
        }
    }

    fn make(&self) -> HeaderValue {
        let id = Builder::from_random_bytes(self.0.borrow_mut().take()).into_uuid();
        let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
        let text = id.hyphenated().encode_lower(&mut text);
        HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("none"))
    }
}

impl Stock {
    /// The next 16 bytes. Without randomness to be had they repeat: an id that is not unique serves still.
    fn take(&mut self) -> [u8; 16] {
        if self.used >= STOCK_BYTES {
            if let Ok(bytes) = random_bytes() {
                self.bytes = bytes;
            }
            self.used = 0;
        }
        let next = self.bytes.get(self.used..).and_then(<[u8]>::first_chunk).copied();
        self.used += 16;
        next.unwrap_or_default()
    }
}

fn is_harmless(id: &[u8]) -> bool {
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte);
    (1..=TAKEN_BYTES).contains(&id.len()) && id.iter().all(allowed)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_harmless_id_is_taken_over_and_no_other() {
        let ids = RequestIds::new();
        let of = |given: &str| {
            let request = TestRequest::default().insert_header(("X-Request-Id", given)).to_http_request();
            ids.of(&request).to_str().unwrap().to_owned()
        };
        assert_eq!(of("trace-7.b_1:0"), "trace-7.b_1:0");
        for given in ["", "a b", "<script>", &"x".repeat(65)] {
            assert_eq!(of(given).len(), 36, "{given}");
        }
    }

    #[test]
    fn made_ids_differ_across_refills_of_the_stock() {
        let ids = RequestIds::new();
        let made: HashSet<HeaderValue> = (0..200).map(|_| ids.make()).collect();
        assert_eq!(made.len(), 200);
    }
}
