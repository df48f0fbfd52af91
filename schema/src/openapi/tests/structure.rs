//! The document holds together.

use super::*;
use crate::{ProblemCode, Scope};

/// Every operation with its path and method.
fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    document["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
        item.as_object()
            .unwrap()
            .iter()
            .map(|(method, operation)| (path.as_str(), method.as_str(), operation))
    })
}

/// The problems an operation can end with, with their statuses.
fn problems(operation: &Value) -> impl Iterator<Item = (&str, &str)> {
    operation["responses"].as_object().unwrap().iter().flat_map(|(status, answer)| {
        let codes = answer.pointer("/content/application~1problem+json/schema/allOf/1/properties/code/enum");
        let codes = codes.and_then(Value::as_array).into_iter().flatten();
        codes.map(move |code| (status.as_str(), code.as_str().unwrap()))
    })
}

fn references<'part>(part: &'part Value, found: &mut BTreeSet<&'part str>) {
    match part {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str));
            members.values().for_each(|part| references(part, found));
        }
        Value::Array(parts) => parts.iter().for_each(|part| references(part, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_used() {
    let document = document();
    let mut found = BTreeSet::new();
    references(document, &mut found);
    for kind in ["schemas", "parameters", "headers"] {
        for name in names(&document["components"][kind]) {
            assert!(found.remove(format!("#/components/{kind}/{name}").as_str()), "{name} is not used");
        }
    }
    assert_eq!(found, BTreeSet::new());
}

#[test]
fn every_operation_has_a_name_of_its_own_and_a_known_tag() {
    let document = document();
    let tags: BTreeSet<&str> =
        document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(document) {
        assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{method} {path}");
        assert!(tags.contains(operation["tags"][0].as_str().unwrap()), "{method} {path}");
        assert!(!operation["summary"].as_str().unwrap().is_empty(), "{method} {path}");
    }
}

#[test]
fn the_parameters_in_a_path_are_those_of_its_operations() {
    let document = document();
    for (path, method, operation) in operations(document) {
        let in_path: BTreeSet<&str> =
            path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()).collect();
        let described = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
        let described: BTreeSet<&str> = described
            .map(|parameter| resolved(document, parameter))
            .filter(|parameter| parameter["in"] == "path")
            .map(|parameter| parameter["name"].as_str().unwrap())
            .collect();
        assert_eq!(in_path, described, "{method} {path}");
    }
}

#[test]
fn every_problem_is_listed_and_is_the_end_of_some_operation() {
    let document = document();
    let all: BTreeSet<String> = ProblemCode::ALL.iter().map(|code| code.code().to_owned()).collect();
    assert_eq!(texts(&schema(document, "ProblemCode")["enum"]), all);

    let mut met = BTreeSet::new();
    for (path, method, operation) in operations(document) {
        for (status, code) in problems(operation) {
            let known = ProblemCode::ALL.iter().find(|known| known.code() == code).unwrap();
            assert_eq!(known.status().to_string(), status, "{method} {path}");
            met.insert(code.to_owned());
        }
    }
    // They are answered where there is no operation, as the description says.
    for code in [ProblemCode::MethodNotAllowed, ProblemCode::HeadersTooLarge] {
        assert!(document["info"]["description"].as_str().unwrap().contains(code.code()));
        assert!(met.insert(code.code().to_owned()), "{code:?}");
    }
    assert_eq!(met, all);
}

#[test]
fn an_operation_that_asks_a_key_names_a_scope_and_tells_of_the_limit() {
    let document = document();
    let mut asked = 0;
    for (path, method, operation) in operations(document) {
        for requirement in operation["security"].as_array().unwrap() {
            let Some(scopes) = requirement.get("api_key") else { continue };
            assert!(Scope::parse(scopes[0].as_str().unwrap()).is_some(), "{method} {path}");
        }
        if path.starts_with("/api/") {
            asked += 1;
            assert_eq!(operation["security"].as_array().unwrap().len(), 1, "{method} {path}");
            for (status, answer) in operation["responses"].as_object().unwrap() {
                let headers = names(&answer["headers"]);
                assert!(
                    headers.contains("RateLimit") && headers.contains("X-Request-Id"),
                    "{method} {path} {status}"
                );
            }
            let codes: BTreeSet<&str> = problems(operation).map(|(_, code)| code).collect();
            for code in [ProblemCode::MissingKey, ProblemCode::ScopeMissing, ProblemCode::RateLimited] {
                assert!(codes.contains(code.code()), "{method} {path}");
            }
        }
    }
    assert_eq!(asked, 8);
}
