//! The answers of an operation: what it gives, and the problems it can end with.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::references::{self, Named, schema};
use crate::ProblemCode;

/// Who an operation answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asker {
    /// A program with a key, whose bucket each answer tells of.
    Key,
    /// A program; no key is asked.
    Program,
    /// A visitor, to whom a problem is a page.
    Visitor,
}

const RATE_HEADERS: [&str; 5] =
    ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "RateLimit-Policy", "RateLimit"];

/// The answers of an operation: `given` by status, and `problems` by theirs. The headers that all answers to
/// `asker` have are added.
pub(super) fn answers(asker: Asker, given: Value, problems: &[&[ProblemCode]]) -> Value {
    let mut by_status: BTreeMap<u16, Vec<ProblemCode>> = BTreeMap::new();
    for code in problems.iter().copied().flatten().copied() {
        let codes = by_status.entry(code.status()).or_default();
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    let refused =
        by_status.into_iter().map(|(status, codes)| (status.to_string(), refusal(asker, status, &codes)));
    let answers = references::named(given).into_iter().chain(refused);
    Value::Object(answers.map(|(status, answer)| (status, with_headers(answer, common(asker)))).collect())
}

/// The answers of `HEAD`: those of the `GET` of the same path, without bodies.
pub(super) fn as_get() -> Value {
    json!({ "default": { "description": "The status and headers that GET answers." } })
}

fn refusal(asker: Asker, status: u16, codes: &[ProblemCode]) -> Value {
    let meanings: Vec<String> =
        codes.iter().map(|code| format!("`{}`: {}.", code.code(), code.title())).collect();
    let names: Vec<&str> = codes.iter().map(|code| code.code()).collect();
    let problem = json!({ "allOf": [schema("Problem"), { "properties": { "code": { "enum": names } } }] });
    let mut content = json!({ "application/problem+json": { "schema": problem } });
    if asker == Asker::Visitor {
        content = json!({
            "application/problem+json": { "schema": problem },
            "text/html": { "schema": { "type": "string" } },
        });
    }
    let headers: &[&str] = match status {
        401 => &["WWW-Authenticate"],
        409 if codes.contains(&ProblemCode::IdempotencyInProgress) => &["Retry-After"],
        429 | 503 => &["Retry-After"],
        _ => &[],
    };
    json!({ "description": meanings.join(" "), "headers": references::headers(headers), "content": content })
}

fn common(asker: Asker) -> Named {
    let mut headers = references::headers(&["Cache-Control", "X-Request-Id"]);
    if asker == Asker::Key {
        headers.extend(references::headers(&RATE_HEADERS));
    }
    headers
}

fn with_headers(mut answer: Value, more: Named) -> Value {
    if let Some(answer) = answer.as_object_mut() {
        let mut headers = answer.remove("headers").map(references::named).unwrap_or_default();
        headers.extend(more);
        answer.insert("headers".to_owned(), Value::Object(headers));
    }
    answer
}
