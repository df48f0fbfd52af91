//! Who makes a request of the API, and whether they may.

use std::num::NonZeroU32;
use std::sync::Arc;

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpMessage as _, HttpRequest};
use ezqr_actors::keyring::{AuthenticateError, Principal};
use ezqr_actors::limiter::{Caller, Network, Standing};
use ezqr_schema::{KeySecret, ProblemCode, Rate, Scope, Timestamp};

use super::Edge;
use crate::problem::Fault;

/// Authenticates the request, takes a token for it, and checks that its key may do `scope`; in this order, so
/// that guessing costs tokens and a body is read for nobody who may not send it.
pub(super) async fn admit(edge: &Edge, request: &HttpRequest, scope: Scope) -> Result<Arc<Principal>, Fault> {
    match authenticate(edge, request).await {
        Ok(principal) => {
            take(edge, request, Caller::Key(principal.key), principal.rate).await?;
            check_scope(&principal, scope)?;
            Ok(principal)
        }
        Err(fault) => Err(charge(edge, request, fault).await),
    }
}

/// What a request that no key answers for is told when it fails with `fault`. A failure of the client's own making
/// takes a token of its network, so that failures cannot be had at any rate: without one the answer is 429. A failure
/// of ours costs the client nothing.
pub(super) async fn charge(edge: &Edge, request: &HttpRequest, fault: Fault) -> Fault {
    if !fault.status().is_client_error() {
        return fault;
    }
    let network = Network::of(edge.fronts.address(request));
    take(edge, request, Caller::Network(network), Rate::DEFAULT).await.err().unwrap_or(fault)
}

/// Whether the key may do `scope`.
pub(super) fn check_scope(principal: &Principal, scope: Scope) -> Result<(), Fault> {
    if principal.scopes.allow(scope) {
        return Ok(());
    }
    let detail = format!("The key has not the scope {}.", scope.name());
    Err(Fault::new(ProblemCode::ScopeMissing, detail))
}

async fn authenticate(edge: &Edge, request: &HttpRequest) -> Result<Arc<Principal>, Fault> {
    let mut headers = request.headers().get_all(header::AUTHORIZATION);
    let Some(header) = headers.next() else {
        let detail = "Send the header Authorization: Bearer <API key>.";
        return Err(Fault::new(ProblemCode::MissingKey, detail));
    };
    if headers.next().is_some() {
        // Which of them a front looked at is not known here.
        let detail = "The header Authorization is there more than once; send it once.";
        return Err(Fault::new(ProblemCode::BadRequest, detail));
    }
    let secret = bearer(header).map_err(|cause| Fault::new(ProblemCode::InvalidKey, cause.to_string()))?;
    edge.handles.keyring.authenticate(secret).await.map_err(|error| match error {
        AuthenticateError::Unknown => {
            let detail = "No API key of this service has the secret in the header Authorization. It may be of another \
                          installation; ezqr key list shows the keys of this one.";
            Fault::new(ProblemCode::InvalidKey, detail)
        }
        AuthenticateError::Revoked => {
            let detail = "The API key in the header Authorization was revoked. Send another; ezqr key create makes one.";
            Fault::new(ProblemCode::InvalidKey, detail)
        }
        AuthenticateError::AccountSuspended => {
            Fault::new(ProblemCode::AccountSuspended, "The key's account is suspended.")
        }
        AuthenticateError::Busy(busy) => busy.into(),
    })
}

/// Why the header holds no secret; told to whoever sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum NoSecret {
    #[error(
        "The header Authorization does not begin with the scheme Bearer and a blank. Send Authorization: Bearer <API key>."
    )]
    OtherScheme,
    #[error(
        "Nothing stands behind Bearer in the header Authorization. Send Authorization: Bearer <API key>."
    )]
    Nothing,
    #[error(
        "What stands behind Bearer in the header Authorization is no API key. One is ezqr_<environment>_<random>_<checksum>, \
         and a part is missing or mistyped: the checksum is not that of the rest. Send the whole key as it was shown."
    )]
    NoKey,
}

