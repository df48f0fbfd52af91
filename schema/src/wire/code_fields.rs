//! Rules of a code's fields that more than one request reads.
//!
//! Each rule answers the value, or what it must be.

use serde_json::Value;

use super::ParseContext;
use crate::content::fields::{Fields, Refused};
use crate::content::rules::string;
use crate::{
    ContentType, ExternalId, Metadata, MetadataMembers, Name, ProblemCode, ShownStatus, Tag, Tags, TargetUrl,
    Timestamp,
};

pub(super) fn name(value: &Value) -> Result<Name, String> {
    Name::parse(string(value)?).map_err(|error| error.to_string())
}

pub(super) fn external_id(value: &Value) -> Result<ExternalId, String> {
    ExternalId::parse(string(value)?).map_err(|error| error.to_string())
}

/// A member that is there has a text, which keeps what a value does not: how its numbers were written.
pub(super) fn metadata(text: Option<&str>) -> Result<Metadata, String> {
    Metadata::parse(text.unwrap_or_default()).map_err(|error| error.to_string())
}

pub(super) fn metadata_change(text: Option<&str>) -> Result<MetadataMembers, String> {
    MetadataMembers::parse(text.unwrap_or_default()).map_err(|error| error.to_string())
}

pub(super) fn content_type(name: &str) -> Result<ContentType, String> {
    let names = || ContentType::ALL.map(ContentType::name).join(", ");
    ContentType::parse(name).ok_or_else(|| format!("must be one of {}", names()))
}

pub(super) fn status(name: &str) -> Result<ShownStatus, String> {
    let names = || ShownStatus::ALL.map(ShownStatus::name).join(", ");
    ShownStatus::parse(name).ok_or_else(|| format!("must be one of {}", names()))
}

/// A link can only stop in the future.
pub(super) fn expires_at(context: &ParseContext<'_>) -> impl Fn(&Value) -> Result<Timestamp, String> {
    let now = context.now;
    move |value| {
        let instant: Timestamp = string(value)?.parse().map_err(|error| format!("{error}"))?;
        if instant > now { Ok(instant) } else { Err("must be in the future".to_owned()) }
    }
}

/// Tags by their positions, so that each fault names its own.
pub(super) fn tags(fields: &mut Fields<'_>, value: &Value) -> Result<Tags, Refused> {
    let Value::Array(values) = value else {
        return Err(fields.refuse("tags", "must be an array of strings"));
    };
    // Also bounds the number of faults.
    if values.len() > Tags::LIMIT {
        let detail = format!("must be at most {} tags, are {}", Tags::LIMIT, values.len());
        return Err(fields.refuse("tags", detail));
    }
    let mut tags = Vec::with_capacity(values.len());
    let mut refused = None;
    for (position, value) in values.iter().enumerate() {
        match string(value).and_then(|text| Tag::parse(text).map_err(|error| error.to_string())) {
            Ok(tag) => tags.push(tag),
            Err(detail) => refused = Some(fields.refuse(&format!("tags/{position}"), detail)),
        }
    }
    match refused {
        Some(refused) => Err(refused),
        None => Tags::new(tags).map_err(|error| fields.refuse("tags", error.to_string())),
    }
}

/// A destination other than the service itself.
pub(super) fn target_url(
    fields: &mut Fields<'_>,
    value: &Value,
    context: &ParseContext<'_>,
) -> Result<TargetUrl, Refused> {
    let parsed = string(value).and_then(|text| TargetUrl::parse(text).map_err(|error| error.to_string()));
    let target = parsed.map_err(|detail| fields.refuse("target_url", detail))?;
    match context.own_host_of(&target) {
        None => Ok(target),
        Some(own) => {
            let detail = format!(
                "leads back to {own}, which is this service; target_url is where a scan shall end up. \
                 For a code that holds a short link and leads to its content, leave target_url out and send \
                 \"dynamic\": true"
            );
            Err(fields.refuse_as(ProblemCode::RedirectLoop, "target_url", detail))
        }
    }
}
