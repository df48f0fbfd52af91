//! Parameters of a query, each once.

use std::borrow::Cow;

use url::form_urlencoded;

use crate::{FieldFault, ProblemCode};

/// Longest name of a parameter that a fault repeats, in characters.
const LONGEST_NAME: usize = 64;

/// Faults that are told; who sends more has not come by them honestly.
const MOST_FAULTS: usize = 32;

/// Hands each parameter of `query` to `set`, and collects what is wrong with them.
pub(super) fn read(query: &str, mut set: impl FnMut(&str, &str) -> Result<(), String>) -> Vec<FieldFault> {
    let mut seen: Vec<Cow<'_, str>> = Vec::new();
    let mut faults = Vec::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if faults.len() >= MOST_FAULTS {
            break;
        }
        let outcome =
            if seen.contains(&name) { Err("must be there once".to_owned()) } else { set(&name, &value) };
        if let Err(detail) = outcome {
            faults.push(fault(&name, detail));
        }
        seen.push(name);
    }
    faults
}

/// A fault of the parameter `name`.
pub(super) fn fault(name: &str, detail: impl Into<String>) -> FieldFault {
    let name: String = name.chars().take(LONGEST_NAME).collect();
    FieldFault::new(name, detail).with_code(ProblemCode::InvalidParameter)
}
