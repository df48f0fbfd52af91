//! Schemas in words.

use serde_json::Value;

use super::super::escape::Escaped;
use super::{items, member};

/// What a value of `schema` is, as markup; named schemas are links.
pub(super) fn shape(schema: &Value) -> String {
    if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
        let name = target.rsplit('/').next().unwrap_or_default();
        return format!("<a href=\"#{name}\">{name}</a>", name = Escaped(name));
    }
    for (keyword, between) in [("anyOf", " or "), ("oneOf", " or "), ("allOf", " with ")] {
        let parts: Vec<String> = items(member(schema, keyword)).iter().map(shape).collect();
        if !parts.is_empty() && schema.get("type").is_none() {
            let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            return parts.join(between);
        }
    }
    if let Some(value) = schema.get("const") {
        return code(value);
    }
    let values: Vec<String> = items(member(schema, "enum")).iter().map(code).collect();
    if !values.is_empty() {
        return values.join(", ");
    }
    let parts = [kind(schema), bounds(schema), default(schema)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn kind(schema: &Value) -> Option<String> {
    let kinds = match member(schema, "type").as_array() {
        Some(kinds) => kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        None => member(schema, "type").as_str()?.to_owned(),
    };
    let kinds = Escaped(&kinds).to_string();
    Some(match (schema.get("items"), schema.get("format").and_then(Value::as_str)) {
        (Some(items), _) => format!("{kinds} of {}", shape(items)),
        (None, Some(format)) => format!("{kinds} ({})", Escaped(format)),
        (None, None) => kinds,
    })
}

fn bounds(schema: &Value) -> Option<String> {
    let known = [
        ("minLength", "maxLength", " characters"),
        ("minItems", "maxItems", " items"),
        ("minProperties", "maxProperties", " fields"),
        ("minimum", "maximum", ""),
    ];
    let bound = |name: &str| schema.get(name).filter(|bound| bound.is_number());
    known.into_iter().find_map(|(least, most, unit)| match (bound(least), bound(most)) {
        (Some(least), Some(most)) => Some(format!("{least} to {most}{unit}")),
        (Some(least), None) => Some(format!("at least {least}{unit}")),
        (None, Some(most)) => Some(format!("at most {most}{unit}")),
        (None, None) => None,
    })
}

fn default(schema: &Value) -> Option<String> {
    schema.get("default").map(|value| format!("by default {}", code(value)))
}

fn code(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    format!("<code>{}</code>", Escaped(&text))
}
