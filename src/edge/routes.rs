//! The whole route table.

use actix_web::HttpRequest;
use actix_web::web::{self, ServiceConfig, get, head, post};

use super::{batches, codes, health, images, links};
use crate::edge::accept;
use crate::middleware::{Surround, Surroundings};
use crate::problem::Audience;

/// Registers every route of one worker.
///
/// The short links stand last: they take any path of one segment that is nothing else.
pub(crate) fn register(app: &mut ServiceConfig, surroundings: &Surroundings) {
    let around = |route, audience| Surround::new(route, audience, surroundings);
    app.service(
        web::resource("/api/v1/qr-codes")
            .route(post().to(codes::create))
            .route(get().to(codes::list))
            .wrap(around("/api/v1/qr-codes", program).middleware()),
    )
    .service(
        web::resource("/api/v1/qr-codes/batch")
            .route(post().to(batches::create))
            .wrap(around("/api/v1/qr-codes/batch", program).middleware()),
    )
    .service(
        web::resource("/api/v1/qr-codes/{id}")
            .route(get().to(codes::read))
            .route(web::patch().to(codes::change))
            .route(web::delete().to(codes::delete))
            .wrap(around("/api/v1/qr-codes/{id}", program).middleware()),
    )
    .service(
        web::resource("/qr/{file}")
            .route(get().to(images::show))
            .route(head().to(images::show))
            .wrap(around("/qr/{file}", program).middleware()),
    )
    .service(
        web::resource("/healthz")
            .route(get().to(health::alive))
            .route(head().to(health::alive))
            .wrap(around("/healthz", program).middleware()),
    )
    .service(
        web::resource("/readyz")
            .route(get().to(health::ready))
            .route(head().to(health::ready))
            .wrap(around("/readyz", program).middleware()),
    )
    .service(
        web::resource("/{short_code}+")
            .route(get().to(links::preview))
            .route(head().to(links::preview))
            .wrap(around("/{short_code}+", visitor).middleware()),
    )
    .service(
        web::resource("/{short_code}")
            .route(get().to(links::follow))
            .route(head().to(links::follow))
            .wrap(around("/{short_code}", visitor).middleware()),
    )
    .default_service(web::route().to(nothing).wrap(around("none", by_path).middleware()));
}

async fn nothing() -> Result<actix_web::HttpResponse, crate::problem::Fault> {
    let code = ezqr_schema::ProblemCode::RouteNotFound;
    Err(crate::problem::Fault::new(code, "No resource has this path."))
}

fn program(_: &HttpRequest) -> Audience {
    Audience::Program
}

/// Who follows a link is a person, unless the request asks for a problem.
fn visitor(request: &HttpRequest) -> Audience {
    const OFFERS: [&str; 3] = ["text/html", "application/problem+json", "application/json"];
    match accept::preferred(request, &OFFERS) {
        Some("application/problem+json" | "application/json") => Audience::Program,
        Some(_) | None => Audience::Visitor,
    }
}

fn by_path(request: &HttpRequest) -> Audience {
    let path = request.path();
    if path.starts_with("/api/") || path.starts_with("/qr/") { Audience::Program } else { visitor(request) }
}
