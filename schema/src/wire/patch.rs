//! The body that changes a code.

use serde_json::Value;

use super::json::BodyPart;
use super::{Body, ParseContext, Refused, code_fields};
use crate::content::fields::{self, Fields};
use crate::content::rules;
use crate::{CodePatch, FieldFault, MetadataPatch, ShownStatus, Tags, TargetUrl};

/// What a record shows and no request changes.
const IMMUTABLE: [&str; 14] = [
    "alias",
    "content",
    "content_type",
    "created_at",
    "dynamic",
    "environment",
    "error_correction",
    "id",
    "images",
    "scan_count",
    "short_code",
    "short_link",
    "updated_at",
    "version",
];

/// Reads a JSON Merge Patch (RFC 7396) of a code.
///
/// A missing field stays as it is. Null removes `name`, `external_id` and `expires_at`, empties `tags` and
/// `metadata`, and is refused for `target_url` and `status`. Metadata are merged member by member. An empty
/// object changes nothing.
pub fn parse_code_patch(body: &Body<'_>, context: &ParseContext<'_>) -> Result<CodePatch, Refused> {
    let Value::Object(object) = body.value() else {
        return Err(Refused::one(FieldFault::new("", "must be an object")));
    };
    let mut fields = Fields::new(String::new(), object);
    let built = code_patch(&mut fields, body.part(), context);
    fields.finish(built).map_err(Refused::new)
}

fn code_patch(
    fields: &mut Fields<'_>,
    body: BodyPart<'_>,
    context: &ParseContext<'_>,
) -> Result<CodePatch, fields::Refused> {
    // Nothing returns before every field was looked at.
    fields.forbid(&IMMUTABLE, "cannot be changed");
    let name = fields.nullable("name", code_fields::name);
    let target_url = target_url(fields, context);
    let tags = tags(fields);
    let metadata = fields.nullable("metadata", |_| code_fields::metadata_change(body.metadata_text()));
    let external_id = fields.nullable("external_id", code_fields::external_id);
    let status = status(fields);
    let expires_at = fields.nullable("expires_at", code_fields::expires_at(context));
    Ok(CodePatch {
        name: name?,
        target_url: target_url?,
        tags: tags?,
        metadata: match metadata? {
            None => MetadataPatch::Keep,
            Some(None) => MetadataPatch::Clear,
            Some(Some(patch)) => MetadataPatch::Merge(patch),
        },
        external_id: external_id?,
        status: status?,
        expires_at: expires_at?,
    })
}

fn target_url(
    fields: &mut Fields<'_>,
    context: &ParseContext<'_>,
) -> Result<Option<TargetUrl>, fields::Refused> {
    match fields.given("target_url") {
        None => Ok(None),
        Some(Value::Null) => {
            Err(fields.refuse("target_url", "must not be null: a dynamic code always leads somewhere"))
        }
        Some(value) => code_fields::target_url(fields, value, context).map(Some),
    }
}

fn tags(fields: &mut Fields<'_>) -> Result<Option<Tags>, fields::Refused> {
    match fields.given("tags") {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(Tags::default())),
        Some(value) => code_fields::tags(fields, value).map(Some),
    }
}

fn status(fields: &mut Fields<'_>) -> Result<Option<ShownStatus>, fields::Refused> {
    let Some(value) = fields.given("status") else { return Ok(None) };
    let status = rules::string(value).and_then(code_fields::status);
    status.map(Some).map_err(|detail| fields.refuse("status", detail))
}

#[cfg(test)]
mod tests;
