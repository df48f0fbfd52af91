//! The documented bounds and enumerations are those that hold.

use serde_json::json;

use super::*;
use crate::wire::{ListLimit, parse_batch, parse_list_query};
use crate::{ErrorCorrection, Scope, ShownStatus};

/// The schema that holds for a single value that is no null and no array.
fn of_one<'document>(document: &'document Value, schema: &'document Value) -> &'document Value {
    let schema = resolved(document, schema);
    match schema.get("anyOf") {
        Some(forms) => of_one(document, &forms[0]),
        None => schema,
    }
}

/// An example of `asked` with the field `name`.
fn example_with(document: &Value, asked: Asked, name: &str) -> Value {
    let example = examples(document, asked.schema).iter().find(|example| !example[name].is_null());
    example.unwrap_or_else(|| panic!("no example of {} has {name}", asked.schema)).clone()
}

/// Whether the field `name` is refused once it is `value`.
fn refuses(asked: Asked, example: &Value, name: &str, value: Value) -> bool {
    let mut changed = example.clone();
    changed[name] = value;
    let pointer = format!("/{name}");
    asked.faults(&changed).iter().any(|fault| fault.pointer == pointer)
}

/// `text` with as many characters as asked for.
fn of_length(text: &str, length: usize) -> String {
    text.chars().chain(std::iter::repeat('a')).take(length).collect()
}

#[test]
fn texts_are_as_long_as_described() {
    let document = document();
    let mut bounds = 0;
    for asked in asked() {
        for (name, property) in schema(document, asked.schema)["properties"].as_object().unwrap() {
            // The content of a code is one of many things; the bound is that of the payload.
            let property =
                if name == "content" { schema(document, "Payload") } else { of_one(document, property) };
            let example = example_with(document, asked, name);
            let Some(text) = example[name].as_str() else { continue };
            let refuses = |length: usize| refuses(asked, &example, name, json!(of_length(text, length)));
            let place = format!("{name} of {}", asked.schema);
            if let Some(least) = property["minLength"].as_u64().map(|least| usize::try_from(least).unwrap()) {
                assert!(refuses(least - 1), "{place}");
                bounds += 1;
            }
            if let Some(most) = property["maxLength"].as_u64().map(|most| usize::try_from(most).unwrap()) {
                assert!(refuses(most + 1), "{place}");
                assert!(!refuses(most), "{place}");
                bounds += 1;
            }
        }
    }
    assert!(bounds > 40, "{bounds}");
}

#[test]
fn arrays_and_objects_are_as_large_as_described() {
    let document = document();
    let mut bounds = 0;
    for asked in asked() {
        for (name, property) in schema(document, asked.schema)["properties"].as_object().unwrap() {
            let property = resolved(document, property);
            let forms = property
                .get("anyOf")
                .map_or(vec![property], |forms| forms.as_array().unwrap().iter().collect());
            let array = forms
                .into_iter()
                .map(|form| resolved(document, form))
                .find(|form| form.get("maxItems").is_some());
            let Some(most) = array.map(|array| usize::try_from(array["maxItems"].as_u64().unwrap()).unwrap())
            else {
                continue;
            };
            let example = example_with(document, asked, name);
            let one = example[name].get(0).unwrap_or(&example[name]);
            assert!(!refuses(asked, &example, name, json!(vec![one; most])), "{name}");
            assert!(refuses(asked, &example, name, json!(vec![one; most + 1])), "{name}");
            bounds += 1;
        }
    }
    assert!(bounds >= 9, "{bounds}");

    let asked = Asked { schema: "NewCode", read: Read::NewCode };
    let example = example_with(document, asked, "metadata");
    let most = schema(document, "Metadata")["maxProperties"].as_u64().unwrap();
    let pairs = |count: u64| (0..count).map(|key| (key.to_string(), json!(1))).collect::<Value>();
    assert!(!refuses(asked, &example, "metadata", pairs(most)));
    assert!(refuses(asked, &example, "metadata", pairs(most + 1)));

    let batch = schema(document, "NewBatch");
    let items =
        |count: &Value| Value::Array(vec![json!({}); usize::try_from(count.as_u64().unwrap()).unwrap()]);
    let accepts = |body: &Value| parse_batch(&body.into(), &CONTEXT).is_ok();
    assert!(accepts(&items(&batch["minItems"])) && accepts(&items(&batch["maxItems"])));
    let (mut less, mut more) = (items(&batch["minItems"]), items(&batch["maxItems"]));
    less.as_array_mut().unwrap().pop();
    more.as_array_mut().unwrap().push(json!({}));
    assert!(!accepts(&less) && !accepts(&more));
}

#[test]
fn enumerations_are_those_of_the_code() {
    let document = document();
    let documented = |name: &str| texts(&schema(document, name)["enum"]);
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(documented("ContentType"), owned(&ContentType::ALL.map(ContentType::name)));
    assert_eq!(documented("CodeStatus"), owned(&ShownStatus::ALL.map(ShownStatus::name)));
    let levels = ErrorCorrection::ALL.map(|level| level.letter().to_string());
    assert_eq!(documented("ErrorCorrection"), BTreeSet::from(levels));
    let scopes = &document["components"]["securitySchemes"]["api_key"]["x-scopes"];
    assert_eq!(names(scopes), owned(&Scope::ALL.map(Scope::name)));

    let asked = Asked { schema: "NewCode", read: Read::NewCode };
    for level in documented("ErrorCorrection") {
        let code = json!({ "content_type": "text", "content": "a", "error_correction": level });
        assert!(asked.faults(&code).is_empty(), "{level}");
    }
    let asked = Asked { schema: "CodePatch", read: Read::Patch };
    for status in documented("CodeStatus") {
        assert!(asked.faults(&json!({ "status": status })).is_empty(), "{status}");
    }
    let asked = Asked { schema: "WifiContent", read: Read::Content(ContentType::Wifi) };
    for security in texts(&schema(document, "WifiContent")["properties"]["security"]["enum"]) {
        let refused = refuses(asked, &json!({ "ssid": "a" }), "security", json!(security));
        assert!(!refused, "{security}");
    }
}

#[test]
fn a_part_of_a_list_is_as_long_as_described() {
    let document = document();
    let limit = &document["components"]["parameters"]["limit"]["schema"];
    let number = |name: &str| limit[name].as_u64().unwrap();
    let accepts = |limit: u64| parse_list_query(&format!("limit={limit}")).is_ok();
    assert!(accepts(number("minimum")) && accepts(number("maximum")));
    assert!(!accepts(number("minimum") - 1) && !accepts(number("maximum") + 1));
    assert_eq!(u64::try_from(ListLimit::default().get()), Ok(number("default")));
}
