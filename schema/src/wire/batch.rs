//! The body that asks for many codes, and its answer.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use super::create::{Aliases, parse_item};
use super::{Body, CodeRecord, ParseContext, Refused};
use crate::{FieldFault, NewCode, Problem};

/// Most codes of one batch.
pub const BATCH_LIMIT: usize = 100;

/// Most different tags of one batch: in a shared store each is two rows, in partitions of their own.
pub const BATCH_TAGS: usize = 100;

/// Reads the body of a batch: an array of 1 to [`BATCH_LIMIT`] codes without aliases, each judged by itself.
///
/// The outcomes stand in the order of the body; pointers lead through the item, such as `/3/target_url`.
///
/// # Errors
/// The body is no such array.
pub fn parse_batch(
    body: &Body<'_>,
    context: &ParseContext<'_>,
) -> Result<Vec<Result<NewCode, Refused>>, Refused> {
    let refused = |found: &str| {
        let detail = format!("must be an array of 1 to {BATCH_LIMIT} codes, {found}");
        Refused::one(FieldFault::new("", detail))
    };
    let Some(items) = body.elements() else { return Err(refused(&instead(body.value()))) };
    if !(1..=BATCH_LIMIT).contains(&items.len()) {
        return Err(refused(&format!("has {}", items.len())));
    }
    let parse = |(index, item)| parse_item(item, &format!("/{index}"), context, Aliases::SingleOnly);
    Ok(items.into_iter().enumerate().map(parse).collect())
}

/// Refuses the items whose tags would bring the batch over [`BATCH_TAGS`] different ones; those before them, and
/// those with tags that it has already, are as they were.
pub fn bound_tags(items: Vec<Result<NewCode, Refused>>) -> Vec<Result<NewCode, Refused>> {
    let mut different = BTreeSet::new();
    let bound = |(index, item): (usize, Result<NewCode, Refused>)| {
        let code = item?;
        let new: Vec<_> = code.tags.iter().filter(|tag| !different.contains(*tag)).cloned().collect();
        let count = different.len() + new.len();
        if count > BATCH_TAGS {
            let detail = format!(
                "would bring the batch to {count} different tags; at most {BATCH_TAGS} are allowed: send this code \
                 in another batch"
            );
            return Err(Refused::one(FieldFault::new(format!("/{index}/tags"), detail)));
        }
        different.extend(new);
        Ok(code)
    };
    items.into_iter().enumerate().map(bound).collect()
}

/// What a body that is no array is, and what to send instead of it.
fn instead(body: &Value) -> String {
    /// Longest name of a member that is repeated, in characters.
    const LONGEST_NAME: usize = 64;
    let Value::Object(members) = body else { return "is no array".to_owned() };
    match members.iter().find(|(_, member)| member.is_array()) {
        Some((name, _)) => {
            let name: String = name.chars().take(LONGEST_NAME).collect();
            format!("is an object; send the array in its member {name} by itself, as [{{...}}, {{...}}]")
        }
        None => "is an object; send a single code in brackets, as [{...}]".to_owned(),
    }
}

/// The codes of a batch that is carried out as a whole or not at all.
///
/// # Errors
/// An item was refused: the faults of all of them.
pub fn all_or_nothing(items: Vec<Result<NewCode, Refused>>) -> Result<Vec<NewCode>, Refused> {
    let mut codes = Vec::with_capacity(items.len());
    let mut faults = Vec::new();
    for item in items {
        match item {
            Ok(code) => codes.push(code),
            Err(refused) => faults.extend(refused.faults),
        }
    }
    if faults.is_empty() { Ok(codes) } else { Err(Refused::new(faults)) }
}

/// The answer to a batch: what became of each item, in the order of the request.
#[derive(Clone, Debug, Serialize)]
pub struct BatchAnswer<'code> {
    data: Vec<BatchItem<'code>>,
    created: usize,
    failed: usize,
}

impl<'code> BatchAnswer<'code> {
    /// The answer that tells of `items`.
    pub fn new(items: Vec<BatchItem<'code>>) -> Self {
        let failed = items.iter().filter(|item| item.problem.is_some()).count();
        Self { created: items.len() - failed, failed, data: items }
    }

    /// How many items failed: 207 when any did.
    pub const fn failed(&self) -> usize {
        self.failed
    }
}

/// What became of one item of a batch: it has a code or a problem.
#[derive(Clone, Debug, Serialize)]
pub struct BatchItem<'code> {
    index: usize,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<CodeRecord<'code>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Problem>,
}

impl<'code> BatchItem<'code> {
    /// The item at `index` became `code`.
    pub const fn created(index: usize, code: CodeRecord<'code>) -> Self {
        Self { index, status: 201, code: Some(code), problem: None }
    }

    /// The item at `index` became nothing, because of `problem`.
    pub const fn failed(index: usize, problem: Problem) -> Self {
        Self { index, status: problem.status, code: None, problem: Some(problem) }
    }
}

#[cfg(test)]
mod tests;
