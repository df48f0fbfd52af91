mod answers;
mod bounds;
mod examples;
mod fields;
mod scans;
mod structure;
mod validity;

use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::{env, fs};

use serde_json::Value;

use super::TEXT;
use super::content::OBJECTS;
use crate::wire::{ParseContext, Refused};
use crate::{ContentType, FieldFault, Payload, Timestamp};

/// What bodies are judged by here.
const CONTEXT: ParseContext<'_> = ParseContext { now: Timestamp::EPOCH, link_hosts: &[] };

/// The document, made once for all tests.
fn document() -> &'static Value {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(super::document);
    &DOCUMENT
}

/// The component schema called `name`.
fn schema<'document>(document: &'document Value, name: &str) -> &'document Value {
    document.pointer(&format!("/components/schemas/{name}")).unwrap_or_else(|| panic!("no schema {name}"))
}

/// What `value` stands for, when it is a reference.
fn resolved<'document>(document: &'document Value, value: &'document Value) -> &'document Value {
    match value.get("$ref") {
        Some(target) => {
            let pointer = target.as_str().unwrap().strip_prefix('#').unwrap();
            resolved(document, document.pointer(pointer).unwrap_or_else(|| panic!("nothing at {pointer}")))
        }
        None => value,
    }
}

/// The examples of the schema called `name`, at least one.
fn examples<'document>(document: &'document Value, name: &str) -> &'document [Value] {
    let examples = schema(document, name)["examples"].as_array().unwrap_or_else(|| panic!("{name} has none"));
    assert!(!examples.is_empty(), "{name}");
    examples
}

/// The names of an object's members.
fn names(object: &Value) -> BTreeSet<String> {
    object.as_object().unwrap().keys().cloned().collect()
}

/// The strings of an array.
fn texts(array: &Value) -> BTreeSet<String> {
    array.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// A schema of something that is asked, and what reads it.
#[derive(Clone, Copy, Debug)]
struct Asked {
    schema: &'static str,
    read: Read,
}

#[derive(Clone, Copy, Debug)]
enum Read {
    NewCode,
    Patch,
    Content(ContentType),
    /// A contact's address.
    Address,
}

/// All schemas whose fields are read by name.
fn asked() -> Vec<Asked> {
    let contents = OBJECTS.into_iter().filter(|(content_type, _)| *content_type != ContentType::Payment);
    let contents = contents.map(|(content_type, schema)| Asked { schema, read: Read::Content(content_type) });
    let payments = ["EpcPayment", "UpiPayment"]
        .map(|schema| Asked { schema, read: Read::Content(ContentType::Payment) });
    contents
        .chain(payments)
        .chain([
            Asked { schema: "NewCode", read: Read::NewCode },
            Asked { schema: "CodePatch", read: Read::Patch },
            Asked { schema: "PostalAddress", read: Read::Address },
        ])
        .collect()
}

impl Asked {
    /// The faults of `object`, with pointers relative to it; none when it is accepted.
    fn faults(self, object: &Value) -> Vec<FieldFault> {
        let (outcome, prefix) = match self.read {
            Read::NewCode => {
                (crate::wire::parse_new_code(&object.into(), &CONTEXT).map(drop).map_err(of), "")
            }
            Read::Patch => {
                (crate::wire::parse_code_patch(&object.into(), &CONTEXT).map(drop).map_err(of), "")
            }
            Read::Content(content_type) => (Payload::parse(content_type, object).map(drop), "/content"),
            Read::Address => {
                let contact = serde_json::json!({ "full_name": "Ann", "address": object });
                (Payload::parse(ContentType::Vcard, &contact).map(drop), "/content/address")
            }
        };
        let mut faults = outcome.err().unwrap_or_default();
        for fault in &mut faults {
            fault.pointer = fault.pointer.strip_prefix(prefix).unwrap().to_owned();
        }
        faults
    }
}

fn of(refused: Refused) -> Vec<FieldFault> {
    refused.faults
}

#[test]
fn the_file_is_what_the_code_describes() {
    let mut current = serde_json::to_string_pretty(document()).unwrap();
    current.push('\n');
    if current != TEXT {
        let written = env::current_exe().unwrap().with_file_name("openapi.json");
        fs::write(&written, current).unwrap();
        panic!("schema/openapi.json is stale; renew it:\n    cp {} schema/openapi.json", written.display());
    }
}
