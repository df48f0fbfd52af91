//! Reports on scans.

use serde_json::{Value, json};

use crate::openapi::answers::{Asker, answers};
use crate::openapi::parameters::OF_SCANS;
use crate::openapi::problems::{ANY, KEY, READ};
use crate::openapi::references::{Named, json_body, named, parameters};
use crate::openapi::security::key_with;
use crate::scan::GEO_ATTRIBUTION;
use crate::{ProblemCode, Scope};

/// What any report can end with.
const REPORT: &[ProblemCode] = &[ProblemCode::InvalidParameter, ProblemCode::NotAcceptable];

/// The paths.
pub(super) fn paths() -> Named {
    named(json!({
        "/api/v1/qr-codes/{id}/scans": { "get": of_code() },
        "/api/v1/scans": { "get": of_account() },
    }))
}

const COUNTING: &str = "Every followed link counts once, as soon as it was answered: by a person, by a program that \
    may stand for one, or by a bot, which is counted apart. No address and no user agent is kept. Totals are exact in \
    every time zone; so are breakdowns of the last 35 days, those before are by UTC day. A report reaches back 400 \
    days; what was before, a record's `scan_count` alone still tells. Written as JSON, or as `format` or `Accept` \
    says: as CSV or NDJSON, a row or line for each entry of each section.";

fn of_code() -> Value {
    let mut names = vec!["id"];
    names.extend(OF_SCANS);
    json!({
        "operationId": "get_code_scans",
        "tags": ["scans"],
        "summary": "Who scanned a code",
        "description": format!("{COUNTING} A deleted code's scans stay; a static code has none."),
        "security": key_with(Scope::ScansRead),
        "parameters": parameters(&names),
        "responses": answers(
            Asker::Key,
            report("The scans of the code."),
            &[ANY, KEY, READ, REPORT, &[ProblemCode::CodeNotFound]],
        ),
    })
}

fn of_account() -> Value {
    let mut names = OF_SCANS.to_vec();
    names.push("scans_tag");
    json!({
        "operationId": "get_scans",
        "tags": ["scans"],
        "summary": "Who scanned the codes of the environment",
        "description": format!(
            "{COUNTING} Sums up the codes of the key's environment, deleted ones too, and names those that were \
             scanned most in `codes`. A report over too much time and too many codes is refused with how much it \
             would have to read; then ask for less time, or for a tag."
        ),
        "security": key_with(Scope::ScansRead),
        "parameters": parameters(&names),
        "responses": answers(
            Asker::Key,
            report("The scans of all the codes."),
            &[ANY, KEY, READ, REPORT, &[ProblemCode::RangeTooLarge]],
        ),
    })
}

fn report(description: &str) -> Value {
    let mut forms = named(json_body("ScanReport"));
    for media_type in ["text/csv", "application/x-ndjson"] {
        forms.insert(media_type.to_owned(), json!({ "schema": { "type": "string" } }));
    }
    json!({
        "200": {
            "description": format!("{description} Countries: {GEO_ATTRIBUTION}"),
            "content": forms,
        },
    })
}
