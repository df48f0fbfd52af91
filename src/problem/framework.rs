//! What the framework refuses by itself, as faults.

use actix_web::HttpResponse;
use actix_web::body::{BodySize, MessageBody as _};
use actix_web::error::{Error, PayloadError};
use actix_web::http::StatusCode;
use ezqr_schema::ProblemCode;

use super::Fault;

/// The fault a response tells of; `None` when it succeeded, or failed with a body of its own.
pub(crate) fn fault_of(response: &HttpResponse) -> Option<Fault> {
    if let Some(error) = response.error() {
        return Some(of_error(error));
    }
    let bare = matches!(response.body().size(), BodySize::None | BodySize::Sized(0));
    (bare && is_failure(response.status())).then(|| of_status(response.status()))
}

fn is_failure(status: StatusCode) -> bool {
    status.is_client_error() || status.is_server_error()
}

fn of_error(error: &Error) -> Fault {
    if let Some(fault) = error.as_error::<Fault>() {
        return fault.clone();
    }
    if let Some(error) = error.as_error::<PayloadError>() {
        return of_payload(error);
    }
    let status = error.as_response_error().status_code();
    if status.is_server_error() || !is_failure(status) {
        return Fault::internal(Unforeseen(error.to_string()));
    }
    of_status(status)
}

/// An error of the framework that no route should cause.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Unforeseen(String);

/// A body that did not arrive whole.
pub(crate) fn of_payload(error: &PayloadError) -> Fault {
    if let PayloadError::Overflow = error {
        return of_status(StatusCode::PAYLOAD_TOO_LARGE);
    }
    Fault::new(ProblemCode::BadRequest, "The body did not arrive whole.")
        .because(Unforeseen(error.to_string()))
}

/// A bare status, as the router gives it.
fn of_status(status: StatusCode) -> Fault {
    let (code, detail) = match status {
        StatusCode::NOT_FOUND => (ProblemCode::RouteNotFound, "No resource has this path."),
        StatusCode::METHOD_NOT_ALLOWED => {
            (ProblemCode::MethodNotAllowed, "The header Allow names the methods of this resource.")
        }
        StatusCode::NOT_ACCEPTABLE => (ProblemCode::NotAcceptable, "See the header Accept of the request."),
        StatusCode::REQUEST_TIMEOUT => (ProblemCode::RequestTimeout, "The body did not arrive in time."),
        StatusCode::PAYLOAD_TOO_LARGE => (ProblemCode::BodyTooLarge, "The body has more bytes than allowed."),
        StatusCode::URI_TOO_LONG => (ProblemCode::UriTooLong, "Path and query have more bytes than allowed."),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            (ProblemCode::UnsupportedMediaType, "The header Content-Type must be application/json.")
        }
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
            (ProblemCode::HeadersTooLarge, "The headers have more bytes than allowed.")
        }
        other if other.is_client_error() => (ProblemCode::BadRequest, "The request cannot be understood."),
        _ => return Fault::unexplained(),
    };
    Fault::new(code, detail)
}
