//! A client that tells an answer from a connection that broke.
#![allow(dead_code, reason = "each suite uses its part")]

use std::thread;
use std::time::Duration;

use ezqr_schema::Clock;
use serde_json::Value;

/// How long a test waits for what must happen. It is long, so that only what never happens fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until `holds` does, looking every 20 ms; answers how long that took.
pub(crate) fn wait_until(what: &str, holds: impl FnMut() -> bool) -> Duration {
    wait_within(PATIENCE, what, holds)
}

/// The same with another patience.
pub(crate) fn wait_within(patience: Duration, what: &str, mut holds: impl FnMut() -> bool) -> Duration {
    let clock = Clock::system();
    let began = clock.monotonic();
    let passed = || clock.monotonic().saturating_sub(began);
    while !holds() {
        assert!(passed() < patience, "waited in vain: {what}");
        thread::sleep(Duration::from_millis(20));
    }
    passed()
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) body: Value,
    /// Whether it says of itself that it repeats an earlier answer.
    pub(crate) is_replayed: bool,
    /// When to come back, if it says so.
    pub(crate) retry_after: Option<String>,
    /// The body as it came.
    pub(crate) text: String,
}

/// One client, with connections of its own.
#[derive(Clone)]
pub(crate) struct Client {
    agent: ureq::Agent,
    url: String,
    key: String,
}

impl Client {
    pub(crate) fn new(url: &str, key: &str) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(30)))
            .build()
            .into();
        Self { agent, url: url.to_owned(), key: key.to_owned() }
    }

    /// Waits until the key is known: one made on the command line is within moments.
    pub(crate) fn wait_until_accepted(&self) {
        wait_until("the key is accepted", || {
            self.get("/api/v1/qr-codes?limit=1").is_some_and(|answer| answer.status == 200)
        });
    }

    /// `None` when the connection broke before the whole answer was there.
    pub(crate) fn get(&self, path: &str) -> Option<Answer> {
        let request = self.agent.get(format!("{}{path}", self.url));
        answer(request.header("Authorization", self.bearer()).call())
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Option<Answer> {
        let request = self.agent.post(format!("{}{path}", self.url)).content_type("application/json");
        answer(request.header("Authorization", self.bearer()).send(body.to_string()))
    }

    /// A request with an idempotency key.
    pub(crate) fn post_named(&self, path: &str, body: &Value, name: &str) -> Option<Answer> {
        let request = self.agent.post(format!("{}{path}", self.url)).content_type("application/json");
        let request = request.header("Authorization", self.bearer()).header("Idempotency-Key", name);
        answer(request.send(body.to_string()))
    }

    pub(crate) fn patch(&self, path: &str, body: &Value) -> Option<Answer> {
        let request = self.agent.patch(format!("{}{path}", self.url)).content_type("application/json");
        answer(request.header("Authorization", self.bearer()).send(body.to_string()))
    }

    pub(crate) fn delete(&self, path: &str) -> Option<Answer> {
        let request = self.agent.delete(format!("{}{path}", self.url));
        answer(request.header("Authorization", self.bearer()).call())
    }

    /// A change for the version the caller has seen.
    pub(crate) fn patch_if(&self, path: &str, body: &Value, version: u64) -> Option<Answer> {
        let request = self.agent.patch(format!("{}{path}", self.url)).content_type("application/json");
        let request =
            request.header("Authorization", self.bearer()).header("If-Match", format!("\"{version}\""));
        answer(request.send(body.to_string()))
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.key)
    }

    /// Every code of the key's environment, newest first.
    pub(crate) fn list_all(&self) -> Vec<Value> {
        self.list_all_of("limit=100")
    }

    /// Every code that passes a filter, newest first. A part that cannot be read now is asked for again.
    pub(crate) fn list_all_of(&self, filter: &str) -> Vec<Value> {
        let mut codes = Vec::new();
        let mut cursor = String::new();
        let clock = Clock::system();
        loop {
            assert!(clock.monotonic() < PATIENCE, "a list has no end, or cannot be read");
            let mut answer = self.get(&format!("/api/v1/qr-codes?{filter}{cursor}")).unwrap();
            if answer.status == 503 {
                thread::sleep(Duration::from_millis(200));
                continue;
            }
            assert_eq!(answer.status, 200, "{:?}", answer.body);
            if let Value::Array(data) = answer.body["data"].take() {
                codes.extend(data);
            }
            let Some(next) = answer.body["next_cursor"].as_str() else { return codes };
            cursor = format!("&cursor={next}");
        }
    }
}

fn answer(outcome: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Option<Answer> {
    let mut response = outcome.ok()?;
    let status = response.status().as_u16();
    let location = response.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
    let retry_after = response.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
    let is_replayed = response.headers().contains_key("idempotent-replayed");
    let text = response.body_mut().read_to_string().ok()?;
    let body = serde_json::from_str(&text).unwrap_or_else(|_| Value::String(text.clone()));
    Some(Answer { status, location, body, is_replayed, retry_after, text })
}
