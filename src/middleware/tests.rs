use std::io;
use std::sync::{Arc, Mutex};

use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::test::{self, TestRequest};
use actix_web::{App, HttpResponse, web};
use serde_json::Value;

use super::*;

/// Calls a resource at `/thing` that has one handler, and reads the answer.
macro_rules! call {
    ($audience:expr, $handler:expr, $request:expr) => {{
        let surroundings = Surroundings {
            clock: Clock::system(),
            uri_limit_bytes: 300,
            request_ids: Rc::new(RequestIds::new()),
            refusals: Arc::default(),
        };
        let around = Surround::new("/thing", |_| $audience, &surroundings);
        let other = Surround::new("none", |_| $audience, &surroundings);
        let app = App::new()
            .service(web::resource("/thing").route(web::get().to($handler)).wrap(around.middleware()))
            .default_service(web::route().to(HttpResponse::NotFound).wrap(other.middleware()));
        let app = test::init_service(app).await;
        Answer::of(test::call_service(&app, $request.to_request()).await).await
    }};
}

struct Answer {
    status: StatusCode,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    async fn of(response: ServiceResponse) -> Self {
        let text = |value: &HeaderValue| value.to_str().unwrap().to_owned();
        let headers =
            response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let status = response.status();
        let body = String::from_utf8(test::read_body(response).await.to_vec()).unwrap();
        Self { status, headers, body }
    }

    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    fn problem(&self) -> Value {
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem: Value = serde_json::from_str(&self.body).unwrap();
        assert_eq!(problem["status"], self.status.as_u16());
        assert_eq!(problem["request_id"], self.header("x-request-id"));
        assert_eq!(problem["type"], format!("/problems/{}", problem["code"].as_str().unwrap()));
        problem
    }
}

async fn fine() -> HttpResponse {
    HttpResponse::Ok().body("fine")
}

async fn broken() -> HttpResponse {
    panic!("the handler of this test panics")
}

async fn busy() -> Result<HttpResponse, Fault> {
    let cause = io::Error::other("disk on fire");
    let fault = Fault::new(ProblemCode::StoreUnavailable, "Try again.").because(Arc::new(cause));
    Err(fault.retry_after(Duration::from_millis(1_200)))
}

#[actix_web::test]
async fn a_success_passes_and_carries_the_requests_id() {
    let answer = call!(Audience::Program, fine, TestRequest::get().uri("/thing"));
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "fine"));
    assert_eq!(answer.header("x-request-id").len(), 36);
    let named = TestRequest::get().uri("/thing").insert_header(("X-Request-Id", "mine"));
    assert_eq!(call!(Audience::Program, fine, named).header("x-request-id"), "mine");
}

#[actix_web::test]
async fn a_panic_is_a_problem_that_tells_nothing() {
    let answer = call!(Audience::Program, broken, TestRequest::get().uri("/thing"));
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(answer.problem()["code"], "internal");
    assert!(!answer.body.contains("panics"));
}

#[actix_web::test]
async fn a_fault_says_when_to_come_back_and_keeps_its_cause_to_itself() {
    let answer = call!(Audience::Program, busy, TestRequest::get().uri("/thing"));
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.problem()["detail"], "Try again.");
    assert_eq!(answer.header("retry-after"), "2");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(!answer.body.contains("fire"));
}

async fn overloaded() -> Result<HttpResponse, Fault> {
    Err(Fault::new(ProblemCode::Overloaded, "Try again."))
}

/// A log of this test's thread.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl io::Write for Heard {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Heard {
    /// The level of each line.
    fn levels(&self) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| line.split_whitespace().nth(1).unwrap().to_owned()).collect()
    }
}

/// The levels of what is logged of one failure of each kind.
macro_rules! levels {
    ($audience:expr) => {{
        let heard = Heard::default();
        let output = heard.clone();
        let log = tracing_subscriber::fmt().with_writer(move || output.clone()).finish();
        let listening = tracing::subscriber::set_default(log);
        call!($audience, overloaded, TestRequest::get().uri("/thing"));
        call!($audience, busy, TestRequest::get().uri("/thing"));
        call!($audience, alien, TestRequest::get().uri("/thing"));
        drop(listening);
        heard.levels()
    }};
}

#[actix_web::test]
async fn overload_is_a_warning_and_a_fault_of_ours_an_error_whoever_reads_the_answer() {
    assert_eq!(levels!(Audience::Program), ["WARN", "ERROR", "ERROR"]);
    assert_eq!(levels!(Audience::Visitor), ["WARN", "ERROR", "ERROR"]);
}

#[actix_web::test]
async fn the_routers_own_refusals_are_problems() {
    let answer = call!(Audience::Program, fine, TestRequest::get().uri("/nothing"));
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(answer.problem()["code"], "route-not-found");

    let answer = call!(Audience::Program, fine, TestRequest::post().uri("/thing"));
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.problem()["code"], "method-not-allowed");
    assert_eq!(answer.header("allow"), "GET");
    assert_eq!(answer.problem()["detail"], "This resource has no POST; it has GET.");

    let long = format!("/thing?{}", "x".repeat(300));
    let answer = call!(Audience::Program, fine, TestRequest::get().uri(&long));
    assert_eq!(answer.status, StatusCode::URI_TOO_LONG);
    assert_eq!(answer.problem()["detail"], "Path and query have 307 bytes; at most 300 are allowed.");
}

#[actix_web::test]
async fn a_visitor_gets_a_page() {
    let answer = call!(Audience::Visitor, broken, TestRequest::get().uri("/thing"));
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert!(answer.body.contains(answer.header("x-request-id")));
    let answer = call!(Audience::Visitor, fine, TestRequest::get().uri("/nothing"));
    assert!(answer.body.contains("No such link"));
}

async fn alien() -> Result<HttpResponse, Error> {
    Err(actix_web::error::ErrorInternalServerError("a secret of the framework"))
}

async fn unread() -> Result<HttpResponse, Error> {
    Err(actix_web::error::PayloadError::Overflow.into())
}

async fn own() -> HttpResponse {
    HttpResponse::ServiceUnavailable().body("not ready")
}

#[actix_web::test]
async fn what_the_framework_fails_with_is_a_problem_and_kept_to_ourselves() {
    let answer = call!(Audience::Program, alien, TestRequest::get().uri("/thing"));
    assert_eq!(answer.problem()["code"], "internal");
    assert!(!answer.body.contains("secret"));
    let answer = call!(Audience::Program, unread, TestRequest::get().uri("/thing"));
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.problem()["code"], "body-too-large");
}

#[actix_web::test]
async fn a_failure_with_a_body_of_its_own_keeps_it() {
    let answer = call!(Audience::Program, own, TestRequest::get().uri("/thing"));
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "not ready"));
}