/// The secret in the header; the scheme's case does not matter (RFC 9110, 11.1).
fn bearer(header: &HeaderValue) -> Result<KeySecret, NoSecret> {
    let text = header.to_str().map_err(|_| NoSecret::NoKey)?;
    let (scheme, secret) = text.split_once(' ').unwrap_or((text, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(NoSecret::OtherScheme);
    }
    let secret = secret.trim_matches(' ');
    if secret.is_empty() {
        return Err(NoSecret::Nothing);
    }
    KeySecret::parse(secret).map_err(|_| NoSecret::NoKey)
}

/// Takes a token, and leaves word of the bucket for the answer's headers.
async fn take(edge: &Edge, request: &HttpRequest, caller: Caller, rate: Rate) -> Result<(), Fault> {
    let Some(limit) = NonZeroU32::new(rate.requests_per_minute()) else { return Ok(()) };
    let standing = edge.handles.limiter.take(caller, limit).await?;
    let bucket = match caller {
        Caller::Key(_) => "key",
        Caller::Network(_) => "network",
    };
    request.extensions_mut().insert(Taken { standing, bucket, now: edge.clock.now() });
    let Some(retry_after) = standing.retry_after else { return Ok(()) };
    let detail = format!("The {bucket} may make {limit} requests a minute.");
    Err(Fault::new(ProblemCode::RateLimited, detail).retry_after(retry_after))
}

/// What a bucket looked like when a request took from it.
struct Taken {
    standing: Standing,
    bucket: &'static str,
    now: Timestamp,
}

/// Writes what `request` found in its bucket, if it took from one, into its answer's headers: those commonly
/// used, and those of the IETF draft "RateLimit header fields for HTTP".
pub(crate) fn rate_limit_headers(request: &HttpRequest, headers: &mut HeaderMap) {
    let extensions = request.extensions();
    let Some(Taken { standing, bucket, now }) = extensions.get::<Taken>() else { return };
    let Standing { limit, remaining, full_in, .. } = *standing;
    let full_in_ms = i64::try_from(full_in.as_millis()).unwrap_or(i64::MAX);
    let full_at = now.as_millis().saturating_add(full_in_ms);
    let full_at_second = full_at.div_euclid(1_000) + i64::from(full_at.rem_euclid(1_000) > 0);
    let full_in_seconds = full_in_ms / 1_000 + i64::from(full_in_ms % 1_000 > 0);
    headers.insert(HeaderName::from_static("x-ratelimit-limit"), limit.get().into());
    headers.insert(HeaderName::from_static("x-ratelimit-remaining"), remaining.into());
    headers.insert(HeaderName::from_static("x-ratelimit-reset"), full_at_second.into());
    let fields = [
        ("ratelimit-policy", format!("\"{bucket}\";q={limit};w=60")),
        ("ratelimit", format!("\"{bucket}\";r={remaining};t={full_in_seconds}")),
    ];
    for (name, value) in fields {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actix_web::test::TestRequest;
    use ezqr_schema::Environment;

    use super::*;

    #[test]
    fn a_bearer_is_read_whatever_the_case_of_its_scheme() {
        let secret = KeySecret::generate(&Environment::parse("production").unwrap()).unwrap();
        let read = |text: String| bearer(&HeaderValue::from_str(&text).unwrap());
        assert_eq!(read(format!("Bearer {}", secret.reveal())), Ok(secret.clone()));
        assert_eq!(read(format!("bearer  {}", secret.reveal())), Ok(secret.clone()));
        assert_eq!(read(format!("Basic {}", secret.reveal())), Err(NoSecret::OtherScheme));
        assert_eq!(read(secret.reveal().to_owned()), Err(NoSecret::OtherScheme));
        assert_eq!(read("Bearer ".to_owned()), Err(NoSecret::Nothing));
        assert_eq!(read(format!("Bearer {}x", secret.reveal())), Err(NoSecret::NoKey));
        assert_eq!(read("Bearer \u{fc}".to_owned()), Err(NoSecret::NoKey));
    }

    #[test]
    fn the_headers_tell_the_bucket_and_round_times_up() {
        let request = TestRequest::default().to_http_request();
        let standing = Standing {
            limit: NonZeroU32::new(100).unwrap(),
            remaining: 7,
            full_in: Duration::from_millis(55_801),
            retry_after: None,
        };
        let now = Timestamp::from_millis(1_000_000_200).unwrap();
        request.extensions_mut().insert(Taken { standing, bucket: "key", now });
        let mut headers = HeaderMap::new();
        rate_limit_headers(&request, &mut headers);
        let shown = |name: &str| headers.get(name).unwrap().to_str().unwrap().to_owned();
        assert_eq!(shown("x-ratelimit-limit"), "100");
        assert_eq!(shown("x-ratelimit-remaining"), "7");
        assert_eq!(shown("x-ratelimit-reset"), "1000057");
        assert_eq!(shown("ratelimit-policy"), "\"key\";q=100;w=60");
        assert_eq!(shown("ratelimit"), "\"key\";r=7;t=56");
    }

    #[test]
    fn a_request_that_took_nothing_has_no_such_headers() {
        let mut headers = HeaderMap::new();
        rate_limit_headers(&TestRequest::default().to_http_request(), &mut headers);
        assert!(headers.is_empty());
    }
}
