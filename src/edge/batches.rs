//! `/api/v1/qr-codes/batch`: up to 100 codes at once.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use ezqr_schema::wire::{
    BatchAnswer, BatchItem, Refused, ScanCount, bound_tags, parameters, parse_batch, parse_body,
};
use ezqr_schema::{Code, NewCode, Problem, ProblemCode, Scope};

use super::archives::{self, ArchiveOptions};
use super::idempotency::{self, Item, Repeatable, Terms};
use super::records::{self, Records};
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

impl OnError {
    /// What the parameter `on_error` says.
    pub(super) fn parse(value: &str) -> Result<Self, String> {
        if value == "continue" { Ok(Self::Continue) } else { Err("may only be continue".to_owned()) }
    }
}

/// `POST`: mints the codes of the body, and answers their records or their images.
pub(super) async fn create(
    request: HttpRequest,
    payload: Payload,
    edge: Data<Edge>,
) -> Result<HttpResponse, Fault> {
    let principal = caller::admit(&edge, &request, Scope::CodesWrite).await?;
    let (on_error, archive) = asked(&request)?;
    let key = idempotency::key_of(&request)?;
    let text = body::text(&request, payload, &edge).await?;
    let repeatable = Repeatable::begin(&edge, &principal.owner, on_error, key, &request, text).await?;
    let body = parse_body(repeatable.body())?;
    let link_hosts = edge.link_hosts().await;
    let judge = |terms: Terms| {
        let items = parse_batch(&body, &terms.context(&link_hosts))?;
        let items = match terms {
            Terms::Full(_) => bound_tags(items),
            Terms::Content => items,
        };
        let items = items.into_iter().enumerate().map(|(index, item)| fitting(index, item)).collect();
        match (archive, terms) {
            (Some(options), Terms::Full(_)) => options.check_each(&edge, items),
            (Some(_), Terms::Content) | (None, _) => Ok(items),
        }
    };
    let Some(options) = archive else {
        let made = repeatable.mint(judge, async |_: Terms, _: &[NewCode]| Ok(())).await?;
        return Ok(made.replay.mark(records_of(&edge, &made.codes, made.problems).await?));
    };
    // Before anything is minted: a batch that cannot be drawn now is refused whole.
    let admit = async |terms: Terms, codes: &[NewCode]| {
        options.check_together(&edge, terms.pixel_limits(&edge), codes)?;
        Ok(edge.handles.rendering.admit(principal.owner.account).await?)
    };
    let made = repeatable.mint(judge, admit).await?;
    let answer = archives::answer(&edge, options, made.prepared, &made.codes, &made.problems).await?;
    Ok(made.replay.mark(answer))
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

/// Reads the parameters of a batch that is answered as records.
fn on_error(query: &str) -> Result<OnError, Refused> {
    let mut on_error = OnError::Refuse;
    let faults = parameters::read(query, |name, value| match name {
        "on_error" => OnError::parse(value).map(|asked| on_error = asked),
        _ => Err(format!(
            "is not a parameter of a batch that is answered as records, which has on_error alone; for images send the \
             header Accept: {}",
            archives::MEDIA_TYPE
        )),
    });
    if faults.is_empty() { Ok(on_error) } else { Err(Refused::new(faults)) }
}

fn fitting(index: usize, item: Item) -> Item {
    let code = item?;
    fit::check(&code, &format!("/{index}")).map_err(Refused::one)?;
    Ok(code)
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
            BatchItem::created(index, records.record(code, ScanCount::NONE, code.created_at))
        });
    }
    records::json(HttpResponse::build(status), &BatchAnswer::new(items))
}
