use serde_json::{Value, json};

use super::super::tests::{context, link_hosts, told};
use super::*;
use crate::ProblemCode;

fn parse(body: &Value) -> Result<Vec<Result<NewCode, Refused>>, Refused> {
    parse_batch(&body.into(), &context(&link_hosts()))
}

fn plain() -> Value {
    json!({"content_type": "url", "content": "https://example.com/"})
}

#[test]
fn a_batch_is_an_array_of_1_to_100() {
    assert_eq!(parse(&json!([plain()])).unwrap().len(), 1);
    assert_eq!(parse(&Value::from(vec![plain(); 100])).unwrap().len(), 100);
    let told = |body| told(parse(&body).unwrap_err());
    assert_eq!(told(json!([])), [" must be an array of 1 to 100 codes, has 0"]);
    assert_eq!(told(Value::from(vec![plain(); 101])), [" must be an array of 1 to 100 codes, has 101"]);
    let instead = |found: &str| vec![format!(" must be an array of 1 to 100 codes, is an object; {found}")];
    assert_eq!(told(plain()), instead("send a single code in brackets, as [{...}]"));
    let wrapped = "send the array in its member codes by itself, as [{...}, {...}]";
    assert_eq!(told(json!({ "codes": [plain()] })), instead(wrapped));
    assert_eq!(told(json!({ "on_error": "continue", "codes": [] })), instead(wrapped));
    let long = format!("send the array in its member {} by itself, as [{{...}}, {{...}}]", "x".repeat(64));
    assert_eq!(told(json!({ "x".repeat(1_000): [] })), instead(&long));
    assert_eq!(told(json!("[]")), [" must be an array of 1 to 100 codes, is no array"]);
    assert_eq!(told(json!(null)), [" must be an array of 1 to 100 codes, is no array"]);
}

#[test]
fn each_item_is_judged_by_itself_and_named_by_its_position() {
    let looping =
        json!({"content_type": "url", "content": "https://a.example", "target_url": "https://r.ezqr.io/a"});
    let body =
        json!([plain(), {"content_type": "url", "content": {"uri": 1}, "tags": [""]}, plain(), looping, 7]);
    let items = parse(&body).unwrap();
    assert_eq!(items.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true, false, false]);
    let pointers = |item: &Result<NewCode, Refused>| -> Vec<String> {
        item.as_ref().unwrap_err().faults.iter().map(|fault| fault.pointer.clone()).collect()
    };
    assert_eq!(pointers(&items[1]), ["/1/content/url", "/1/content/uri", "/1/tags/0"]);
    assert_eq!(pointers(&items[3]), ["/3/target_url"]);
    assert_eq!(items[3].as_ref().unwrap_err().code, ProblemCode::RedirectLoop);
    assert_eq!(pointers(&items[4]), ["/4"]);

    let refused = all_or_nothing(items).unwrap_err();
    assert_eq!((refused.code, refused.faults.len()), (ProblemCode::InvalidRequest, 5));
}

#[test]
fn an_item_may_not_ask_for_an_alias() {
    let mut item = plain();
    item["dynamic"] = json!(true);
    item["alias"] = json!("summer-sale");
    let items = parse(&json!([plain(), item])).unwrap();
    assert_eq!(
        told(items[1].clone().unwrap_err()),
        ["/1/alias is for codes created one at a time, not in a batch"]
    );
}

#[test]
fn a_batch_without_faults_is_all_of_its_codes_in_order() {
    let body = json!([{"content_type": "text", "content": "a"}, {"content_type": "text", "content": "b"}]);
    let codes = all_or_nothing(parse(&body).unwrap()).unwrap();
    let contents: Vec<&str> = codes.iter().map(|code| code.content.as_str()).collect();
    assert_eq!(contents, ["a", "b"]);
}

#[test]
fn items_with_one_problem_in_common_are_refused_with_it() {
    let looping =
        json!({"content_type": "url", "content": "https://a.example", "target_url": "https://r.ezqr.io/a"});
    let refused = all_or_nothing(parse(&json!([looping, looping, plain()])).unwrap()).unwrap_err();
    assert_eq!(refused.code, ProblemCode::RedirectLoop);
}

#[test]
fn a_batch_has_at_most_100_different_tags() {
    let tagged = |tags: std::ops::Range<u32>| {
        let tags: Vec<String> = tags.map(|number| format!("tag-{number}")).collect();
        json!({"content_type": "text", "content": "a", "tags": tags})
    };
    let bound = |items: Vec<Value>| bound_tags(parse(&Value::from(items)).unwrap());
    let twenties = |count: u32| (0..count).map(|number| tagged(number * 20..number * 20 + 20));
    assert!(bound(twenties(5).collect()).iter().all(Result::is_ok), "100 are allowed");
    assert!(bound(vec![tagged(0..20); 100]).iter().all(Result::is_ok), "however often each");

    // What brings too many is refused by its field; what is before it and after it is judged by itself.
    let items = twenties(5).chain([tagged(99..101), tagged(0..20), tagged(7..7), tagged(200..201)]);
    let items = bound(items.collect());
    let refused: Vec<_> = items.iter().map(Result::is_err).collect();
    assert_eq!(refused, [false, false, false, false, false, true, false, false, true]);
    assert_eq!(
        told(items[5].clone().unwrap_err()),
        [
            "/5/tags would bring the batch to 101 different tags; at most 100 are allowed: send this code in another batch"
        ]
    );
    assert_eq!(all_or_nothing(items).unwrap_err().faults.len(), 2);
    let mut other = bound(vec![json!(7)]);
    assert_eq!(told(other.remove(0).unwrap_err()), ["/0 must be an object"]);
}
