//! Every problem of the catalogue is met over the wire, or said not to be and why.

use std::time::Duration;

use ezqr_schema::ProblemCode;
use serde_json::{Value, json};

use crate::support::{Answer, Connection, TestApp};

/// How a problem comes about.
enum Origin {
    /// By a request to a server with these settings.
    Request(&'static [(&'static str, &'static str)], fn(&TestApp) -> Answer),
    /// By nothing a request alone can do; where it is tested instead.
    Elsewhere(&'static str),
}

const CODES: &str = "/api/v1/qr-codes";

fn text(app: &TestApp) -> Value {
    app.api.created(&json!({ "content_type": "text", "content": "a" }))
}

fn link_after(app: &TestApp, change: &Value, wait: Duration) -> Answer {
    let record =
        app.api.created(&json!({ "content_type": "url", "content": "https://example.com", "dynamic": true }));
    app.api.patched(&record, change);
    app.clock.advance(wait);
    app.visitor.get(record["short_link"].as_str().unwrap()).accept("application/problem+json").send()
}

/// Where each problem comes from. Who adds one to the catalogue says here how it is met.
#[expect(clippy::too_many_lines, reason = "one arm for each problem")]
fn origin(code: ProblemCode) -> Origin {
    use Origin::{Elsewhere, Request};
    match code {
        ProblemCode::MalformedBody => {
            Request(&[], |app| app.api.call("POST", CODES).body("application/json", "{").send())
        }
        ProblemCode::InvalidParameter => Request(&[], |app| app.api.get("/api/v1/qr-codes?limit=0").send()),
        ProblemCode::InvalidCursor => Request(&[], |app| app.api.get("/api/v1/qr-codes?cursor=x").send()),
        ProblemCode::InvalidIdempotencyKey => Request(&[], |app| {
            app.api.call("POST", CODES).header("Idempotency-Key", "").json(&json!({})).send()
        }),
        ProblemCode::BadRequest => Request(&[], |app| {
            let path = format!("{CODES}/{}", text(app)["id"].as_str().unwrap());
            app.api.call("DELETE", &path).header("If-Match", "3").send()
        }),
        ProblemCode::MissingKey => Request(&[], |app| app.visitor.get(CODES).send()),
        ProblemCode::InvalidKey => Request(&[], |app| app.client("x").get(CODES).send()),
        ProblemCode::ScopeMissing => Request(&[], |app| {
            let writer = app.client(&app.make_key(&["--scopes", "codes:write"]));
            app.settle();
            writer.get(CODES).send()
        }),
        ProblemCode::AccountSuspended => Request(&[], |app| {
            app.cli(&["account", "create", "--name", "other", "--plan", "free"]);
            let other = app.client(&app.make_key(&["--account", "other"]));
            app.cli(&["account", "suspend", "other"]);
            app.settle();
            other.get(CODES).send()
        }),
        ProblemCode::CodePaused => {
            Request(&[], |app| link_after(app, &json!({ "status": "paused" }), Duration::ZERO))
        }
        ProblemCode::RouteNotFound => Request(&[], |app| app.api.get("/api/v1/nothing").send()),
        ProblemCode::CodeNotFound => Request(&[], |app| app.api.get("/api/v1/qr-codes/x").send()),
        ProblemCode::MethodNotAllowed => Request(&[], |app| app.api.call("PUT", CODES).send()),
        ProblemCode::NotAcceptable => Request(&[], |app| {
            let body = json!({ "content_type": "text", "content": "a" });
            app.api.call("POST", CODES).accept("text/csv").json(&body).send()
        }),
        ProblemCode::RequestTimeout => Request(&[("http.body_timeout_seconds", "1")], |app| {
            let mut connection = Connection::open(app.address);
            connection.write(format!(
                "POST {CODES} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
                 Content-Type: application/json\r\nContent-Length: 9\r\n\r\n",
                app.key
            ));
            connection.read_answer()
        }),
        ProblemCode::AliasTaken => Request(&[], |app| {
            let body = json!({
                "content_type": "url", "content": "https://example.com", "dynamic": true, "alias": "summer-sale",
            });
            app.api.created(&body);
            app.api.create(&body)
        }),
        ProblemCode::IdempotencyInProgress => {
            Elsewhere("only while another request is under way: tests/supervision")
        }
        ProblemCode::CodeIsStatic => {
            Request(&[], |app| app.api.patch(&text(app), &json!({ "target_url": "https://example.com" })))
        }
        ProblemCode::CodeDeleted => {
            Request(&[], |app| link_after(app, &json!({ "status": "deleted" }), Duration::ZERO))
        }
        ProblemCode::CodeExpired => Request(&[], |app| {
            link_after(app, &json!({ "expires_at": "2100-05-05T00:00:00Z" }), Duration::from_secs(86_400))
        }),
        ProblemCode::VersionMismatch => Request(&[], |app| {
            let path = format!("{CODES}/{}", text(app)["id"].as_str().unwrap());
            app.api.call("DELETE", &path).header("If-Match", "\"3\"").send()
        }),
        ProblemCode::BodyTooLarge => Request(&[("http.body_limit_bytes", "1024")], |app| {
            app.api.call("POST", CODES).body("application/json", " ".repeat(1_025)).send()
        }),
        ProblemCode::UriTooLong => Request(&[("http.uri_limit_bytes", "256")], |app| {
            app.api.get(&format!("{CODES}?tag={}", "x".repeat(256))).send()
        }),
        ProblemCode::UnsupportedMediaType => {
            Request(&[], |app| app.api.call("POST", CODES).body("text/plain", "{}").send())
        }
        ProblemCode::InvalidRequest => Request(&[], |app| app.api.create(&json!({}))),
        ProblemCode::RedirectLoop => {
            Request(&[("links.link_url", "https://r.example.com")], |app| {
                app.api.create(&json!({ "content_type": "text", "content": "a", "target_url": "https://R.example.com/b" }))
            })
        }
        ProblemCode::ContentTooLong => Request(&[], |app| {
            app.api.create(&json!({ "content_type": "text", "content": "x".repeat(2_954) }))
        }),
        ProblemCode::ImageTooLarge => Request(&[], |app| {
            app.visitor.get(&format!("{}?scale=1000", text(app)["images"]["png"].as_str().unwrap())).send()
        }),
        ProblemCode::RangeTooLarge => Request(&[], |app| {
            app.open_pages(170);
            app.api.get("/api/v1/scans?from=2099-04-01&interval=month").send()
        }),
        ProblemCode::IdempotencyKeyReused => Request(&[], |app| {
            let create = |content: &str| {
                let body = json!({ "content_type": "text", "content": content });
                app.api.call("POST", CODES).header("Idempotency-Key", "k").json(&body).send()
            };
            assert_eq!(create("a").status, 201);
            create("b")
        }),
        ProblemCode::RateLimited => Request(&[], |app| {
            let limited = app.client(&app.make_key(&["--requests-per-minute", "1"]));
            app.settle();
            assert_eq!(limited.get(CODES).send().status, 200);
            limited.get(CODES).send()
        }),
        ProblemCode::HeadersTooLarge => {
            Elsewhere("the HTTP library answers too many headers itself, before any route: `protocol`")
        }
        ProblemCode::Internal => {
            Elsewhere("only by a fault of ours: the middleware's own tests panic in a handler")
        }
        ProblemCode::Overloaded => {
            Elsewhere("only while an owner of state is full or rebuilt: tests/supervision")
        }
        ProblemCode::StoreUnavailable => Elsewhere("only when the disk fails: the store's own tests"),
        ProblemCode::OutcomeUnknown => {
            Elsewhere("only when the disk stalls in a commit: the store's own tests")
        }
    }
}

#[test]
fn every_problem_is_met_with_its_status_and_title() {
    for code in ProblemCode::ALL.iter().copied() {
        match origin(code) {
            Origin::Request(settings, send) => {
                let app = TestApp::with(settings);
                let problem = send(&app).problem();
                let met = (problem["code"].as_str(), problem["status"].as_u64(), problem["title"].as_str());
                assert_eq!(
                    met,
                    (Some(code.code()), Some(code.status().into()), Some(code.title())),
                    "{problem:#}"
                );
            }
            Origin::Elsewhere(reason) => assert!(!reason.is_empty()),
        }
    }
}
