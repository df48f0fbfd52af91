use proptest::prelude::*;
use serde_json::json;

use super::*;

fn parsed(text: &str) -> Metadata {
    Metadata::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn members(text: &str) -> MetadataMembers {
    MetadataMembers::parse(text).unwrap()
}

fn merged(original: &str, patch: &str) -> String {
    parsed(original).merge(&members(patch)).unwrap().as_str().to_owned()
}

#[test]
fn merging_follows_the_examples_of_rfc_7396() {
    let cases = [
        (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
        (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
        (r#"{"a":"b"}"#, r#"{"a":null}"#, "{}"),
        (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
        (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
        (r#"{"a":"c"}"#, r#"{"a":["b"]}"#, r#"{"a":["b"]}"#),
        (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
        (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
        (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"e":null,"a":1}"#),
        ("{}", r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        (r#"{"a":1}"#, r#"{"a":{"b":{"c":null,"d":2}}}"#, r#"{"a":{"b":{"d":2}}}"#),
    ];
    for (original, patch, result) in cases {
        assert_eq!(merged(original, patch), result);
    }
}

#[test]
fn the_text_is_kept_but_for_white_space() {
    let cases = [
        ("{}", "{}"),
        (" {\r\n} ", "{}"),
        (
            " { \"b\" : 1.50 ,\t\"a\":\n[ 1E+2 , { } , [ ] , \" x \" , -0.0 ] } ",
            r#"{"b":1.50,"a":[1E+2,{},[]," x ",-0.0]}"#,
        ),
        (r#"{ "q": "a \" , } b" , "\u00e9\\": "\u00e9" }"#, r#"{"q":"a \" , } b","\u00e9\\":"\u00e9"}"#),
        (r#"{"o": { "é": { "n": 100000000000000000001 } }}"#, r#"{"o":{"é":{"n":100000000000000000001}}}"#),
    ];
    for (text, kept) in cases {
        assert_eq!(parsed(text).as_str(), kept);
        assert_eq!(Metadata::from_stored(kept).unwrap(), parsed(text));
    }
    assert!(Metadata::default().is_empty() && parsed("{ }") == Metadata::default());
}

#[test]
fn a_member_is_found_however_its_name_is_written() {
    assert_eq!(merged(r#"{"\u0061":1,"b":2}"#, r#"{"a":3,"\u0062":null}"#), r#"{"\u0061":3}"#);
}

#[test]
fn what_is_no_object_is_refused() {
    for text in ["", "[]", "1", "null", "\"{}\"", "{", "{\"a\":}", "{}{}"] {
        assert_eq!(Metadata::parse(text), Err(InvalidMetadata::NotAnObject), "{text}");
        assert_eq!(Metadata::from_stored(text), Err(InvalidMetadata::NotAnObject), "{text}");
    }
}

#[test]
fn deep_objects_are_kept_and_merging_ends() {
    let deep = |levels: usize| r#"{"a":"#.repeat(levels) + "1" + &"}".repeat(levels);
    assert_eq!(merged(&deep(600), &deep(20)), deep(20));
    assert_eq!(merged("{}", &deep(60)), deep(60));
}

#[test]
fn the_bounds_are_counted_after_a_merge_too() {
    let full: Vec<String> = (0..50).map(|key| format!("\"{key}\":1")).collect();
    let full = parsed(&format!("{{{}}}", full.join(",")));
    assert_eq!(full.merge(&members(r#"{"one more":1}"#)), Err(InvalidMetadata::TooManyKeys(51)));
    let long = |key: &str| format!(r#"{{ "{key}": "{}" }}"#, "x".repeat(4_096 - 10));
    assert_eq!(parsed(&long("key")).as_str().len(), 4_096);
    let more = format!(r#"{},"a":1}}"#, long("key").trim_end_matches([' ', '}']));
    assert_eq!(Metadata::parse(&more), Err(InvalidMetadata::TooLong(4_102)));
    assert_eq!(parsed(r#"{"a":1}"#).merge(&members(&long("key"))), Err(InvalidMetadata::TooLong(4_102)));
}

#[test]
fn bounds_are_for_what_comes_in() {
    let many: Vec<String> = (0..200).map(|key| format!("\"{key}\":{}", "1".repeat(40))).collect();
    let text = format!("{{{}}}", many.join(","));
    assert_eq!(Metadata::parse(&text), Err(InvalidMetadata::TooManyKeys(200)));
    assert_eq!(Metadata::from_stored(&text).unwrap().as_str(), text);
}

/// The texts of JSON numbers (RFC 8259, 6), most of which no double holds.
pub(crate) fn number_text() -> impl Strategy<Value = String> {
    let digits = |most| prop::collection::vec(0..10_u8, 1..most);
    let fraction = prop::option::of(digits(25));
    let exponent =
        prop::option::of((prop::sample::select(vec!["e", "E", "e-", "E-", "e+", "E+"]), 0..270_u32));
    (any::<bool>(), digits(25), fraction, exponent).prop_map(|(is_negative, whole, fraction, exponent)| {
        let text = |digits: &[u8]| digits.iter().map(|digit| char::from(b'0' + digit)).collect::<String>();
        let whole = text(&whole);
        let whole = whole.trim_start_matches('0');
        let whole = if whole.is_empty() { "0" } else { whole };
        let fraction = fraction.map_or(String::new(), |fraction| format!(".{}", text(&fraction)));
        let exponent = exponent.map_or(String::new(), |(sign, power)| format!("{sign}{power}"));
        format!("{}{whole}{fraction}{exponent}", if is_negative { "-" } else { "" })
    })
}

proptest! {
    #[test]
    fn any_number_comes_back_as_it_was_written(
        numbers in prop::collection::vec(number_text(), 1..40),
        blank in prop::sample::select(vec!["", " ", "\n\t", "\r "]),
    ) {
        let written = |separator: &str| {
            let members = numbers.iter().enumerate().map(|(place, number)| match place % 3 {
                0 => format!("\"{place}\":{separator}{number}{separator}"),
                1 => format!("\"{place}\":[{separator}{number}{separator},{number}]"),
                _ => format!("\"{place}\":{{\"n\"{separator}:{number}}}"),
            });
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        };
        let metadata = parsed(&written(blank));
        prop_assert_eq!(metadata.as_str(), written(""));
        let read = Metadata::from_stored(metadata.as_str()).unwrap();
        prop_assert_eq!(&read, &metadata);
        let grown = read.merge(&members(r#"{"other":{"member":1e1}}"#)).unwrap();
        let shrunk = grown.merge(&members(r#"{"other":null}"#)).unwrap();
        prop_assert_eq!(&shrunk, &metadata);
        let answer = serde_json::to_string(&metadata).unwrap();
        prop_assert_eq!(answer, metadata.as_str());
    }

    #[test]
    fn merging_is_what_it_is_for_values(original in any_object(), patch in any_object()) {
        let expected = merged_values(&json!(original), &json!(patch));
        let (original, patch) = (json!(original).to_string(), json!(patch).to_string());
        let merged: serde_json::Value = serde_json::from_str(&merged(&original, &patch)).unwrap();
        prop_assert_eq!(merged, expected);
    }
}

type Object = std::collections::BTreeMap<String, serde_json::Value>;

/// Objects whose members often have the same names.
fn any_object() -> impl Strategy<Value = Object> {
    let name = prop::sample::select(vec!["a", "b", "c", "\"", "é"]).prop_map(str::to_owned);
    let leaf = prop::sample::select(vec![json!(null), json!(1), json!("x, }"), json!([null, {"a": null}])]);
    let value = leaf.prop_recursive(3, 24, 4, {
        let name = name.clone();
        move |inner| prop::collection::btree_map(name.clone(), inner, 0..4).prop_map(|object| json!(object))
    });
    prop::collection::btree_map(name, value, 0..5)
}

/// The function of RFC 7396, 2, word for word.
fn merged_values(target: &serde_json::Value, patch: &serde_json::Value) -> serde_json::Value {
    let Some(patch) = patch.as_object() else { return patch.clone() };
    let mut target = target.as_object().cloned().unwrap_or_default();
    for (name, value) in patch {
        if value.is_null() {
            target.remove(name);
        } else {
            let old = target.get(name).cloned().unwrap_or_default();
            target.insert(name.clone(), merged_values(&old, value));
        }
    }
    target.into()
}
