//! A blocking HTTP client that takes every status for an answer.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::Value;
use ureq::config::AutoHeaderValue;
use ureq::http::request::Builder;
use ureq::{Agent, http};

use super::Answer;

/// Talks to one server, with one key or none. Each request has a connection of its own.
pub(crate) struct Client {
    agent: Agent,
    origin: String,
    key: Option<String>,
    saw_internal: AtomicBool,
}

impl Client {
    pub(crate) fn new(address: SocketAddr, key: Option<&str>) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .accept(AutoHeaderValue::None)
            .user_agent(AutoHeaderValue::None)
            .max_idle_connections(0)
            .timeout_global(Some(Duration::from_secs(20)))
            .allow_non_standard_methods(true)
            .build();
        let key = key.map(str::to_owned);
        Self {
            agent: config.into(),
            origin: format!("http://{address}"),
            key,
            saw_internal: AtomicBool::new(false),
        }
    }

    /// A request to be sent.
    pub(crate) fn call(&self, method: &str, path: &str) -> Call<'_> {
        // A whole address, as records hold them, is taken as it is.
        let uri = if path.starts_with('/') { format!("{}{path}", self.origin) } else { path.to_owned() };
        let builder = http::Request::builder().method(method).uri(uri).header("Connection", "close");
        let call = Call { client: self, builder, body: Vec::new() };
        match &self.key {
            Some(key) => call.header("Authorization", &format!("Bearer {key}")),
            None => call,
        }
    }

    pub(crate) fn get(&self, path: &str) -> Call<'_> {
        self.call("GET", path)
    }

    /// A POST of JSON.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path).json(body).send()
    }

    /// Asks for a code.
    pub(crate) fn create(&self, body: &Value) -> Answer {
        self.post("/api/v1/qr-codes", body)
    }

    /// The record of a code that must be minted.
    pub(crate) fn created(&self, body: &Value) -> Value {
        let answer = self.create(body);
        assert_eq!(answer.status, 201, "{answer}");
        answer.json()
    }

    /// Asks for a change of the code with this record.
    pub(crate) fn patch(&self, record: &Value, body: &Value) -> Answer {
        self.call("PATCH", &path_of(record)).json(body).send()
    }

    /// The record of a change that must be made.
    pub(crate) fn patched(&self, record: &Value, body: &Value) -> Value {
        let answer = self.patch(record, body);
        assert_eq!(answer.status, 200, "{answer}");
        answer.json()
    }

    /// Asks for the code with this record to be deleted.
    pub(crate) fn delete(&self, record: &Value) -> Answer {
        self.call("DELETE", &path_of(record)).send()
    }

    /// Asks for the code with this record.
    pub(crate) fn show(&self, record: &Value) -> Answer {
        self.get(&path_of(record)).send()
    }

    /// One page of a list that must be given, and where the next begins.
    pub(crate) fn list(&self, query: &str) -> (Vec<Value>, Option<String>) {
        let answer = self.get(&format!("/api/v1/qr-codes{query}")).send();
        assert_eq!(answer.status, 200, "{answer}");
        let list = answer.json();
        assert_eq!(list["has_more"], list["next_cursor"].is_string(), "{list:#}");
        (list["data"].as_array().unwrap().clone(), list["next_cursor"].as_str().map(str::to_owned))
    }

    /// Whether any request was answered with an internal error.
    pub(crate) fn saw_internal(&self) -> bool {
        self.saw_internal.load(Ordering::Relaxed)
    }
}

/// The path of the code with this record.
fn path_of(record: &Value) -> String {
    format!("/api/v1/qr-codes/{}", record["id"].as_str().expect("a record has an id"))
}

/// A request to be sent.
pub(crate) struct Call<'client> {
    client: &'client Client,
    builder: Builder,
    body: Vec<u8>,
}

impl Call<'_> {
    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        Self { builder: self.builder.header(name, value), ..self }
    }

    pub(crate) fn accept(self, media_type: &str) -> Self {
        self.header("Accept", media_type)
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    pub(crate) fn body(self, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..self.header("Content-Type", media_type) }
    }

    pub(crate) fn send(self) -> Answer {
        let response = if self.body.is_empty() {
            self.client.agent.run(self.builder.body(()).unwrap()).unwrap()
        } else {
            self.client.agent.run(self.builder.body(self.body).unwrap()).unwrap()
        };
        let answer = Answer::of(response);
        if answer.status == 500 {
            self.client.saw_internal.store(true, Ordering::Relaxed);
        }
        answer
    }
}
