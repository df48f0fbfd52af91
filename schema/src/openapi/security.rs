//! API keys and their scopes.

use serde_json::{Map, Value, json};

use crate::Scope;

/// The ways to say who asks: one.
pub(super) fn schemes() -> Value {
    let scopes: Map<String, Value> =
        Scope::ALL.into_iter().map(|scope| (scope.name().to_owned(), Value::from(allows(scope)))).collect();
    json!({
        "api_key": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "ezqr_<environment>_<random>_<checksum>",
            "description": "An API key, made with `ezqr key create` and shown once. It speaks for one \
                            environment of one account and has some of the scopes; an operation names the one \
                            it needs.",
            "x-scopes": scopes,
        }
    })
}

/// What an operation asks of a key.
pub(super) fn key_with(scope: Scope) -> Value {
    json!([{ "api_key": [scope.name()] }])
}

/// What an operation asks that can be configured to ask a key.
pub(super) fn perhaps_key_with(scope: Scope) -> Value {
    json!([{}, { "api_key": [scope.name()] }])
}

/// What an operation asks that needs no key.
pub(super) fn nobody() -> Value {
    json!([])
}

const fn allows(scope: Scope) -> &'static str {
    match scope {
        Scope::CodesRead => "Read codes, and their images where these are not public.",
        Scope::CodesWrite => "Mint and change codes.",
        Scope::CodesDelete => "Delete codes.",
        Scope::ScansRead => "Read scan counts.",
        Scope::KeysManage => "Make, list and revoke keys of its own environment.",
        Scope::AuditRead => "Read the audit log.",
        Scope::AccountAdmin => "Change the account itself.",
    }
}
