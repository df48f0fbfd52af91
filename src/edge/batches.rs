//! `/api/v1/qr-codes/batch`: up to 100 codes at once.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use ezqr_actors::codes::MintRequest;
use ezqr_schema::wire::{BatchAnswer, BatchItem, Refused, all_or_nothing, parse_batch};
use ezqr_schema::{Code, NewCode, Owner, Problem, Scope};

use super::records::{self, NOT_COUNTED_YET, Records};
use super::{Edge, body, caller, fit};
use crate::problem::Fault;

/// What a batch does about an item that is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OnError {
    /// Nothing of it is carried out.
    Refuse,
    /// The others are.
    Continue,
}

/// `POST`: mints the codes of the body.
pub(super) async fn create(
    request: HttpRequest,
    payload: Payload,
    edge: Data<Edge>,
) -> Result<HttpResponse, Fault> {
    let principal = caller::admit(&edge, &request, Scope::CodesWrite).await?;
    let on_error = on_error(request.query_string())?;
    let body = body::json(&request, payload, &edge).await?;
    let items = parse_batch(&body, &edge.parse_context())?;
    let items = items.into_iter().enumerate().map(|(index, item)| fitting(index, item)).collect();
    let owner = principal.owner.clone();
    match on_error {
        OnError::Refuse => all(&edge, owner, all_or_nothing(items)?).await,
        OnError::Continue => those_allowed(&edge, owner, items).await,
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

async fn all(edge: &Edge, owner: Owner, codes: Vec<NewCode>) -> Result<HttpResponse, Fault> {
    let minted = edge.handles.codes.mint(MintRequest { owner, codes }).await?;
    let records = Records::of(edge, &minted).await?;
    let items = minted.iter().enumerate().map(|(index, code)| created(index, code, &records)).collect();
    records::json(HttpResponse::Created(), &BatchAnswer::new(items))
}

async fn those_allowed(
    edge: &Edge,
    owner: Owner,
    items: Vec<Result<NewCode, Refused>>,
) -> Result<HttpResponse, Fault> {
    let mut codes = Vec::with_capacity(items.len());
    let mut problems = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Ok(code) => {
                codes.push(code);
                problems.push(None);
            }
            Err(refused) => problems.push(Some(Problem::from(refused))),
        }
    }
    let minted = if codes.is_empty() {
        Vec::new().into()
    } else {
        edge.handles.codes.mint(MintRequest { owner, codes }).await?
    };
    let records = Records::of(edge, &minted).await?;
    let mut minted = minted.iter();
    let mut answers = Vec::with_capacity(problems.len());
    for (index, problem) in problems.into_iter().enumerate() {
        answers.push(match problem {
            Some(problem) => BatchItem::failed(index, problem),
            None => created(index, minted.next().ok_or_else(Fault::unexplained)?, &records),
        });
    }
    let answer = BatchAnswer::new(answers);
    let status = if answer.failed() == 0 { StatusCode::CREATED } else { StatusCode::MULTI_STATUS };
    records::json(HttpResponse::build(status), &answer)
}

fn created<'code>(index: usize, code: &'code Code, records: &'code Records<'_>) -> BatchItem<'code> {
    BatchItem::created(index, records.record(code, Some(NOT_COUNTED_YET)))
}
