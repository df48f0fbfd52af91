//! The page that describes the interface, made of its OpenAPI description.
//!
//! It shows what the description has and no more: what is missing here is missing there.

mod shape;

use serde_json::Value;

use self::shape::shape;
use super::escape::Escaped;
use super::framed;

const STYLE: &str = include_str!("reference.css");

/// The methods in the order they are shown in. `HEAD` is named with its `GET`.
const METHODS: [&str; 5] = ["post", "get", "put", "patch", "delete"];

/// The page that describes `document`, which is OpenAPI 3.1.
pub(crate) fn render(document: &Value) -> String {
    let info = member(document, "info");
    let tags = items(member(document, "tags"));
    let head = format!(
        "<p class=\"mark\">{}</p><h1>{}</h1><p>{}</p><p><a href=\"/openapi.json\">openapi.json</a></p>",
        Escaped(text(info, "version")),
        Escaped(text(info, "title")),
        prose(text(info, "description")),
    );
    let contents: String = tags.iter().map(|tag| contents(document, tag)).collect();
    let chapters: String = tags.iter().map(|tag| chapter(document, tag)).collect();
    let schemas = members(member(member(document, "components"), "schemas"));
    let schemas: String = schemas.map(|(name, schema)| described_schema(name, schema)).collect();
    let content = format!("{head}<ul>{contents}</ul>{chapters}<h2>Objects and fields</h2>{schemas}");
    framed("ezqr", STYLE, &content)
}

/// An operation and where it stands.
struct Operation<'document> {
    method: String,
    path: &'document str,
    described: &'document Value,
}

/// The operations that have `tag`.
fn operations<'document>(document: &'document Value, tag: &Value) -> Vec<Operation<'document>> {
    let mut operations = Vec::new();
    for (path, item) in members(member(document, "paths")) {
        for method in METHODS {
            let Some(described) = item.get(method) else { continue };
            if !items(member(described, "tags")).contains(member(tag, "name")) {
                continue;
            }
            let with_head = method == "get" && item.get("head").is_some();
            let method = if with_head { "GET, HEAD".to_owned() } else { method.to_ascii_uppercase() };
            operations.push(Operation { method, path, described });
        }
    }
    operations
}

fn contents(document: &Value, tag: &Value) -> String {
    let line = |Operation { method, path, described }: Operation<'_>| {
        let (id, summary) = (Escaped(text(described, "operationId")), Escaped(text(described, "summary")));
        format!("<li><a href=\"#{id}\"><code>{method} {}</code></a> {summary}</li>", Escaped(path))
    };
    operations(document, tag).into_iter().map(line).collect()
}

fn chapter(document: &Value, tag: &Value) -> String {
    let operations: String =
        operations(document, tag).into_iter().map(|operation| section(document, &operation)).collect();
    let (name, description) = (Escaped(text(tag, "name")), prose(text(tag, "description")));
    format!("<h2>{name}</h2><p>{description}</p>{operations}")
}

fn section(document: &Value, operation: &Operation<'_>) -> String {
    let Operation { method, path, described } = operation;
    format!(
        "<h3 id=\"{}\"><code>{method} {}</code></h3><p><strong>{}.</strong> {}</p>{}{}{}{}",
        Escaped(text(described, "operationId")),
        Escaped(path),
        Escaped(text(described, "summary")),
        prose(text(described, "description")),
        key(described),
        parameters(document, described),
        body(document, described),
        answers(document, described),
    )
}

/// Which key an operation asks.
fn key(operation: &Value) -> String {
    let requirements = items(member(operation, "security"));
    let scopes = requirements.iter().flat_map(|requirement| items(member(requirement, "api_key")));
    let scopes: Vec<&str> = scopes.filter_map(Value::as_str).collect();
    match scopes.as_slice() {
        [] => "<p class=\"small\">Needs no key.</p>".to_owned(),
        scopes => {
            let perhaps = if requirements.len() > 1 { ", where a key is asked" } else { "" };
            format!("<p class=\"small\">Scope <code>{}</code>{perhaps}.</p>", Escaped(&scopes.join(", ")))
        }
    }
}

