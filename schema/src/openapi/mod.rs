//! The OpenAPI 3.1 description of the HTTP interface.
//!
//! It is written by hand, by subject, because what it is good for is in its words; the tests hold every field,
//! bound and enumeration of it to the code that reads and writes them. What the code knows by name (limits,
//! enumerations, the problem catalogue) is taken from there.
//!
//! Deliberately absent: `/metrics`, which has an address of its own.

#![expect(
    clippy::needless_pass_by_value,
    reason = "`json!` only borrows; parts are made where they are placed"
)]

mod answers;
mod code;
mod content;
mod headers;
mod parameters;
mod paths;
mod problems;
mod references;
mod scans;
mod security;
mod service;

use serde_json::{Map, Value, json};

/// The description as `schema/openapi.json` has it: [`document`], pretty-printed.
pub const TEXT: &str = include_str!("../../openapi.json");

/// The description as a JSON value.
pub fn document() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "ezqr",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "A self-hosted QR-code platform.",
            "description": DESCRIPTION,
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/", "description": "The service that serves this description." }],
        "tags": [
            { "name": "codes", "description": "Mint, read, list, change and delete codes." },
            { "name": "scans", "description": "Who followed the links of codes, when and where." },
            { "name": "images", "description": "Codes as PNG, SVG and PDF." },
            { "name": "links", "description": "What a scanned code leads to." },
            { "name": "service", "description": "The service about itself." },
        ],
        "paths": paths::all(),
        "components": {
            "schemas": schemas(),
            "parameters": parameters::all(),
            "headers": headers::all(),
            "securitySchemes": security::schemes(),
        },
    })
}

const DESCRIPTION: &str = "Bodies are JSON in UTF-8 with names in snake_case; instants are RFC 3339 in UTC. \
    A key sees the codes of its own account and environment alone; any other is answered 404. Every fault is \
    answered as `application/problem+json` (RFC 9457); under `/{short_code}` that is so when `Accept` asks for \
    it, and a page otherwise. Every answer names its request in `X-Request-Id`. Two problems belong to no \
    operation: `method-not-allowed` (405), whose `Allow` names the methods there are, and `headers-too-large` \
    (431).";

fn schemas() -> Map<String, Value> {
    let subjects =
        [code::schemas(), content::schemas(), problems::schemas(), scans::schemas(), service::schemas()];
    subjects.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests;
