//! `/{short_code}`: what a printed code leads to. No key, no message, no lock a writer holds.

use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use ezqr_actors::codes::Link;
use ezqr_actors::limiter::Network;
use ezqr_actors::misses::TooManyMisses;
use ezqr_actors::scans::ScanRecorder;
use ezqr_schema::{CodeStatus, ProblemCode, ShortPath, TargetUrl};

use super::{Edge, address, visitor};
use crate::pages;
use crate::problem::Fault;

/// `GET /{short_code}`: leads on. 302, so that the next visitor asks again: the destination may change.
pub(super) async fn follow(request: HttpRequest, edge: Data<Edge>) -> Result<HttpResponse, Fault> {
    if asks_for_preview(address::segment(&request, "short_code")) {
        return preview(request, edge).await;
    }
    let visitor = edge.fronts.address(&request);
    let link = living_link(&request, &edge, visitor).await?;
    let target = HeaderValue::from_str(destination(&link)?.as_str()).map_err(Fault::internal)?;
    count(&request, &edge, visitor, &link);
    Ok(HttpResponse::Found()
        .insert_header((header::LOCATION, target))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish())
}

/// Counts the scan before it is answered, where the worker has a recorder. `HEAD` looks and does not follow. Where
/// there is no room for it, it is lost, and counted as such: a redirect never fails for it.
fn count(request: &HttpRequest, edge: &Edge, visitor: IpAddr, link: &Link) {
    if request.method() != Method::GET {
        return;
    }
    if let Some(recorder) = request.app_data::<Rc<ScanRecorder>>() {
        recorder.record(link.sequence, &visitor::evidence(request, &edge.fronts, visitor));
    }
}

/// `GET /{short_code}+`: shows where it would lead.
pub(super) async fn preview(request: HttpRequest, edge: Data<Edge>) -> Result<HttpResponse, Fault> {
    let link = living_link(&request, &edge, edge.fronts.address(&request)).await?;
    let short_link = edge.handles.reader.pattern(&link).await?;
    Ok(pages::preview(&short_link, destination(&link)?.as_str()))
}

fn destination(link: &Link) -> Result<&TargetUrl, Fault> {
    link.target_url().ok_or_else(no_such_link)
}

/// Whether what stands behind the code begins with a plus: a preview, with something typed behind it.
fn asks_for_preview(segment: &str) -> bool {
    let is_outside = |character: char| !character.is_ascii_alphanumeric() && character != '+';
    // In a query whose question mark is missing a plus is a blank.
    let segment = segment.split(['&', '?', '#']).next().unwrap_or(segment);
    segment.trim_end_matches(is_outside).ends_with('+')
}

/// The link of the path, if it works.
async fn living_link(request: &HttpRequest, edge: &Edge, visitor: IpAddr) -> Result<Arc<Link>, Fault> {
    // What no code can have is looked up nowhere, so that it tells a guesser nothing and costs no token.
    let path = ShortPath::read(address::segment(request, "short_code")).ok_or_else(no_such_link)?;
    let link = known_link(edge, &path, Network::of(visitor)).await?;
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

/// The link of `path`, whatever its state, for a visitor from `network` that may be told of it.
async fn known_link(edge: &Edge, path: &ShortPath, network: Network) -> Result<Arc<Link>, Fault> {
    let misses = &edge.handles.misses;
    misses.admit(network, path, edge.clock.monotonic()).map_err(too_many_misses)?;
    let found = edge.handles.reader.follow(path).await?;
    let now = edge.clock.monotonic();
    let Some(link) = found else {
        misses.missed(network, now).map_err(too_many_misses)?;
        return Err(no_such_link());
    };
    misses.admit(network, path, now).map_err(too_many_misses)?;
    misses.found(network, path, now);
    Ok(link)
}

fn no_such_link() -> Fault {
    Fault::new(ProblemCode::CodeNotFound, "No code has this link.")
}

fn too_many_misses(refused: TooManyMisses) -> Fault {
    let detail = "Too many links that do not exist were asked for from your network. Until that is less, only links \
                  that it followed within the last hour are answered; try again.";
    Fault::new(ProblemCode::RateLimited, detail).retry_after(refused.retry_after)
}

#[cfg(test)]
mod tests {
    use super::asks_for_preview;

    #[test]
    fn a_plus_behind_the_code_asks_for_a_preview_whatever_follows_it() {
        for segment in ["7K3MX9QA+", "7K3MX9QA+.", "7K3MX9QA+ ", "7K3MX9QA.+)"] {
            assert!(asks_for_preview(segment), "{segment}");
        }
        for segment in ["7K3MX9QA", "7K3MX9QA.", "+7K3MX9QA", "7K3MX9QA&a=1+1", "7K3MX9QA&a=b+", ""] {
            assert!(!asks_for_preview(segment), "{segment}");
        }
    }
}
