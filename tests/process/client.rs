//! A client that tells an answer from a connection that broke.

use std::time::Duration;

use serde_json::Value;

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) body: Value,
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

    /// `None` when the connection broke before the whole answer was there.
    pub(crate) fn get(&self, path: &str) -> Option<Answer> {
        let request = self.agent.get(format!("{}{path}", self.url));
        answer(request.header("Authorization", self.bearer()).call())
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Option<Answer> {
        let request = self.agent.post(format!("{}{path}", self.url)).content_type("application/json");
        answer(request.header("Authorization", self.bearer()).send(body.to_string()))
    }

    pub(crate) fn patch(&self, path: &str, body: &Value) -> Option<Answer> {
        let request = self.agent.patch(format!("{}{path}", self.url)).content_type("application/json");
        answer(request.header("Authorization", self.bearer()).send(body.to_string()))
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.key)
    }

    /// Every code of the key's environment, newest first.
    pub(crate) fn list_all(&self) -> Vec<Value> {
        let mut codes = Vec::new();
        let mut path = "/api/v1/qr-codes?limit=100".to_owned();
        loop {
            let mut answer = self.get(&path).unwrap();
            assert_eq!(answer.status, 200, "{:?}", answer.body);
            if let Value::Array(data) = answer.body["data"].take() {
                codes.extend(data);
            }
            let Some(cursor) = answer.body["next_cursor"].as_str() else { return codes };
            path = format!("/api/v1/qr-codes?limit=100&cursor={cursor}");
        }
    }
}

fn answer(outcome: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Option<Answer> {
    let mut response = outcome.ok()?;
    let status = response.status().as_u16();
    let location = response.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
    let text = response.body_mut().read_to_string().ok()?;
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Some(Answer { status, location, body })
}
