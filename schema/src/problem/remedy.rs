//! What to do about each problem.

use super::ProblemCode;

impl ProblemCode {
    /// What whoever meets the kind can do about it. Names of the interface stand in backticks.
    #[expect(clippy::too_many_lines, reason = "one arm for each problem")]
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::MalformedBody => {
                "`detail` names the place, by line and column. Send one JSON value in UTF-8, with each member of \
                 an object once and at most 32 levels of nesting."
            }
            Self::InvalidParameter => {
                "`errors` names each parameter and what it may be. Correct it or leave it away; the description \
                 of the interface at `/docs` lists the parameters of each route."
            }
            Self::InvalidCursor => {
                "Begin the list anew without `cursor`, and go on with the `next_cursor` of each answer, as it is \
                 and with the same filters."
            }
            Self::InvalidIdempotencyKey => {
                "Send the header `Idempotency-Key` once, with 1 to 255 visible ASCII characters, such as the \
                 number of your order."
            }
            Self::BadRequest => {
                "`detail` says what cannot be understood. Correct the request; sent again as it is, it fails \
                 again."
            }
            Self::MissingKey => {
                "Send the header `Authorization: Bearer` followed by your API key. `ezqr key create` makes a key."
            }
            Self::InvalidKey => {
                "`detail` says which it is. Send the whole key as it was shown when it was made; it cannot be \
                 shown again. For a lost or revoked one make another with `ezqr key create`."
            }
            Self::ScopeMissing => {
                "`detail` names the scope. Use a key that has it, or make one with `ezqr key create --scopes`."
            }
            Self::AccountSuspended => {
                "The operator of this service suspended the account, and resumes it with `ezqr account resume`. \
                 Nothing that it stored is lost."
            }
            Self::CodePaused => "The owner of the code resumes it by changing its `status` to `active`.",
            Self::RouteNotFound => {
                "Compare the path with those at `/docs`. Those of the API begin with `/api/v1/`."
            }
            Self::CodeNotFound => {
                "Check the id or short code. A key sees the codes of its own account and environment alone, so \
                 one of another environment is not found either."
            }
            Self::MethodNotAllowed => {
                "The header `Allow` and `detail` name the methods that there are. Use one of them."
            }
            Self::NotAcceptable => {
                "`detail` names the media types that there are. Name one of them in the header `Accept`, or leave \
                 the header away."
            }
            Self::RequestTimeout => "Send the request again over a better connection, or in smaller parts.",
            Self::AliasTaken => "Choose another alias, or leave `alias` away to be given a short code.",
            Self::CodeIsStatic => {
                "What is printed of a static code cannot be changed: leave the field away. To be able to repoint \
                 a code, mint it with `dynamic: true`."
            }
            Self::IdempotencyInProgress => {
                "Send the same request again after the time in `Retry-After`. It is answered as the first one \
                 was; nothing is minted twice."
            }
            Self::CodeDeleted => "A deleted code does not come back. Mint another.",
            Self::CodeExpired => {
                "The owner of the code moves its `expires_at` on, or removes it with `null`."
            }
            Self::VersionMismatch => {
                "Read the code again, see whether your change is still what you want, and send it with the new \
                 `ETag` in `If-Match`."
            }
            Self::BodyTooLarge => {
                "Send fewer codes at once. `http.body_limit_bytes` is the limit; the operator of this service can \
                 raise it."
            }
            Self::UriTooLong => {
                "Leave parameters away. `http.uri_limit_bytes` is the limit; the operator of this service can \
                 raise it."
            }
            Self::UnsupportedMediaType => {
                "Send the body as JSON with the header `Content-Type: application/json`."
            }
            Self::InvalidRequest => {
                "`errors` names every field that is at fault, with the rule that it breaks. Correct all of them; \
                 nothing was done."
            }
            Self::RedirectLoop => {
                "Name the destination itself and not a short link. If the code is to lead to its own content, \
                 send `dynamic: true` without `target_url`."
            }
            Self::ContentTooLong => {
                "Shorten the content, choose a lower `error_correction`, or mint a dynamic code: its pattern \
                 holds a short link however long the destination is."
            }
            Self::ImageTooLarge => {
                "Ask for fewer pixels by a smaller `scale` or `size`, for fewer images at once, or for SVG or \
                 PDF, which have no pixels."
            }
            Self::RangeTooLarge => "Ask for fewer days, or for the codes of a tag.",
            Self::IdempotencyKeyReused => {
                "Give each request a key of its own. To repeat a request, send the very same body under the same \
                 key."
            }
            Self::RateLimited => {
                "Wait as long as `Retry-After` says. A batch costs one request, so mint up to 100 codes at once. \
                 Whoever asks for many links that do not exist is limited as well."
            }
            Self::HeadersTooLarge => {
                "Send fewer or shorter headers, such as cookies, which this service does not use."
            }
            Self::Internal => {
                "It is not your fault. Try again later; if it lasts, tell the operator of this service the \
                 `request_id`, under which the log has the cause."
            }
            Self::Overloaded => {
                "Nothing was done. Send the same request again after the time in `Retry-After`, and fewer at \
                 once."
            }
            Self::StoreUnavailable => {
                "Send the same request again after the time in `Retry-After`. Links that are known go on working \
                 meanwhile."
            }
            Self::OutcomeUnknown => {
                "Send the same change again, which does no harm; a request that mints only under the same \
                 `Idempotency-Key`, which it needs from the start. To look whether it was done proves nothing: it may \
                 still be."
            }
        }
    }
}
