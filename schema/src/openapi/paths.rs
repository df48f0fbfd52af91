//! The operations, by resource.

mod codes;
mod images;
mod links;
mod scans;
mod service;

use serde_json::{Value, json};

use super::references::{Named, parameters};

/// All paths.
pub(super) fn all() -> Named {
    let subjects = [codes::paths(), scans::paths(), images::paths(), links::paths(), service::paths()];
    subjects.into_iter().flatten().collect()
}

/// `HEAD` of a path that has `get`.
fn head(id: &str, tag: &str, names: &[&str], security: Value) -> Value {
    json!({
        "operationId": id,
        "tags": [tag],
        "summary": "As GET, without the body",
        "security": security,
        "parameters": parameters(names),
        "responses": super::answers::as_get(),
    })
}
