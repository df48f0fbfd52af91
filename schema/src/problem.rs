//! The catalogue of problems: every error the API can answer, once.

use serde::Serialize;

use crate::FieldFault;

mod remedy;

/// Lists the catalogue: name, HTTP status, code in the API, title.
macro_rules! problems {
    ($($(#[doc = $meaning:literal])+ $name:ident = $status:literal, $code:literal, $title:literal;)*) => {
        /// One kind of problem. Its code and status never change; its title may be reworded.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ProblemCode {
            $($(#[doc = $meaning])+ $name,)*
        }

        impl ProblemCode {
            /// The whole catalogue.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its code in the API, such as `alias-taken`.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The HTTP status it is answered with, 400 to 599.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// What the kind is called, the same in every answer (RFC 9457, 3.1.3).
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// When the kind is met: what the catalogue says of it.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$name => concat!($($meaning),+),)* }.trim_ascii()
            }
        }
    };
}

problems! {
    /// The body is no JSON, or JSON nested too deeply.
    MalformedBody = 400, "malformed-body", "The body cannot be read";
    /// A query parameter is unknown or its value is not allowed.
    InvalidParameter = 400, "invalid-parameter", "A parameter is not valid";
    /// The cursor was not made by this service for this list.
    InvalidCursor = 400, "invalid-cursor", "The cursor is not valid here";
    /// The `Idempotency-Key` is there twice, empty, too long or not ASCII.
    InvalidIdempotencyKey = 400, "invalid-idempotency-key", "The idempotency key is not valid";
    /// The request breaks HTTP itself.
    BadRequest = 400, "bad-request", "The request is not valid HTTP";
    /// No API key was sent.
    MissingKey = 401, "missing-key", "An API key is required";
    /// The API key is malformed, unknown or revoked.
    InvalidKey = 401, "invalid-key", "The API key is not valid";
    /// The key has not the scope this request needs.
    ScopeMissing = 403, "scope-missing", "The API key may not do this";
    /// The account was suspended.
    AccountSuspended = 403, "account-suspended", "The account is suspended";
    /// The code was paused by its owner.
    CodePaused = 403, "code-paused", "The code is paused";
    /// No such path.
    RouteNotFound = 404, "route-not-found", "There is nothing here";
    /// No such code, or one of another account or environment.
    CodeNotFound = 404, "code-not-found", "There is no such code";
    /// The path exists, the method does not.
    MethodNotAllowed = 405, "method-not-allowed", "The method is not allowed here";
    /// None of the media types the client accepts can be answered.
    NotAcceptable = 406, "not-acceptable", "No acceptable media type is available";
    /// The client took too long to send its request.
    RequestTimeout = 408, "request-timeout", "The request took too long to arrive";
    /// The alias belongs to another code.
    AliasTaken = 409, "alias-taken", "The alias is taken";
    /// The same request, by its `Idempotency-Key`, is under way.
    IdempotencyInProgress = 409, "idempotency-in-progress", "The same request is being carried out";
    /// The code was deleted.
    CodeDeleted = 410, "code-deleted", "The code was deleted";
    /// The code's time is over.
    CodeExpired = 410, "code-expired", "The code has expired";
    /// The record is no longer at the version the request names.
    VersionMismatch = 412, "version-mismatch", "The code was changed in between";
    /// The body has more bytes than allowed.
    BodyTooLarge = 413, "body-too-large", "The body is too large";
    /// The path and query are longer than allowed.
    UriTooLong = 414, "uri-too-long", "The address is too long";
    /// The body is not declared as JSON.
    UnsupportedMediaType = 415, "unsupported-media-type", "The body must be JSON";
    /// Fields of the body are missing, unknown or not allowed; `errors` names each.
    InvalidRequest = 422, "invalid-request", "The request is not valid";
    /// The destination is the service's own link host.
    RedirectLoop = 422, "redirect-loop", "The destination leads back to this service";
    /// A static code has no link to repoint, to pause or to end.
    CodeIsStatic = 422, "code-is-static", "The code is static";
    /// The content does not fit any QR symbol of the level.
    ContentTooLong = 422, "content-too-long", "The content does not fit a QR code";
    /// The image would have more pixels than allowed.
    ImageTooLarge = 422, "image-too-large", "The image would be too large";
    /// A report over so much time and so many codes that it needs more reads than allowed.
    RangeTooLarge = 422, "range-too-large", "The report covers too much";
    /// The `Idempotency-Key` stands for another request, made within 24 hours.
    IdempotencyKeyReused = 422, "idempotency-key-reused", "The idempotency key was used for another request";
    /// The key's or the network's bucket is empty.
    RateLimited = 429, "rate-limited", "Too many requests";
    /// The headers have more bytes than allowed.
    HeadersTooLarge = 431, "headers-too-large", "The headers are too large";
    /// A fault of ours; the log has the cause under the request id.
    Internal = 500, "internal", "Something went wrong on our side";
    /// The queue in front of an owner of state is full, or the owner is being rebuilt.
    Overloaded = 503, "overloaded", "The service is busy";
    /// The store does not answer.
    StoreUnavailable = 503, "store-unavailable", "The store is not available";
    /// A write was begun and its end is not known: it may have happened.
    OutcomeUnknown = 504, "outcome-unknown", "It is not known whether the request was carried out";
}

impl ProblemCode {
    /// The kind with this code in the API.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.code() == code)
    }
}

/// The body of a problem answer (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Identifies the kind: `/problems/<code>`, relative to the service, where a page describes it.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind's title.
    pub title: &'static str,
    /// The HTTP status, repeated.
    pub status: u16,
    /// What happened here, for the caller to act on. Nothing internal, no secret.
    pub detail: String,
    /// The kind's code.
    pub code: &'static str,
    /// The request's id, under which the log has more; absent from the items of a batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// All the faults of a body or query, where fields are at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldFault>,
}

impl Problem {
    /// A problem of kind `code`.
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("/problems/{}", code.code()),
            title: code.title(),
            status: code.status(),
            detail: detail.into(),
            code: code.code(),
            request_id: None,
            errors: Vec::new(),
        }
    }

    /// The same problem with the fields at fault.
    pub fn with_errors(self, errors: Vec<FieldFault>) -> Self {
        Self { errors, ..self }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_has_a_code_of_its_own_and_an_error_status() {
        let codes: BTreeSet<&str> = ProblemCode::ALL.iter().map(|problem| problem.code()).collect();
        assert_eq!(codes.len(), ProblemCode::ALL.len());
        for problem in ProblemCode::ALL {
            assert!((400..600).contains(&problem.status()), "{problem:?}");
            assert_eq!(ProblemCode::of(problem.code()), Some(*problem));
            assert!(
                problem.code().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'),
                "{problem:?}"
            );
        }
    }

    #[test]
    fn every_kind_says_when_it_is_met_and_what_to_do_about_it() {
        let mut remedies = BTreeSet::new();
        for problem in ProblemCode::ALL {
            for text in [problem.meaning(), problem.remedy()] {
                assert!(
                    text.ends_with('.')
                        && text.starts_with(|first: char| first.is_uppercase() || first == '`'),
                    "{text}"
                );
                assert!(text.matches('`').count() % 2 == 0 && text.trim() == text, "{text}");
            }
            assert!(remedies.insert(problem.remedy()), "{problem:?} has the remedy of another");
        }
        assert_eq!(ProblemCode::AliasTaken.meaning(), "The alias belongs to another code.");
        assert_eq!(ProblemCode::of("no-such-problem"), None);
    }
}
