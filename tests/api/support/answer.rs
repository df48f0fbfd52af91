//! What a server answered.

use std::fmt;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;
use ureq::{Body, http};

/// Longest body a test reads, in bytes.
const BODY_LIMIT: u64 = 64 << 20;

/// An answer. As text, for snapshots, its volatile values are replaced.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case, sorted.
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(super) fn of(mut response: http::Response<Body>) -> Self {
        let text = |value: &http::HeaderValue| String::from_utf8(value.as_bytes().to_vec()).unwrap();
        let mut headers: Vec<_> =
            response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        headers.sort();
        let body = response.body_mut().with_config().limit(BODY_LIMIT).read_to_vec().unwrap();
        Self { status: response.status().as_u16(), headers, body }
    }

    /// An answer in text, as it was on the wire; its body must not be in chunks.
    pub(super) fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").expect("an answer has headers");
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let header = |line: &str| {
            line.split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        };
        let headers = lines.map(|line| header(line).unwrap()).collect();
        Self { status, headers, body: body.as_bytes().to_vec() }
    }

    /// A header's value, empty when it is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    pub(crate) fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}\n{self}"))
    }

    /// The problem that was answered, whose parts must agree with each other.
    pub(crate) fn problem(&self) -> Value {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self}");
        assert_eq!(self.header("cache-control"), "no-store", "{self}");
        let problem = self.json();
        assert_eq!(problem["status"], self.status, "{self}");
        assert_eq!(problem["request_id"], self.header("x-request-id"), "{self}");
        assert_eq!(problem["type"], format!("/problems/{}", problem["code"].as_str().unwrap()), "{self}");
        problem
    }

    /// Status, code and faults of a problem in one line each, such as `422 invalid-request` and
    /// `/name must be a string`; the detail when no field is at fault.
    pub(crate) fn refusal(&self) -> String {
        assert!(self.status >= 400, "{self}");
        told(&self.problem())
    }
}

/// Status, code and faults of a problem in one line each.
fn told(problem: &Value) -> String {
    let mut lines = vec![format!("{} {}", problem["status"], problem["code"].as_str().unwrap())];
    match problem["errors"].as_array() {
        Some(errors) => lines.extend(errors.iter().map(|fault| {
            format!("{} {}", fault["pointer"].as_str().unwrap(), fault["detail"].as_str().unwrap())
        })),
        None => lines.push(format!(" {}", problem["detail"].as_str().unwrap())),
    }
    lines.join("\n")
}

impl fmt::Display for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = vec![self.status.to_string()];
        // The other headers say nothing about this server.
        let is_shown = |name: &str| !["date", "connection", "content-length"].contains(&name);
        let shown = self.headers.iter().filter(|(name, _)| is_shown(name));
        lines.extend(shown.map(|(name, value)| format!("{name}: {value}")));
        let is_json = self.header("content-type").ends_with("json");
        match str::from_utf8(&self.body) {
            Ok("") => {}
            Ok(_) if is_json => lines.push(format!("\n{:#}", self.json())),
            Ok(body) => lines.push(format!("\n{body}")),
            Err(_) => lines.push(format!("\n{} bytes", self.body.len())),
        }
        let text = lines.join("\n");
        formatter.write_str(&stable(&text))
    }
}

/// The one place that replaces what differs from run to run.
fn stable(text: &str) -> String {
    static VOLATILE: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        [
            (r"127\.0\.0\.1:\d+", "127.0.0.1:<port>"),
            (r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", "<id>"),
            (r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", "<request id>"),
            (r#""short_code": "[0-9A-HJKMNP-TV-Z]{8}""#, r#""short_code": "<short>""#),
            (r"/[0-9A-HJKMNP-TV-Z]{8}\b", "/<short>"),
            (r#""next_cursor": "[\w-]{44}""#, r#""next_cursor": "<cursor>""#),
            (r"(?s)<style>.*</style>", "<style/>"),
            (r"(?m)^etag: (W/)?.[0-9a-f]{16,64}.$", "etag: $1<hash>"),
        ]
        .map(|(pattern, replacement)| (Regex::new(pattern).unwrap(), replacement))
        .into()
    });
    let replace = |text: String, (pattern, replacement): &(Regex, &str)| {
        pattern.replace_all(&text, *replacement).into_owned()
    };
    VOLATILE.iter().fold(text.to_owned(), replace)
}
