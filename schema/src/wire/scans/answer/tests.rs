//! Reports in each format.

use super::*;
use crate::wire::CsvStyle;

fn report() -> ScanReport {
    let breakdown = |property, entries: &[(&'static str, u64)]| Breakdown {
        property,
        entries: entries
            .iter()
            .map(|(value, total)| Counted { value: (*value).into(), total: *total })
            .collect(),
    };
    let date = |date: &str, total, unique| DateTotal { date: date.to_owned(), total, unique, bots: 1 };
    ScanReport {
        from: "2026-05-01".to_owned(),
        to: "2026-05-02".to_owned(),
        tz: "Europe/Berlin".to_owned(),
        interval: "day",
        total: 3,
        unique: Some(2),
        bots: 2,
        by_date: vec![date("2026-05-01", 3, Some(2)), date("2026-05-02", 0, None)],
        by_country: breakdown("country", &[("DE", 2), ("other", 1)]),
        by_device: breakdown("device", &[("phone", 3)]),
        by_referrer: breakdown("referrer", &[("-evil.example", 3)]),
        by_os: None,
        by_browser: Some(breakdown("browser", &[])),
        by_class: vec![
            ClassTotal {
                class: "human",
                total: 3,
                reasons: Some(vec![ReasonTotal { reason: "browser", total: 3 }]),
            },
            ClassTotal { class: "bot", total: 2, reasons: None },
        ],
        groups: Some(Groups {
            dimensions: vec![Dimension::Class, Dimension::Country],
            entries: vec![Group { values: vec!["bot".into(), "DE".into()], total: 2 }],
        }),
        codes: Some(vec![CodeTotal {
            id: "0196b2c4-5d6e-7f80-8123-456789abcdef".parse().unwrap(),
            name: Some(Name::parse("=HYPERLINK(\"x\"), \"y\"\u{2028}").unwrap()),
            total: 3,
        }]),
    }
}

#[test]
fn an_object_holds_each_section_as_a_list() {
    let expected = concat!(
        r#"{"from":"2026-05-01","to":"2026-05-02","tz":"Europe/Berlin","interval":"day","total":3,"unique":2,"bots":2,"#,
        r#""by_date":[{"date":"2026-05-01","total":3,"unique":2,"bots":1},{"date":"2026-05-02","total":0,"unique":null,"bots":1}],"#,
        r#""by_country":[{"country":"DE","total":2},{"country":"other","total":1}],"by_device":[{"device":"phone","total":3}],"#,
        r#""by_referrer":[{"referrer":"-evil.example","total":3}],"by_os":null,"by_browser":[],"#,
        r#""by_class":[{"class":"human","total":3,"reasons":[{"reason":"browser","total":3}]},{"class":"bot","total":2,"reasons":null}],"#,
        r#""groups":[{"class":"bot","country":"DE","total":2}],"#,
        r#""codes":[{"id":"0196b2c4-5d6e-7f80-8123-456789abcdef","name":"=HYPERLINK(\"x\"), \"y\""#,
        "\u{2028}",
        r#"","total":3}]}"#
    );
    assert_eq!(serde_json::to_string(&report()).unwrap(), expected);
}

#[test]
fn a_report_on_one_code_has_no_codes_and_no_groups_unasked() {
    let report = ScanReport { groups: None, codes: None, ..report() };
    let json = serde_json::to_value(&report).unwrap();
    assert!(json.get("groups").is_none() && json.get("codes").is_none());
    let table = report.to_csv(CsvStyle::Plain);
    assert!(!table.contains("group,") && !table.contains("code,"));
}

#[test]
fn rows_are_crlf_and_no_cell_is_a_formula() {
    let expected = concat!(
        "section,value,second,total,unique,bots\r\n",
        "total,2026-05-01/2026-05-02,Europe/Berlin,3,2,2\r\n",
        "day,2026-05-01,,3,2,1\r\n",
        "day,2026-05-02,,0,,1\r\n",
        "country,DE,,2,,\r\n",
        "country,other,,1,,\r\n",
        "device,phone,,3,,\r\n",
        "referrer,\"'-evil.example\",,3,,\r\n",
        "class,human,,3,,\r\n",
        "reason,browser,human,3,,\r\n",
        "class,bot,,2,,\r\n",
        "group,bot,DE,2,,\r\n",
        "code,0196b2c4-5d6e-7f80-8123-456789abcdef,\"'=HYPERLINK(\"\"x\"\"), \"\"y\"\"\u{2028}\",3,,\r\n",
    );
    assert_eq!(report().to_csv(CsvStyle::Plain), expected);
}

#[test]
fn excel_gets_a_mark_semicolons_and_ids_as_text() {
    let table = report().to_csv(CsvStyle::Excel);
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some("\u{feff}section;value;second;total;unique;bots"));
    assert_eq!(lines.next(), Some("total;2026-05-01/2026-05-02;Europe/Berlin;3;2;2"));
    let id = "code;\"=\"\"0196b2c4-5d6e-7f80-8123-456789abcdef\"\"\";";
    assert!(lines.next_back().unwrap().starts_with(id), "{table}");
}

#[test]
fn each_line_is_an_object_of_its_section() {
    let text = report().to_ndjson();
    let lines: Vec<&str> = text.lines().collect();
    let expected = [
        r#"{"section":"total","from":"2026-05-01","to":"2026-05-02","tz":"Europe/Berlin","interval":"day","total":3,"unique":2,"bots":2}"#,
        r#"{"section":"day","date":"2026-05-01","total":3,"unique":2,"bots":1}"#,
        r#"{"section":"day","date":"2026-05-02","total":0,"unique":null,"bots":1}"#,
        r#"{"section":"country","country":"DE","total":2}"#,
        r#"{"section":"country","country":"other","total":1}"#,
        r#"{"section":"device","device":"phone","total":3}"#,
        r#"{"section":"referrer","referrer":"-evil.example","total":3}"#,
        r#"{"section":"class","class":"human","total":3,"reasons":[{"reason":"browser","total":3}]}"#,
        r#"{"section":"class","class":"bot","total":2,"reasons":null}"#,
        r#"{"section":"group","class":"bot","country":"DE","total":2}"#,
    ];
    assert_eq!(lines[..10], expected);
    assert_eq!(lines.len(), 11);
    assert!(lines[10].starts_with(r#"{"section":"code","id":"#) && text.ends_with("}\n"));
}
