//! The whole route table.

use std::time::Duration;

use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, Route};

use super::{batches, codes, docs, health, images, links, scans};
use crate::edge::accept;
use crate::middleware::{Surround, Surroundings};
use crate::problem::Audience;

/// Registers every route of one worker.
pub(crate) fn register(app: &mut ServiceConfig, surroundings: &Surroundings) {
    docs::prepare();
    let around = |route, audience| Surround::new(route, audience, surroundings);
    let mut serve = |Entry { path, audience, methods }: Entry, slash: &str| {
        let mut resource = web::resource(format!("{path}{slash}"));
        for (method, handler) in methods {
            resource = resource.route(handler.method(method));
        }
        app.service(resource.wrap(around(path, audience).middleware()));
    };
    for entry in table() {
        serve(entry, "");
    }
    // A slash too many leads to the same, but not by way of those who write none.
    for entry in table() {
        serve(entry, "/");
    }
    app.default_service(web::route().to(nothing).wrap(around("none", by_path).middleware()));
}

/// Registers what answers while the store is waited for.
pub(crate) fn register_starting(app: &mut ServiceConfig, surroundings: &Surroundings) {
    let around = |route, audience| Surround::new(route, audience, surroundings);
    let health =
        |path, route: Route| web::resource(path).route(route).wrap(around(path, program).middleware());
    app.service(health("/healthz", web::to(health::alive)));
    app.service(health("/readyz", web::to(health::starting)));
    app.default_service(web::route().to(not_yet).wrap(around("none", by_path).middleware()));
}

/// A resource.
struct Entry {
    /// Its path, by which the metrics name it too.
    path: &'static str,
    /// Who reads its failures.
    audience: fn(&HttpRequest) -> Audience,
    /// What it does, by method.
    methods: Vec<(Method, Route)>,
}

/// All resources.
///
/// The short links take any path of one segment that is nothing else, so they stand behind the others of one
/// segment. They stand before those of more: each pattern that is looked at on the way costs a redirect an allocation.
fn table() -> Vec<Entry> {
    let entry = |path, audience, methods| Entry { path, audience, methods };
    vec![
        entry("/healthz", program, reads(|| web::to(health::alive))),
        entry("/readyz", program, reads(|| web::to(health::ready))),
        entry("/openapi.json", program, reads(|| web::to(docs::openapi))),
        entry("/docs", visitor, reads(|| web::to(docs::page))),
        entry("/{short_code}+", visitor, reads(|| web::to(links::preview))),
        entry("/{short_code}", visitor, reads(|| web::to(links::follow))),
        entry(
            "/api/v1/qr-codes",
            program,
            vec![(Method::POST, web::to(codes::create)), (Method::GET, web::to(codes::list))],
        ),
        entry("/api/v1/qr-codes/batch", program, vec![(Method::POST, web::to(batches::create))]),
        entry(
            "/api/v1/qr-codes/{id}",
            program,
            vec![
                (Method::GET, web::to(codes::read)),
                (Method::PATCH, web::to(codes::change)),
                (Method::DELETE, web::to(codes::delete)),
            ],
        ),
        entry("/api/v1/qr-codes/{id}/scans", program, vec![(Method::GET, web::to(scans::of_code))]),
        entry("/api/v1/scans", program, vec![(Method::GET, web::to(scans::of_account))]),
        entry("/qr/{file}", program, reads(|| web::to(images::show))),
        // Two segments, so that no short link can have this path.
        entry("/problems/{code}", visitor, reads(|| web::to(docs::problem))),
    ]
}

/// `GET`, and `HEAD` by the same handler.
fn reads(handler: impl Fn() -> Route) -> Vec<(Method, Route)> {
    vec![(Method::GET, handler()), (Method::HEAD, handler())]
}

async fn nothing() -> Result<actix_web::HttpResponse, crate::problem::Fault> {
    let code = ezqr_schema::ProblemCode::RouteNotFound;
    Err(crate::problem::Fault::new(code, "No resource has this path."))
}

async fn not_yet() -> Result<actix_web::HttpResponse, crate::problem::Fault> {
    /// Between two attempts to reach the store.
    const RETRY_AFTER: Duration = Duration::from_secs(2);
    let code = ezqr_schema::ProblemCode::StoreUnavailable;
    let detail = "The service starts as soon as its store can be reached; try again.";
    Err(crate::problem::Fault::new(code, detail).retry_after(RETRY_AFTER))
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use ezqr_schema::{Alias, ShortCode, openapi};

    use super::table;

    /// The path as it is described: the router takes the name of an image's file as one segment.
    fn described(path: &str) -> &str {
        if path == "/qr/{file}" { "/qr/{id}.{format}" } else { path }
    }

    #[test]
    fn the_routes_are_those_that_are_described() {
        let entries = table().into_iter();
        let routes: BTreeSet<(String, String)> = entries
            .flat_map(|entry| {
                entry.methods.into_iter().map(move |(method, _)| {
                    (described(entry.path).to_owned(), method.as_str().to_ascii_lowercase())
                })
            })
            .collect();
        let document = openapi::document();
        let paths = document["paths"].as_object().unwrap().iter();
        let operations: BTreeSet<(String, String)> = paths
            .flat_map(|(path, item)| {
                item.as_object().unwrap().keys().map(move |method| (path.clone(), method.clone()))
            })
            .collect();
        assert_eq!(routes, operations);
    }

    #[test]
    fn no_short_link_has_the_path_of_another_resource() {
        let segments = table().into_iter().filter_map(|entry| entry.path.strip_prefix('/'));
        let taken: Vec<&str> = segments.filter(|path| !path.contains(['/', '{'])).collect();
        assert_eq!(taken, ["healthz", "readyz", "openapi.json", "docs"]);
        for path in taken {
            // No code is given such a path, and the router asks the resource first whatever was given once.
            for path in [path.to_owned(), path.to_ascii_uppercase()] {
                assert!(Alias::parse(&path).is_err() && ShortCode::parse(&path).is_none(), "{path}");
            }
        }
    }
}
