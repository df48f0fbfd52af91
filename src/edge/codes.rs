//! `/api/v1/qr-codes`: codes one by one, and their lists.

use std::time::Duration;

use actix_web::http::header;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use ezqr_actors::codes::{ChangeRefused, ChangeRequest, DeleteRequest};
use ezqr_actors::rendering::Format;
use ezqr_schema::wire::{
    Body, ListAnswer, ParseContext, Refused, ScanCount, ScanCounts, parse_body, parse_code_patch,
    parse_list_query, parse_new_code,
};
use ezqr_schema::{Code, FieldFault, NewCode, ProblemCode, Scope, ShownStatus, Version};
use ezqr_store::{ListBudget, ListRequest};

use super::batches::OnError;
use super::idempotency::{self, Item, Repeatable, Terms};
use super::records::{self, Records};
use super::{Edge, accept, address, body, caller, conditions, fit, image_query, images};
use crate::problem::Fault;

/// `POST`: mints a code, and answers its record or its image.
pub(super) async fn create(
    request: HttpRequest,
    payload: Payload,
    edge: Data<Edge>,
) -> Result<HttpResponse, Fault> {
    let principal = caller::admit(&edge, &request, Scope::CodesWrite).await?;
    let format = asked_format(&request)?;
    let options = image_query::parse(request.query_string(), format)?;
    let key = idempotency::key_of(&request)?;
    let text = body::text(&request, payload, &edge).await?;
    let repeatable = Repeatable::begin(&edge, &principal.owner, OnError::Refuse, key, &request, text).await?;
    let body = parse_body(repeatable.body())?;
    let link_hosts = edge.link_hosts().await;
    let judge = |terms: Terms| Ok(vec![judged(&body, &terms.context(&link_hosts))]);
    let check_image = async |terms: Terms, codes: &[NewCode]| match (format, codes) {
        (Some(format), [code]) => {
            let pixels = images::pixels_of_new_code(&edge, code, format, options)?;
            terms.pixel_limits(&edge).check(pixels)
        }
        _ => Ok(()),
    };
    let made = repeatable.mint(judge, check_image).await?;
    let code = made.codes.first().ok_or_else(Fault::unexplained)?;
    let answer = match format {
        None => records::answer_created(&edge, code).await?,
        Some(format) => match images::of_new_code(&edge, code, format, options).await {
            Ok(image) => image,
            // What was minted is answered as minted, whatever becomes of its image.
            Err(fault) => {
                tracing::warn!(
                    code = fault.code.code(),
                    cause = fault.chain(),
                    "a new code has no image yet"
                );
                records::answer_created(&edge, code).await?
            }
        },
    };
    Ok(made.replay.mark(answer))
}

fn judged(body: &Body<'_>, context: &ParseContext<'_>) -> Item {
    let code = parse_new_code(body, context)?;
    fit::check(&code, "").map_err(Refused::one)?;
    Ok(code)
}

/// The format of the image the client asks for instead of a record.
fn asked_format(request: &HttpRequest) -> Result<Option<Format>, Fault> {
    const JSON: &str = "application/json";
    let [png, svg, pdf] = Format::ALL.map(Format::media_type);
    match accept::preferred(request, &[JSON, png, svg, pdf]) {
        Some(JSON) => Ok(None),
        Some(media_type) => Ok(Format::ALL.into_iter().find(|format| format.media_type() == media_type)),
        None => {
            let detail = format!("A new code is answered as {JSON}, {png}, {svg} or {pdf}.");
            Err(Fault::new(ProblemCode::NotAcceptable, detail))
        }
    }
}

