use std::collections::BTreeSet;

use serde_json::json;

use super::*;

fn page() -> String {
    render(&ezqr_schema::openapi::document())
}

/// What stands in `page` after each `before`, up to the next quotation mark.
fn after<'page>(page: &'page str, before: &str) -> BTreeSet<&'page str> {
    page.split(before).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[test]
fn every_operation_parameter_problem_and_schema_is_on_the_page() {
    let document = ezqr_schema::openapi::document();
    let page = page();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let heading = match (method.as_str(), item.get("head")) {
                ("get" | "head", Some(_)) => format!("GET, HEAD {path}"),
                _ => format!("{} {path}", method.to_uppercase()),
            };
            assert!(page.contains(&format!("<code>{heading}</code></h3>")), "{heading}");
            if method != "head" {
                assert!(page.contains(operation["summary"].as_str().unwrap()), "{heading}");
            }
        }
    }
    for parameter in document["components"]["parameters"].as_object().unwrap().values() {
        let name = parameter["name"].as_str().unwrap();
        assert!(page.contains(&format!("<td><code>{name}</code></td><td>in ")), "{name}");
    }
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        assert!(page.contains(&format!("<h3 id=\"{name}\">")), "{name}");
    }
    for code in ezqr_schema::ProblemCode::ALL {
        assert!(page.contains(&format!("<code>{}</code>", code.code())), "{code:?}");
    }
}

#[test]
fn the_page_loads_nothing_and_its_links_lead_somewhere() {
    let page = page();
    assert!(!page.contains("src=") && !page.contains("url(") && !page.contains("<script"));
    let targets = after(&page, " id=\"");
    for link in after(&page, "href=\"") {
        let known = link.strip_prefix('#').map_or(link == "/openapi.json", |link| targets.contains(link));
        assert!(known, "{link}");
    }
}

#[test]
fn what_the_description_says_is_shown_and_never_run() {
    let hostile = "<script>\"'`<b>`";
    let operation = json!({
        "operationId": hostile, "tags": [hostile], "summary": hostile, "description": hostile,
        "security": [{ "api_key": [hostile] }],
        "parameters": [{ "name": hostile, "in": hostile, "description": hostile, "schema": { "type": hostile } }],
        "requestBody": { "content": { hostile: { "schema": { "$ref": hostile } } } },
        "responses": { hostile: { "description": hostile, "content": { hostile: { "schema": { "enum": [hostile] } } } } },
    });
    let schema = json!({
        "description": hostile, "format": hostile, "minimum": hostile, "type": [hostile], "default": hostile, "examples": [hostile],
        "properties": { hostile: { "const": hostile, "description": hostile } },
    });
    let page = render(&json!({
        "info": { "version": hostile, "title": hostile, "description": hostile },
        "tags": [{ "name": hostile, "description": hostile }],
        "paths": { hostile: { "post": operation } },
        "components": { "schemas": { hostile: schema } },
    }));
    assert!(page.contains("&lt;script&gt;&quot;&#39;<code>&lt;b&gt;</code>"));
    assert!(!page.contains("<script") && !page.contains("<b>") && !page.contains("\"'"));
}

#[test]
fn a_schema_is_told_in_words() {
    let told = [
        (json!({ "$ref": "#/components/schemas/Name" }), "<a href=\"#Name\">Name</a>"),
        (json!({ "type": "string", "minLength": 1, "maxLength": 200 }), "string, 1 to 200 characters"),
        (
            json!({ "type": "integer", "minimum": 1, "default": 50 }),
            "integer, at least 1, by default <code>50</code>",
        ),
        (json!({ "type": ["string", "null"] }), "string or null"),
        (json!({ "type": "string", "format": "uuid" }), "string (uuid)"),
        (
            json!({ "type": "array", "items": { "type": "string" }, "maxItems": 5 }),
            "array of string, at most 5 items",
        ),
        (json!({ "enum": ["a", "b"] }), "<code>a</code>, <code>b</code>"),
        (json!({ "const": true }), "<code>true</code>"),
        (json!({ "anyOf": [{ "type": "string" }, { "type": "null" }] }), "string or null"),
        (json!({ "allOf": [{ "type": "string" }, { "properties": {} }] }), "string"),
    ];
    for (schema, words) in told {
        assert_eq!(shape(&schema), words);
    }
}
