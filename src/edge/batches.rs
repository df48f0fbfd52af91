//! `/api/v1/qr-codes/batch`: up to 100 codes at once.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use ezqr_actors::codes::MintRequest;
use ezqr_schema::wire::{BatchAnswer, BatchItem, Refused, all_or_nothing, parse_batch};
use ezqr_schema::{Code, NewCode, Owner, Problem, ProblemCode, Scope};

use super::archives::{self, ArchiveOptions};
use super::records::{self, NOT_COUNTED_YET, Records};
use super::{Edge, accept, body, caller, fit};
use crate::problem::Fault;

/// What a batch does about an item that is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnError {
    /// Nothing of it is carried out.
    Refuse,
    /// The others are.
    Continue,
}

/// `POST`: mints the codes of the body, and answers their records or their images.
pub(super) async fn create(
    request: HttpRequest,
    payload: Payload,
    edge: Data<Edge>,
) -> Result<HttpResponse, Fault> {
    let principal = caller::admit(&edge, &request, Scope::CodesWrite).await?;
    let (on_error, archive) = asked(&request)?;
    let body = body::json(&request, payload, &edge).await?;
    let items = parse_batch(&body, &edge.parse_context())?;
    let items = items.into_iter().enumerate().map(|(index, item)| fitting(index, item)).collect();
    let owner = principal.owner.clone();
    let Some(options) = archive else {
        let batch = Batch::of(items, on_error)?;
        let minted = mint(&edge, owner, batch.codes).await?;
        return records_of(&edge, &minted, batch.problems).await;
    };
    let drawable = options.check_each(&edge, items)?;
    let batch = Batch::of(drawable.items, on_error)?;
    archives::check_together(&edge, drawable.pixels)?;
    // Before anything is minted: a batch that cannot be drawn now is refused whole.
    let ticket = edge.handles.rendering.admit(owner.account).await?;
    let minted = mint(&edge, owner, batch.codes).await?;
    archives::answer(&edge, options, ticket, &minted, &batch.problems).await
}

/// What the client asks for: an archive, or else records.
fn asked(request: &HttpRequest) -> Result<(OnError, Option<ArchiveOptions>), Fault> {
    const JSON: &str = "application/json";
    const ZIP: &str = archives::MEDIA_TYPE;
    let query = request.query_string();
    match accept::preferred(request, &[JSON, ZIP]) {
        Some(JSON) => Ok((on_error(query)?, None)),
        Some(_) => {
            let (on_error, options) = archives::parse_query(query)?;
            Ok((on_error, Some(options)))
        }
        None => {
            let detail = format!("A batch is answered as {JSON} or {ZIP}.");
            Err(Fault::new(ProblemCode::NotAcceptable, detail))
        }
    }
}

fn on_error(query: &str) -> Result<OnError, Fault> {
    match query {
        "" => Ok(OnError::Refuse),
        "on_error=continue" => Ok(OnError::Continue),
        _ => Err(Fault::parameter("on_error", "is the only parameter, and may only be continue")),
    }
}

fn fitting(index: usize, item: Result<NewCode, Refused>) -> Result<NewCode, Refused> {
    let code = item?;
    fit::check(&code, &format!("/{index}")).map_err(Refused::one)?;
    Ok(code)
}

/// A batch to be carried out.
struct Batch {
    codes: Vec<NewCode>,
    /// By position in the request: why it is not among the codes.
    problems: Vec<Option<Problem>>,
}

impl Batch {
    fn of(items: Vec<Result<NewCode, Refused>>, on_error: OnError) -> Result<Self, Refused> {
        if on_error == OnError::Refuse {
            let codes = all_or_nothing(items)?;
            return Ok(Self { problems: vec![None; codes.len()], codes });
        }
        let mut batch = Self { codes: Vec::with_capacity(items.len()), problems: Vec::new() };
        for item in items {
            match item {
                Ok(code) => {
                    batch.codes.push(code);
                    batch.problems.push(None);
                }
                Err(refused) => batch.problems.push(Some(Problem::from(refused))),
            }
        }
        Ok(batch)
    }
}

async fn mint(edge: &Edge, owner: Owner, codes: Vec<NewCode>) -> Result<Arc<[Code]>, Fault> {
    if codes.is_empty() {
        return Ok(Arc::default());
    }
    Ok(edge.handles.codes.mint(MintRequest { owner, codes, idempotency: None }).await?.codes)
}

/// The status of a batch with these problems.
pub(super) fn status(problems: &[Option<Problem>]) -> StatusCode {
    if problems.iter().any(Option::is_some) { StatusCode::MULTI_STATUS } else { StatusCode::CREATED }
}

async fn records_of(
    edge: &Edge,
    minted: &[Code],
    problems: Vec<Option<Problem>>,
) -> Result<HttpResponse, Fault> {
    let records = Records::of(edge, minted).await?;
    let status = status(&problems);
    let mut minted = minted.iter();
    let mut items = Vec::with_capacity(problems.len());
    for (index, problem) in problems.into_iter().enumerate() {
        items.push(if let Some(problem) = problem {
            BatchItem::failed(index, problem)
        } else {
            let code = minted.next().ok_or_else(Fault::unexplained)?;
            BatchItem::created(index, records.record(code, Some(NOT_COUNTED_YET)))
        });
    }
    records::json(HttpResponse::build(status), &BatchAnswer::new(items))
}
