//! The body that asks for a new code.

use serde_json::Value;

use super::json::BodyPart;
use super::{Body, Refused, code_fields};
use crate::content::fields::{self, Fields};
use crate::content::rules;
use crate::{
    Alias, ContentType, ErrorCorrection, FieldFault, LinkBase, LinkField, NewCode, Payload, ProblemCode,
    TargetUrl, Timestamp,
};

/// What a body is judged by besides itself. A replay is given that of the first time.
#[derive(Clone, Copy, Debug)]
pub struct ParseContext<'context> {
    /// When the request came: nothing may expire before.
    pub now: Timestamp,
    /// The hosts of this installation's short links, which no destination may be on.
    pub link_hosts: &'context [LinkBase],
}

impl<'context> ParseContext<'context> {
    /// The own host that following `target` would come back to.
    pub(super) fn own_host_of(&self, target: &TargetUrl) -> Option<&'context LinkBase> {
        self.link_hosts.iter().find(|own| own.is_host_of(target))
    }
}

/// Whether a code may ask for an alias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aliases {
    /// It is created alone.
    Allowed,
    /// It is created with others: whether an alias is free is decided one by one.
    SingleOnly,
}

/// Reads the body that asks for one code.
///
/// A null field is as good as a missing one. The code is dynamic when `target_url` is given, which is where
/// it leads, or with `"dynamic": true`, when it leads to its content.
pub fn parse_new_code(body: &Body<'_>, context: &ParseContext<'_>) -> Result<NewCode, Refused> {
    parse_item(body.part(), "", context, Aliases::Allowed)
}

/// Reads one code that stands at `pointer`.
pub(super) fn parse_item(
    body: BodyPart<'_>,
    pointer: &str,
    context: &ParseContext<'_>,
    aliases: Aliases,
) -> Result<NewCode, Refused> {
    let Value::Object(object) = body.value else {
        return Err(Refused::one(FieldFault::new(pointer, "must be an object")));
    };
    let mut fields = Fields::new(pointer.to_owned(), object);
    let built = new_code(&mut fields, body, context, aliases);
    fields.finish(built).map_err(Refused::new)
}

fn new_code(
    fields: &mut Fields<'_>,
    body: BodyPart<'_>,
    context: &ParseContext<'_>,
    aliases: Aliases,
) -> Result<NewCode, fields::Refused> {
    // Nothing returns before every field was looked at.
    let name = fields.optional("name", code_fields::name);
    let content_type = fields.required("content_type", content_type);
    let payload = payload(fields, content_type);
    let target_url = destination(fields, content_type, payload.as_ref().ok(), context);
    let tags = fields.take("tags").map(|value| code_fields::tags(fields, value)).transpose();
    let metadata = fields.optional("metadata", |_| code_fields::metadata(body.metadata_text()));
    let external_id = fields.optional("external_id", code_fields::external_id);
    let error_correction = fields.optional("error_correction", error_correction);
    let expires_at = fields.optional("expires_at", code_fields::expires_at(context));
    let alias = alias(fields, aliases);
    if let (Ok(None), Ok(Some(_))) = (&target_url, &alias) {
        let detail =
            "needs a dynamic code: a static one has no short link. Give target_url or \"dynamic\": true";
        fields.refuse("alias", detail);
    }
    if let (Ok(None), Ok(Some(_))) = (&target_url, &expires_at) {
        let field = LinkField::ExpiresAt;
        fields.refuse_as(ProblemCode::CodeIsStatic, field.name(), field.of_static_code());
    }
    Ok(NewCode {
        content_type: content_type?,
        content: payload?,
        target_url: target_url?,
        alias: alias?,
        name: name?,
        tags: tags?.unwrap_or_default(),
        metadata: metadata?.unwrap_or_default(),
        external_id: external_id?,
        error_correction: error_correction?.unwrap_or_default(),
        expires_at: expires_at?,
    })
}

fn content_type(value: &Value) -> Result<ContentType, String> {
    code_fields::content_type(rules::string(value)?)
}

fn payload(
    fields: &mut Fields<'_>,
    content_type: Result<ContentType, fields::Refused>,
) -> Result<Payload, fields::Refused> {
    let Some(value) = fields.take("content") else {
        return Err(fields.refuse("content", "is required"));
    };
    Payload::parse(content_type?, value).map_err(|faults| fields.refuse_all(faults))
}

/// Where the code leads; `None` for a static one.
fn destination(
    fields: &mut Fields<'_>,
    content_type: Result<ContentType, fields::Refused>,
    payload: Option<&Payload>,
    context: &ParseContext<'_>,
) -> Result<Option<TargetUrl>, fields::Refused> {
    let given = fields.take("target_url");
    let dynamic = fields.optional("dynamic", rules::boolean);
    if let Some(value) = given {
        if let Ok(Some(false)) = dynamic {
            fields.refuse(
                "dynamic",
                "must not be false with a target_url: a code that leads somewhere is dynamic",
            );
        }
        return code_fields::target_url(fields, value, context).map(Some);
    }
    if dynamic? != Some(true) {
        return Ok(None);
    }
    if content_type? != ContentType::Url {
        let detail =
            "needs the content_type url, whose content is then where the code leads; or give target_url";
        return Err(fields.refuse("dynamic", detail));
    }
    // Without content its own fault is recorded already, and the code refused for it.
    payload.map(|payload| payload_as_destination(fields, payload, context)).transpose()
}

fn payload_as_destination(
    fields: &mut Fields<'_>,
    payload: &Payload,
    context: &ParseContext<'_>,
) -> Result<TargetUrl, fields::Refused> {
    let target = TargetUrl::parse(payload.as_str())
        .map_err(|error| fields.refuse("content", format!("as the destination of a dynamic code {error}")))?;
    match context.own_host_of(&target) {
        None => Ok(target),
        Some(own) => {
            let detail =
                format!("as the destination of a dynamic code leads back to {own}, which is this service");
            Err(fields.refuse_as(ProblemCode::RedirectLoop, "content", detail))
        }
    }
}

fn error_correction(value: &Value) -> Result<ErrorCorrection, String> {
    let text = value.as_str().unwrap_or_default();
    let known = ErrorCorrection::ALL.into_iter().find(|level| text.chars().eq([level.letter()]));
    known.ok_or_else(|| "must be one of L, M, Q, H".to_owned())
}

fn alias(fields: &mut Fields<'_>, aliases: Aliases) -> Result<Option<Alias>, fields::Refused> {
    match aliases {
        Aliases::Allowed => fields.optional("alias", |value| {
            Alias::parse(rules::string(value)?).map_err(|error| error.to_string())
        }),
        Aliases::SingleOnly => {
            fields.optional("alias", |_| Err("is for codes created one at a time, not in a batch".to_owned()))
        }
    }
}

#[cfg(test)]
mod tests;