fn parameters(document: &Value, operation: &Value) -> String {
    let row = |parameter: &Value| {
        let parameter = resolved(document, parameter);
        let name = format!("<code>{}</code>", Escaped(text(parameter, "name")));
        let required = if parameter.get("required").is_some() { "required, " } else { "" };
        let place = format!(
            "in {}: {required}{}",
            Escaped(text(parameter, "in")),
            shape(member(parameter, "schema"))
        );
        row(&[&name, &place, &prose(text(parameter, "description"))])
    };
    table("Parameters", items(member(operation, "parameters")).iter().map(row))
}

fn body(document: &Value, operation: &Value) -> String {
    let media = || members(member(member(operation, "requestBody"), "content"));
    let rows = media().map(|(media_type, media)| {
        let media_type = format!("<code>{}</code>", Escaped(media_type));
        row(&[&media_type, &shape(member(media, "schema"))])
    });
    let table = table("Body", rows);
    let schema = media().next().map(|(_, media)| resolved(document, member(media, "schema")));
    let examples: String = schema.map(examples).unwrap_or_default();
    format!("{table}{examples}")
}

fn answers(document: &Value, operation: &Value) -> String {
    let row = |(status, answer): (&String, &Value)| {
        let answer = resolved(document, answer);
        let media: Vec<String> = members(member(answer, "content"))
            .map(|(media_type, media)| {
                let schema = member(media, "schema");
                let shape = if schema.get("type").is_some() { String::new() } else { shape(schema) };
                format!("<code>{}</code> {shape}", Escaped(media_type))
            })
            .collect();
        row(&[&Escaped(status).to_string(), &media.join("<br>"), &prose(text(answer, "description"))])
    };
    table("Answers", members(member(operation, "responses")).map(row))
}

fn described_schema(name: &str, schema: &Value) -> String {
    let required = items(member(schema, "required"));
    let properties = members(member(schema, "properties")).map(|(name, property)| {
        let mark = if required.iter().any(|required| required == name) { " (required)" } else { "" };
        let name = format!("<code>{}</code>{mark}", Escaped(name));
        row(&[&name, &shape(property), &prose(text(property, "description"))])
    });
    format!(
        "<h3 id=\"{name}\"><code>{name}</code></h3><p>{}</p><p class=\"small\">{}</p>{}{}",
        prose(text(schema, "description")),
        shape(schema),
        table("Fields", properties),
        examples(schema),
        name = Escaped(name),
    )
}

fn examples(schema: &Value) -> String {
    let shown = |example: &Value| {
        let example = serde_json::to_string_pretty(example).unwrap_or_default();
        format!("<pre>{}</pre>", Escaped(&example))
    };
    items(member(schema, "examples")).iter().map(shown).collect()
}

/// A table with `heading`; nothing when it has no rows.
fn table(heading: &str, rows: impl Iterator<Item = String>) -> String {
    let rows: String = rows.collect();
    if rows.is_empty() { rows } else { format!("<h4>{heading}</h4><table>{rows}</table>") }
}

/// A row of cells, which are markup.
fn row(cells: &[&str]) -> String {
    format!("<tr><td>{}</td></tr>", cells.join("</td><td>"))
}

/// A text as markup: what stands in backticks is code.
fn prose(text: &str) -> String {
    let parts = text.split('`').enumerate().map(|(position, part)| match position % 2 {
        0 => Escaped(part).to_string(),
        _ => format!("<code>{}</code>", Escaped(part)),
    });
    parts.collect()
}

/// What `part` stands for, when it is a reference.
fn resolved<'document>(document: &'document Value, part: &'document Value) -> &'document Value {
    let target = part.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix('#'));
    target.and_then(|pointer| document.pointer(pointer)).unwrap_or(part)
}

fn member<'part>(part: &'part Value, name: &str) -> &'part Value {
    part.get(name).unwrap_or(&Value::Null)
}

fn text<'part>(part: &'part Value, name: &str) -> &'part str {
    member(part, name).as_str().unwrap_or_default()
}

fn items(part: &Value) -> &[Value] {
    part.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn members(part: &Value) -> impl Iterator<Item = (&String, &Value)> {
    part.as_object().into_iter().flatten()
}

#[cfg(test)]
mod tests;
