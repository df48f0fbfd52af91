//! The description of the interface, and what is answered compared with it.

use ezqr_schema::scan::GEO_ATTRIBUTION;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp};

#[test]
fn the_description_is_for_everybody() {
    let app = TestApp::spawn();
    let description = app.visitor.get("/openapi.json").send();
    assert_eq!((description.status, description.header("content-type")), (200, "application/json"));
    assert_eq!(description.header("cache-control"), "public, max-age=3600");
    assert_eq!(description.json(), ezqr_schema::openapi::document());

    let page = app.visitor.get("/docs").send();
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert_eq!(page.header("cache-control"), "public, max-age=3600");
    assert_snapshot!(page.header("content-security-policy"), @"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    assert!(page.text().contains("POST /api/v1/qr-codes/batch"));
    assert!(page.text().contains(GEO_ATTRIBUTION));
}

#[test]
fn the_readme_names_where_countries_come_from() {
    let readme = include_str!("../../README.md").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(readme.contains(GEO_ATTRIBUTION));
}

/// The answer has a documented status, media type and, all of them, the headers that no answer lacks.
fn assert_described(document: &Value, operation: (&str, &str), answer: &Answer) {
    let (method, path) = operation;
    let described = &document["paths"][path][method]["responses"][answer.status.to_string()];
    assert!(described.is_object(), "{method} {path} answered {}", answer.status);
    let optional = [
        "X-QR-Conformant",
        "X-QR-Size-Mm",
        "Idempotent-Replayed",
        "Retry-After",
        "WWW-Authenticate",
        "ETag",
        "Location",
    ];
    for name in
        described["headers"].as_object().unwrap().keys().filter(|name| !optional.contains(&name.as_str()))
    {
        assert!(!answer.header(&name.to_ascii_lowercase()).is_empty(), "{method} {path} has no {name}");
    }
    if let Some(content) = described["content"].as_object() {
        let media_type = answer.header("content-type").split(';').next().unwrap();
        assert!(content.contains_key(media_type), "{method} {path} answered {media_type}");
    }
}

#[test]
fn what_is_answered_is_described() {
    let app = TestApp::spawn();
    let document = app.visitor.get("/openapi.json").send().json();
    let check = |operation, answer: &Answer| assert_described(&document, operation, answer);
    let (codes, code) = ("/api/v1/qr-codes", "/api/v1/qr-codes/{id}");
    let body = json!({ "content_type": "url", "content": "https://example.com", "dynamic": true });

    check(("post", codes), &app.api.create(&body));
    check(("post", codes), &app.api.create(&json!({})));
    check(("post", codes), &app.api.call("POST", codes).accept("image/svg+xml").json(&body).send());
    check(("get", codes), &app.api.get(codes).send());
    check(("get", codes), &app.visitor.get(codes).send());
    let batch = "/api/v1/qr-codes/batch";
    check(("post", batch), &app.api.post(batch, &json!([body])));
    check(("post", batch), &app.api.post(&format!("{batch}?on_error=continue"), &json!([body, {}])));

    let record = app.api.created(&body);
    let link = record["short_link"].as_str().unwrap();
    let image = record["images"]["png"].as_str().unwrap();
    check(("get", code), &app.api.show(&record));
    check(("patch", code), &app.api.patch(&record, &json!({ "name": "Customer 4471" })));
    check(("get", "/qr/{id}.{format}"), &app.visitor.get(image).send());
    check(("get", "/{short_code}"), &app.visitor.get(link).send());
    check(("get", "/{short_code}+"), &app.visitor.get(&format!("{link}+")).send());
    for path in ["/api/v1/qr-codes/{id}/scans", "/api/v1/scans"] {
        let scans = path.replace("{id}", record["id"].as_str().unwrap());
        for query in
            ["", "?format=csv", "?format=ndjson", "?group_by=country,device", "?from=2000-01-01&tz=Mars"]
        {
            check(("get", path), &app.api.get(&format!("{scans}{query}")).send());
        }
        check(("get", path), &app.api.get(&scans).accept("image/png").send());
        check(("get", path), &app.visitor.get(&scans).send());
    }
    check(("delete", code), &app.api.delete(&record));
    check(("get", "/qr/{id}.{format}"), &app.visitor.get(image).send());
    check(("get", "/{short_code}"), &app.visitor.get(link).send());

    for path in ["/healthz", "/readyz"] {
        let answer = app.visitor.get(path).send();
        check(("get", path), &answer);
        let described =
            &document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        let schema = document.pointer(described["$ref"].as_str().unwrap().trim_start_matches('#')).unwrap();
        let names = |object: &Value| object.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&answer.json()), names(&schema["properties"]), "{path}");
    }
}

#[test]
fn the_type_of_every_problem_is_an_address_that_answers() {
    let app = TestApp::spawn();
    for code in ezqr_schema::ProblemCode::ALL {
        let page = app.visitor.get(&format!("/problems/{}", code.code())).send();
        assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"), "{page}");
        assert!(page.text().contains(code.title()) && page.text().contains("What to do"), "{page}");
    }
    // As it stands in an answer.
    let problem = app.visitor.get("/api/v1/qr-codes").send().problem();
    let page = app.visitor.get(problem["type"].as_str().unwrap()).send();
    assert_eq!(page.status, 200);
    assert!(
        page.text().contains("An API key is required") && page.text().contains("ezqr key create"),
        "{page}"
    );
    let unknown = app.visitor.get("/problems/nothing").accept("application/problem+json").send();
    assert_eq!(
        unknown.refusal(),
        "404 route-not-found\n No problem has this code; /docs lists those there are."
    );
    // The word could be a short code, which has one segment.
    assert_eq!(
        app.visitor.get("/problems").accept("application/problem+json").send().problem()["code"],
        "code-not-found"
    );
}