/// `GET` of the collection: a part of the list, newest first.
pub(super) async fn list(request: HttpRequest, edge: Data<Edge>) -> Result<HttpResponse, Fault> {
    let principal = caller::admit(&edge, &request, Scope::CodesRead).await?;
    let query = parse_list_query(request.query_string())?;
    let owner = &principal.owner;
    let after = match &query.cursor {
        None => None,
        Some(cursor) => Some(edge.cursors.read(cursor, owner, &query.filter).map_err(|error| {
            let fault = FieldFault::new("cursor", error.to_string());
            Refused::one(fault.with_code(ProblemCode::InvalidCursor))
        })?),
    };
    let asked = ListRequest {
        owner: owner.clone(),
        filter: query.filter,
        after,
        limit: query.limit,
        budget: ListBudget::default(),
    };
    let listing = edge.handles.reader.list(&asked).await?;
    let scan_counts = match query.scan_counts {
        ScanCounts::Omitted => vec![ScanCount::Omitted; listing.codes.len()],
        ScanCounts::Included => records::scan_counts(&edge, &listing.codes).await,
    };
    let records = Records::of(&edge, &listing.codes).await?;
    let now = edge.clock.now();
    let data = listing.codes.iter().zip(scan_counts);
    let data: Vec<_> = data.map(|(code, scan_count)| records.record(code, scan_count, now)).collect();
    let next = listing.next.map(|position| edge.cursors.write(position, owner, &asked.filter));
    records::json(HttpResponse::Ok(), &ListAnswer::new(data, next))
}

/// `GET`: the record of a code, a deleted one's too.
pub(super) async fn read(request: HttpRequest, edge: Data<Edge>) -> Result<HttpResponse, Fault> {
    let principal = caller::admit(&edge, &request, Scope::CodesRead).await?;
    let id = address::code_id(address::segment(&request, "id"))?;
    let code = edge.handles.reader.code(&principal.owner, id).await?.ok_or_else(Fault::no_such_code)?;
    records::answer(&edge, HttpResponse::Ok(), &code).await
}

/// `PATCH`: changes a code by JSON Merge Patch (RFC 7396). A key that may not read codes is not shown one for it.
pub(super) async fn change(
    request: HttpRequest,
    payload: Payload,
    edge: Data<Edge>,
) -> Result<HttpResponse, Fault> {
    let principal = caller::admit(&edge, &request, Scope::CodesWrite).await?;
    let id = address::code_id(address::segment(&request, "id"))?;
    let expected = conditions::expected_version(&request)?;
    let text = body::text(&request, payload, &edge).await?;
    let context = ParseContext { now: edge.clock.now(), link_hosts: &edge.link_hosts().await };
    let patch = parse_code_patch(&parse_body(&text)?, &context)?;
    if patch.status == Some(ShownStatus::Deleted) {
        caller::check_scope(&principal, Scope::CodesDelete)?;
    }
    let owner = principal.owner.clone();
    let code = make(&edge, ChangeRequest { owner, id, patch, expected }).await?;
    if !principal.scopes.allow(Scope::CodesRead) {
        return records::answer_receipt(&code);
    }
    records::answer(&edge, HttpResponse::Ok(), &code).await
}

/// `DELETE`: the code stays on record, its link and image end. Again answers the same.
pub(super) async fn delete(request: HttpRequest, edge: Data<Edge>) -> Result<HttpResponse, Fault> {
    let principal = caller::admit(&edge, &request, Scope::CodesDelete).await?;
    let id = address::code_id(address::segment(&request, "id"))?;
    let expected = conditions::expected_version(&request)?;
    let owner = principal.owner.clone();
    let deleted = edge.handles.codes.delete(DeleteRequest { owner, id, expected }).await;
    deleted.map_err(|refused| told(refused, expected))?;
    Ok(HttpResponse::NoContent().insert_header((header::CACHE_CONTROL, "no-store")).finish())
}

/// When a change that others were faster than again and again is worth another try.
const RETRY_AFTER: Duration = Duration::from_secs(1);

async fn make(edge: &Edge, request: ChangeRequest) -> Result<Code, Fault> {
    let expected = request.expected;
    edge.handles.codes.change(request).await.map_err(|refused| told(refused, expected))
}

fn told(refused: ChangeRefused, expected: Option<Version>) -> Fault {
    if expected.is_none() && matches!(refused, ChangeRefused::VersionMismatch { .. }) {
        // Others changed it again and again: nothing the caller could have known.
        return Fault::new(ProblemCode::Overloaded, "The code is being changed by many at once.")
            .retry_after(RETRY_AFTER);
    }
    refused.into()
}
