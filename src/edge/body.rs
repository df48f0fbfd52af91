//! Bodies of requests.

use actix_web::http::header;
use actix_web::mime;
use actix_web::web::{Bytes, BytesMut, Payload};
use actix_web::{HttpMessage as _, HttpRequest, rt};
use ezqr_schema::ProblemCode;
use futures_util::StreamExt as _;

use super::Edge;
use crate::problem::{Fault, of_payload};

/// The bytes of a body that is declared as JSON, whole and in time.
pub(super) async fn text(request: &HttpRequest, payload: Payload, edge: &Edge) -> Result<Bytes, Fault> {
    check_media_type(request)?;
    rt::time::timeout(edge.body_timeout, read(request, payload, edge.body_limit_bytes)).await.map_err(
        |_| {
            let detail = format!("The body did not arrive within {} seconds.", edge.body_timeout.as_secs());
            Fault::new(ProblemCode::RequestTimeout, detail)
        },
    )?
}

/// JSON is declared as such, or by a media type built on it (RFC 6839, 3.1); a merge patch has one (RFC 7396).
fn check_media_type(request: &HttpRequest) -> Result<(), Fault> {
    let declared = request.mime_type().ok().flatten();
    let is_json = declared
        .as_ref()
        .is_some_and(|media| media.subtype() == mime::JSON || media.suffix() == Some(mime::JSON));
    if is_json {
        return Ok(());
    }
    let found = match &declared {
        Some(media) => format!("is {}", media.essence_str()),
        None => "is missing or no media type".to_owned(),
    };
    let detail = format!("The header Content-Type must be application/json; it {found}.");
    Err(Fault::new(ProblemCode::UnsupportedMediaType, detail))
}

async fn read(request: &HttpRequest, mut payload: Payload, limit: usize) -> Result<Bytes, Fault> {
    let declared = request.headers().get(header::CONTENT_LENGTH);
    let declared: Option<usize> = declared.and_then(|length| length.to_str().ok()?.parse().ok());
    if declared.is_some_and(|length| length > limit) {
        return Err(too_large(limit));
    }
    // What is declared is not believed before it arrives: it costs at most a page.
    let mut body = BytesMut::with_capacity(declared.unwrap_or_default().min(4_096));
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| of_payload(&error))?;
        if body.len() + chunk.len() > limit {
            return Err(too_large(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn too_large(limit: usize) -> Fault {
    Fault::new(ProblemCode::BodyTooLarge, format!("At most {limit} bytes are allowed."))
}
