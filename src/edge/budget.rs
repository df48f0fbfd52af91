//! What requests cost in messages and allocations. Both are counted, neither is timed.

use actix_http::Request;
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::Method;
use actix_web::test::{TestRequest, init_service, read_body};
use actix_web::{App, Error, HttpResponse, web};
use allocation_counter::measure;
use futures_util::FutureExt as _;
use serde_json::{Value, json};

use super::site::Site;

async fn answered<S, B>(service: &S, request: Request) -> (u16, Value)
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    let response = service.call(request).await.unwrap();
    let status = response.status().as_u16();
    let body = read_body(response).await;
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

fn item(alias: &str) -> Value {
    json!({"content_type": "url", "content": "https://example.com/", "dynamic": true, "alias": alias})
}

#[actix_web::test]
async fn each_route_sends_the_messages_that_the_documents_say() {
    let site = Site::new().await;
    let service = init_service(site.app()).await;
    let (_, code) = answered(
        &service,
        site.request(Method::POST, "/api/v1/qr-codes").set_json(item("budget-test")).to_request(),
    )
    .await;
    let id = code["id"].as_str().unwrap();
    let text = json!({"content_type": "text", "content": "printed"});
    let minted = site.request(Method::POST, "/api/v1/qr-codes").set_json(&text).to_request();
    let (_, printed) = answered(&service, minted).await;
    let static_record = format!("/api/v1/qr-codes/{}", printed["id"].as_str().unwrap());
    let (record, png) = (format!("/api/v1/qr-codes/{id}"), format!("/qr/{id}.png"));
    let batch =
        json!([{"content_type": "text", "content": "one"}, {"content_type": "text", "content": "two"}]);
    let request = |method: Method, path: &str| site.request(method, path);
    let named = || {
        let named =
            request(Method::POST, "/api/v1/qr-codes/batch").insert_header(("Idempotency-Key", "named"));
        named.set_json(&batch)
    };

    // Route, status, messages to: key ring, limiter, codes, rendering, scans.
    let cases = vec![
        (request(Method::GET, "/budget-test"), 302, [0, 0, 0, 0, 0]),
        (request(Method::HEAD, "/budget-test"), 302, [0, 0, 0, 0, 0]),
        (request(Method::GET, "/budget-test+"), 200, [0, 0, 0, 0, 0]),
        (request(Method::GET, "/no-such-code"), 404, [0, 0, 0, 0, 0]),
        (request(Method::GET, &png), 200, [0, 0, 0, 0, 0]),
        (request(Method::GET, &format!("{png}?scale=60")), 200, [0, 0, 0, 1, 0]),
        (request(Method::GET, &format!("{png}?scale=0")), 400, [0, 1, 0, 0, 0]),
        (request(Method::GET, "/qr/no-such-code.png"), 404, [0, 1, 0, 0, 0]),
        (request(Method::GET, &record), 200, [1, 1, 0, 0, 1]),
        (request(Method::GET, &static_record), 200, [1, 1, 0, 0, 0]),
        (request(Method::GET, "/api/v1/qr-codes"), 200, [1, 1, 0, 0, 0]),
        (request(Method::GET, "/api/v1/qr-codes?include=scan_count"), 200, [1, 1, 0, 0, 1]),
        (request(Method::GET, &format!("{record}/scans")), 200, [1, 1, 0, 0, 1]),
        (request(Method::GET, &format!("{static_record}/scans")), 200, [1, 1, 0, 0, 0]),
        (request(Method::GET, "/api/v1/scans"), 200, [1, 1, 0, 0, 1]),
        (request(Method::GET, "/api/v1/scans?tz=Mars"), 400, [1, 1, 0, 0, 0]),
        (request(Method::POST, "/api/v1/qr-codes").set_json(item("other")), 201, [1, 1, 1, 0, 0]),
        (request(Method::POST, "/api/v1/qr-codes/batch").set_json(&batch), 201, [1, 1, 1, 0, 0]),
        (named(), 201, [1, 1, 1, 0, 0]),
        (named(), 201, [1, 1, 0, 0, 0]),
        (
            request(Method::POST, "/api/v1/qr-codes/batch?format=pdf")
                .insert_header(("Accept", "application/zip"))
                .set_json(&batch),
            201,
            [1, 1, 1, 1, 0],
        ),
        (request(Method::POST, "/api/v1/qr-codes").set_json(json!({})), 422, [1, 1, 0, 0, 0]),
        (request(Method::PATCH, &record).set_json(json!({"name": "New"})), 200, [1, 1, 1, 0, 1]),
        (request(Method::DELETE, &record), 204, [1, 1, 1, 0, 0]),
        (TestRequest::with_uri(&record), 401, [0, 1, 0, 0, 0]),
        (request(Method::GET, "/healthz"), 200, [0, 0, 0, 0, 0]),
        (request(Method::GET, "/readyz"), 200, [0, 0, 0, 0, 0]),
    ];
    for (request, expected, messages) in cases {
        let request = request.to_request();
        let path = request.uri().to_string();
        let before = site.messages();
        let (status, _) = answered(&service, request).await;
        assert_eq!(status, expected, "{path}");
        let after = site.messages();
        let sent: [u64; 5] = std::array::from_fn(|index| after[index] - before[index]);
        assert_eq!(sent, messages, "{path}");
    }
}

#[actix_web::test]
async fn a_redirect_waits_for_nothing_and_allocates_little_beyond_the_framework() {
    let site = Site::new().await;
    let fixed =
        || async { HttpResponse::Found().insert_header(("location", "https://example.com/")).finish() };
    let service = init_service(site.app()).await;
    let floor = init_service(App::new().route("/{short_code}", web::get().to(fixed))).await;
    answered(
        &service,
        site.request(Method::POST, "/api/v1/qr-codes").set_json(item("budget-test")).to_request(),
    )
    .await;

    let ours = allocations(&service);
    let theirs = allocations(&floor);
    // The middleware's future, the request's id and the headers.
    assert_eq!(scans(&site).await, 2, "both were counted");
    assert_eq!(ours - theirs, 6, "{ours} allocations, a fixed answer takes {theirs}");
}

/// Scans of the codes of the site that were counted.
async fn scans(site: &Site) -> u64 {
    let service = init_service(site.app()).await;
    let (_, report) = answered(&service, site.request(Method::GET, "/api/v1/scans").to_request()).await;
    report["total"].as_u64().unwrap()
}

/// Allocations of one redirect of a link that is cached. The answer is there at the first poll.
fn allocations<S, B>(service: &S) -> u64
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
{
    let redirect = || {
        let request = TestRequest::with_uri("/budget-test")
            .insert_header((
                "User-Agent",
                "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
            ))
            .insert_header(("Referer", "https://shop.example.com/"))
            .to_request();
        let mut answer = None;
        let counted = measure(|| answer = service.call(request).now_or_never());
        assert_eq!(answer.unwrap().unwrap().status(), 302);
        counted.count_total
    };
    // The first fills the cache and the framework's pools.
    redirect();
    redirect()
}
