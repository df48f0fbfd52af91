use serde_json::json;

use super::*;

fn malformed(text: &str) -> String {
    match parse_body(text.as_bytes()) {
        Err(BodyFault::Malformed { reason }) => reason,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn every_kind_of_value_is_read() {
    let text = r#" {"a": [null, true, -1, 18446744073709551615, 1.5, "\u00e9\n"], "b": {}} "#;
    let read = parse_body(text.as_bytes()).unwrap();
    assert_eq!(
        read.value(),
        &json!({"a": [null, true, -1, 18_446_744_073_709_551_615_u64, 1.5, "é\n"], "b": {}})
    );
}

#[test]
fn an_empty_body_is_told_as_such() {
    for text in ["", " ", "\r\n\t"] {
        assert_eq!(parse_body(text.as_bytes()).unwrap_err(), BodyFault::Empty);
    }
}

#[test]
fn a_byte_order_mark_is_skipped_once_and_in_front_alone() {
    let body = parse_body("\u{feff} {\"metadata\": {\"a\": 1.0}}".as_bytes()).unwrap();
    assert_eq!(body.value(), &json!({"metadata": {"a": 1.0}}));
    assert_eq!(body.part().metadata_text(), Some(r#"{"a": 1.0}"#));
    assert_eq!(parse_body("\u{feff}".as_bytes()).unwrap_err(), BodyFault::Empty);
    for text in ["\u{feff}\u{feff}{}", "{}\u{feff}", " \u{feff}{}"] {
        malformed(text);
    }
}

#[test]
fn the_first_byte_that_is_not_utf8_is_named() {
    assert_eq!(parse_body(b"{\"a\": \"\xff\"}").unwrap_err(), BodyFault::NotUtf8 { offset: 7 });
}

#[test]
fn what_is_no_json_is_told_with_line_and_column() {
    let cases = [
        ("{\"a\": 1,\n \"b\" 2}", "expected `:` at line 2 column 6"),
        ("[1, 2", "EOF while parsing a list at line 1 column 5"),
        ("[] []", "trailing characters at line 1 column 4"),
        ("{\"a\": NaN}", "expected value at line 1 column 7"),
        ("\"a\rb\"", "control character (\\u0000-\\u001F) found while parsing a string at line 1 column 3"),
        ("[\"\\ud800\"]", "unexpected end of hex escape at line 1 column 9"),
        ("1e999", "number out of range at line 1 column 5"),
    ];
    for (text, reason) in cases {
        assert_eq!(malformed(text), reason, "{text}");
    }
}

#[test]
fn a_member_that_is_there_twice_is_named() {
    assert_eq!(malformed("{\"a\": 1,\n\"a\": 1}"), "the member \"a\" is there twice at line 2 column 3");
    assert_eq!(
        malformed(r#"[{"b": {"x\n": 1, "x\u000a": 2}}]"#),
        r#"the member "x\n" is there twice at line 1 column 27"#
    );
    let long = "x".repeat(1_000);
    assert!(malformed(&format!("{{\"{long}\": 1, \"{long}\": 1}}")).len() < 200);
    assert!(parse_body(br#"[{"a": {"a": 1}}, {"a": 1}]"#).is_ok());
}

#[test]
fn thirty_two_levels_are_read_and_no_more() {
    let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    assert!(parse_body(nested(32).as_bytes()).is_ok());
    assert_eq!(malformed(&nested(33)), "more than 32 levels of nesting at line 1 column 34");
    assert_eq!(malformed(&"{\"a\":".repeat(100_000)), "more than 32 levels of nesting at line 1 column 161");
}

#[test]
fn a_hundred_thousand_values_are_read_and_no_more() {
    let values = |count: usize| format!("[{}0]", "0,".repeat(count - 2));
    assert!(parse_body(values(100_000).as_bytes()).is_ok());
    assert!(malformed(&values(100_001)).starts_with("more than 100000 values at line 1 column "));
}
