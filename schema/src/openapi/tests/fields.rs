//! The documented fields and parameters are those that are read.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::openapi::parameters::OF_LISTS;
use crate::wire::{ListFilter, ListLimit, ListQuery, ScanCounts, parse_batch, parse_list_query};

/// The fields a fault names as those there are.
fn fields_told(faults: &[FieldFault], phrase: &str) -> BTreeSet<String> {
    let told = faults.iter().find_map(|fault| fault.detail.split_once(phrase)).unwrap().1;
    told.split(", ").map(str::to_owned).collect()
}

/// An object with an unknown field, and what decides which fields there are.
fn unknown(asked: Asked) -> Value {
    match asked.schema {
        "EpcPayment" => json!({ "unknown": 1, "scheme": "epc" }),
        "UpiPayment" => json!({ "unknown": 1, "scheme": "upi" }),
        _ => json!({ "unknown": 1 }),
    }
}

#[test]
fn the_fields_of_every_object_are_those_that_are_read() {
    let document = document();
    for asked in asked() {
        let documented = &schema(document, asked.schema)["properties"];
        let read = fields_told(&asked.faults(&unknown(asked)), "its fields are ");
        assert_eq!(names(documented), read, "{}", asked.schema);
    }
}

#[test]
fn the_required_fields_of_every_object_are_those_that_are_missed() {
    let document = document();
    for asked in asked() {
        let required = texts(schema(document, asked.schema).get("required").unwrap_or(&json!([])));
        let mut missed: BTreeSet<String> = asked
            .faults(&unknown(asked))
            .into_iter()
            .filter(|fault| fault.detail == "is required")
            .map(|fault| fault.pointer.trim_start_matches('/').to_owned())
            .collect();
        if let Read::Content(ContentType::Payment) = asked.read {
            let faults = asked.faults(&json!({}));
            assert_eq!((faults[0].pointer.as_str(), faults[0].detail.as_str()), ("/scheme", "is required"));
            missed.insert("scheme".to_owned());
        }
        assert_eq!(required, missed, "{}", asked.schema);
    }
}

#[test]
fn an_item_of_a_batch_has_no_alias() {
    let document = document();
    let item = &schema(document, "NewBatch")["items"];
    let mut with_alias =
        examples(document, "NewCode").iter().find(|code| code.get("alias").is_some()).unwrap().clone();
    let refused = |code: &Value| {
        let described = validity::invalid(document, item, code).is_some();
        let read = parse_batch(&(&json!([code])).into(), &CONTEXT).unwrap().remove(0).is_err();
        (described, read)
    };
    assert_eq!(refused(&with_alias), (true, true));
    with_alias.as_object_mut().unwrap().remove("alias");
    assert_eq!(refused(&with_alias), (false, false));
}

#[test]
fn each_content_type_has_its_object() {
    assert_eq!(OBJECTS.map(|(content_type, _)| content_type), ContentType::ALL);
}

#[test]
fn the_parameters_of_a_list_are_those_that_are_read() {
    let document = document();
    let told = fields_told(&of(parse_list_query("unknown=1").unwrap_err()), "its parameters are ");
    assert_eq!(OF_LISTS.map(str::to_owned).into_iter().collect::<BTreeSet<_>>(), told);

    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for name in OF_LISTS {
        let parameter = &document["components"]["parameters"][name];
        assert_eq!((parameter["name"].as_str(), parameter["in"].as_str()), (Some(name), Some("query")));
        let example = &parameter["example"];
        query.append_pair(name, &example.as_str().map_or_else(|| example.to_string(), str::to_owned));
    }
    // Whatever a list can be asked is asked here: who adds a field to these documents a parameter for it.
    let ListQuery { limit, cursor, filter, scan_counts } = parse_list_query(&query.finish()).unwrap();
    let ListFilter { tag, external_id, status, content_type, name_prefix, created_after, created_before } =
        filter;
    assert!(limit != ListLimit::default() && cursor.is_some() && scan_counts == ScanCounts::Included);
    assert!(tag.is_some() && external_id.is_some() && status.is_some() && content_type.is_some());
    assert!(name_prefix.is_some() && created_after.is_some() && created_before.is_some());
}
