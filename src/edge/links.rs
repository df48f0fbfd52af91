//! `/{short_code}`: what a printed code leads to. No key, no message, no lock a writer holds.

use std::rc::Rc;
use std::sync::Arc;

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use ezqr_actors::codes::Link;
use ezqr_actors::scans::ScanRecorder;
use ezqr_schema::{CodeStatus, ProblemCode, ShortPath, TargetUrl};

use super::{Edge, address, visitor};
use crate::pages;
use crate::problem::Fault;

/// `GET /{short_code}`: leads on. 302, so that the next visitor asks again: the destination may change.
pub(super) async fn follow(request: HttpRequest, edge: Data<Edge>) -> Result<HttpResponse, Fault> {
    let link = living_link(&request, &edge).await?;
    let target = HeaderValue::from_str(destination(&link)?.as_str()).map_err(Fault::internal)?;
    count(&request, &edge, &link);
    Ok(HttpResponse::Found()
        .insert_header((header::LOCATION, target))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish())
}

/// Counts the scan before it is answered, where the worker has a recorder. `HEAD` looks and does not follow. Where
/// there is no room for it, it is lost, and counted as such: a redirect never fails for it.
fn count(request: &HttpRequest, edge: &Edge, link: &Link) {
    if request.method() != Method::GET {
        return;
    }
    if let Some(recorder) = request.app_data::<Rc<ScanRecorder>>() {
        recorder.record(link.sequence, &visitor::evidence(request, &edge.fronts));
    }
}

/// `GET /{short_code}+`: shows where it would lead.
pub(super) async fn preview(request: HttpRequest, edge: Data<Edge>) -> Result<HttpResponse, Fault> {
    let link = living_link(&request, &edge).await?;
    let short_link = edge.handles.reader.pattern(&link).await?;
    Ok(pages::preview(&short_link, destination(&link)?.as_str()))
}

fn destination(link: &Link) -> Result<&TargetUrl, Fault> {
    link.target_url().ok_or_else(no_such_link)
}

/// The link of the path, if it works.
async fn living_link(request: &HttpRequest, edge: &Edge) -> Result<Arc<Link>, Fault> {
    let path = ShortPath::parse(address::segment(request, "short_code")).ok_or_else(no_such_link)?;
    let link = edge.handles.reader.follow(&path).await?.ok_or_else(no_such_link)?;
    if link.status == CodeStatus::Deleted {
        return Err(Fault::new(ProblemCode::CodeDeleted, "The code of this link was deleted."));
    }
    if link.is_expired(edge.clock.now()) {
        return Err(Fault::new(ProblemCode::CodeExpired, "The time of this link is over."));
    }
    if edge.handles.accounts.is_suspended(link.owner.account) {
        return Err(Fault::new(ProblemCode::AccountSuspended, "The account of this link is suspended."));
    }
    if link.status == CodeStatus::Paused {
        return Err(Fault::new(ProblemCode::CodePaused, "The code of this link is paused."));
    }
    Ok(link)
}

fn no_such_link() -> Fault {
    Fault::new(ProblemCode::CodeNotFound, "No code has this link.")
}
