use super::super::tests::told;
use super::*;
use crate::ProblemCode;

#[test]
fn a_list_shows_50_codes_unless_told_otherwise() {
    let query = parse_list_query("").unwrap();
    assert_eq!(query, ListQuery::default());
    assert_eq!(query.limit.get(), 50);
    assert_eq!(query.scan_counts, ScanCounts::Omitted);
    for (text, limit) in [("limit=1", 1), ("limit=100", 100)] {
        assert_eq!(parse_list_query(text).unwrap().limit.get(), limit);
    }
}

#[test]
fn all_parameters_arrive() {
    let query = parse_list_query(
        "limit=7&cursor=abc-_&tag=a%26b+c&external_id=4471&status=deleted&content_type=wifi&name_prefix=%C3%84\
         &created_after=2026-05-04T00:00:00Z&created_before=2026-05-05T02:00:00%2B02:00&include=scan_count",
    );
    let expected = ListQuery {
        limit: ListLimit(7),
        cursor: Some("abc-_".to_owned()),
        filter: ListFilter {
            tag: Some(Tag::parse("a&b c").unwrap()),
            external_id: Some(ExternalId::parse("4471").unwrap()),
            status: Some(ShownStatus::Deleted),
            content_type: Some(ContentType::Wifi),
            name_prefix: Some(Name::parse("Ä").unwrap()),
            created_after: Some("2026-05-04T00:00:00Z".parse().unwrap()),
            created_before: Some("2026-05-05T00:00:00Z".parse().unwrap()),
        },
        scan_counts: ScanCounts::Included,
    };
    assert_eq!(query, Ok(expected));
}

#[test]
fn each_rule_names_its_parameter() {
    let instant = "must be an RFC 3339 instant between 1970 and 9999, such as 2030-01-31T12:00:00Z";
    let cases = [
        ("limit=0", "limit must be a number from 1 to 100".to_owned()),
        ("limit=101", "limit must be a number from 1 to 100".to_owned()),
        ("limit=256", "limit must be a number from 1 to 100".to_owned()),
        ("limit=", "limit must be a number from 1 to 100".to_owned()),
        ("limit=ten", "limit must be a number from 1 to 100".to_owned()),
        ("tag=", "tag must not be empty".to_owned()),
        ("tag=a%0D%0Ab", "tag must not hold control characters".to_owned()),
        ("external_id=", "external_id must not be empty".to_owned()),
        ("status=Active", "status must be one of active, paused, expired, deleted".to_owned()),
        (
            "content_type=link",
            "content_type must be one of url, text, email, phone, sms, wifi, vcard, geo, event, payment".to_owned(),
        ),
        ("name_prefix=", "name_prefix must not be empty".to_owned()),
        ("created_after=2026-05-04", format!("created_after {instant}")),
        ("created_before=", format!("created_before {instant}")),
        ("include=scans", "include must be scan_count".to_owned()),
        ("tag=a&tag=b", "tag must be there once".to_owned()),
        ("limit=0&limit=0&limit=0", String::new()),
        (
            "page=2",
            "page is not a parameter of this list; its parameters are limit, cursor, tag, external_id, status, \
             content_type, name_prefix, created_after, created_before, include"
                .to_owned(),
        ),
    ];
    for (query, fault) in cases {
        let refused = parse_list_query(query).unwrap_err();
        assert_eq!(refused.code, ProblemCode::InvalidParameter, "{query}");
        let faults = told(refused);
        if fault.is_empty() {
            assert_eq!(faults.len(), 3, "{query}: all faults are told at once");
        } else {
            assert_eq!(faults, [fault], "{query}");
        }
    }
}

#[test]
fn more_follows_while_there_is_a_cursor() {
    let text = |answer: &ListAnswer<u8>| serde_json::to_string(answer).unwrap();
    assert_eq!(text(&ListAnswer::new(vec![1], None)), r#"{"data":[1],"next_cursor":null,"has_more":false}"#);
    let goes_on = ListAnswer::new(Vec::new(), Some("abc".to_owned()));
    assert_eq!(text(&goes_on), r#"{"data":[],"next_cursor":"abc","has_more":true}"#);
}
