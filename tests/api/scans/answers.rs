//! What reports tell.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::json;

use super::{IPHONE, PIXEL, advance, app, dynamic, entries, path, report, scans, visit, visit_by_many};

const TODAY: &str = "?from=2099-05-04&to=2099-05-04";

#[test]
fn a_report_tells_when_where_and_with_what_a_code_was_scanned() {
    let app = app();
    let record = dynamic(&app, "Poster", &[]);
    visit_by_many(&app, &record);
    let answer = scans(&app, &record, TODAY);
    let headers = ["content-type", "cache-control", "x-content-type-options"].map(|name| answer.header(name));
    assert_eq!((answer.status, headers), (200, ["application/json", "no-store", "nosniff"]));
    // As it is on the wire, but for the line breaks.
    assert_snapshot!(answer.text().replace(",\"by_", ",\n\"by_"), @r#"
    {"from":"2099-05-04","to":"2099-05-04","tz":"UTC","interval":"day","total":5,"unique":4,"bots":2,
    "by_date":[{"date":"2099-05-04","total":5,"unique":4,"bots":2}],
    "by_country":[{"country":"DE","total":3},{"country":"AT","total":1},{"country":"ZZ","total":1}],
    "by_device":[{"device":"phone","total":3},{"device":"desktop","total":1},{"device":"other","total":1}],
    "by_referrer":[{"referrer":"direct","total":3},{"referrer":"news.example.org","total":1},{"referrer":"shop.example.com","total":1}],
    "by_os":[{"os":"iOS","total":2},{"os":"Android","total":1},{"os":"Windows","total":1},{"os":"other","total":1}],
    "by_browser":[{"browser":"Chrome","total":2},{"browser":"Safari","total":2},{"browser":"other","total":1}],
    "by_class":[{"class":"human","total":4,"reasons":[{"reason":"browser","total":4}]},{"class":"bot","total":2,"reasons":[{"reason":"crawler","total":1},{"reason":"prefetch","total":1}]},{"class":"unknown","total":1,"reasons":[{"reason":"library","total":1}]}]}
    "#);
}

#[test]
fn a_report_as_csv_or_ndjson_tells_the_same() {
    let app = app();
    let record = dynamic(&app, "Poster", &[]);
    visit_by_many(&app, &record);
    let csv = app.api.get(&path(&record, TODAY)).accept("text/csv").send();
    assert_snapshot!(csv, @r#"
    200
    cache-control: no-store
    content-type: text/csv; charset=utf-8
    ratelimit: "key";r=98;t=2
    ratelimit-policy: "key";q=100;w=60
    x-content-type-options: nosniff
    x-ratelimit-limit: 100
    x-ratelimit-remaining: 98
    x-ratelimit-reset: 4081546923
    x-request-id: <request id>

    section,value,second,total,unique,bots
    total,2099-05-04/2099-05-04,UTC,5,4,2
    day,2099-05-04,,5,4,2
    country,DE,,3,,
    country,AT,,1,,
    country,ZZ,,1,,
    device,phone,,3,,
    device,desktop,,1,,
    device,other,,1,,
    referrer,direct,,3,,
    referrer,news.example.org,,1,,
    referrer,shop.example.com,,1,,
    os,iOS,,2,,
    os,Android,,1,,
    os,Windows,,1,,
    os,other,,1,,
    browser,Chrome,,2,,
    browser,Safari,,2,,
    browser,other,,1,,
    class,human,,4,,
    reason,browser,human,4,,
    class,bot,,2,,
    reason,crawler,bot,1,,
    reason,prefetch,bot,1,,
    class,unknown,,1,,
    reason,library,unknown,1,,
    "#);
    let query = format!("{TODAY}&format=csv");
    assert_eq!(app.api.get(&path(&record, &query)).accept("image/png").send().text(), csv.text());

    let ndjson = app.api.get(&path(&record, TODAY)).accept("application/x-ndjson").send();
    assert_eq!(ndjson.header("content-type"), "application/x-ndjson");
    assert_snapshot!(ndjson.text(), @r#"
    {"section":"total","from":"2099-05-04","to":"2099-05-04","tz":"UTC","interval":"day","total":5,"unique":4,"bots":2}
    {"section":"day","date":"2099-05-04","total":5,"unique":4,"bots":2}
    {"section":"country","country":"DE","total":3}
    {"section":"country","country":"AT","total":1}
    {"section":"country","country":"ZZ","total":1}
    {"section":"device","device":"phone","total":3}
    {"section":"device","device":"desktop","total":1}
    {"section":"device","device":"other","total":1}
    {"section":"referrer","referrer":"direct","total":3}
    {"section":"referrer","referrer":"news.example.org","total":1}
    {"section":"referrer","referrer":"shop.example.com","total":1}
    {"section":"os","os":"iOS","total":2}
    {"section":"os","os":"Android","total":1}
    {"section":"os","os":"Windows","total":1}
    {"section":"os","os":"other","total":1}
    {"section":"browser","browser":"Chrome","total":2}
    {"section":"browser","browser":"Safari","total":2}
    {"section":"browser","browser":"other","total":1}
    {"section":"class","class":"human","total":4,"reasons":[{"reason":"browser","total":4}]}
    {"section":"class","class":"bot","total":2,"reasons":[{"reason":"crawler","total":1},{"reason":"prefetch","total":1}]}
    {"section":"class","class":"unknown","total":1,"reasons":[{"reason":"library","total":1}]}
    "#);
    assert_eq!(scans(&app, &record, &format!("{TODAY}&format=ndjson")).text(), ndjson.text());
    let json = app.api.get(&path(&record, &format!("{TODAY}&format=json"))).accept("text/csv").send();
    assert_eq!(json.json(), report(&app, &record, TODAY));
}

#[test]
fn by_default_thirty_dates_are_told() {
    let app = app();
    let record = dynamic(&app, "Poster", &[]);
    let told = report(&app, &record, "");
    assert_eq!(
        (&told["from"], &told["to"], &told["tz"]),
        (&json!("2099-04-05"), &json!("2099-05-04"), &json!("UTC"))
    );
    assert_eq!((told["by_date"].as_array().unwrap().len(), &told["interval"]), (30, &json!("day")));
}

#[test]
fn every_filter_counts_what_it_names() {
    let app = app();
    let record = dynamic(&app, "Poster", &[]);
    visit_by_many(&app, &record);
    let cases = [
        ("", 5, 2, json!(4)),
        ("?country=de", 3, 1, json!(null)),
        ("?country=DE,AT", 4, 1, json!(null)),
        ("?country=US", 0, 1, json!(null)),
        ("?country=ZZ", 1, 0, json!(null)),
        ("?device=phone", 3, 1, json!(null)),
        ("?device=desktop", 1, 0, json!(null)),
        ("?referrer=SHOP.example.com", 1, 1, json!(null)),
        ("?referrer=direct", 3, 1, json!(null)),
        ("?referrer=elsewhere.example", 0, 0, json!(null)),
        ("?class=human", 4, 0, json!(null)),
        ("?class=unknown", 1, 0, json!(null)),
        ("?class=bot", 2, 2, json!(null)),
        ("?class=human,bot", 6, 2, json!(null)),
        ("?class=human&country=DE&device=phone&referrer=direct", 2, 0, json!(null)),
    ];
    for (query, total, bots, unique) in cases {
        let told = report(&app, &record, query);
        assert_eq!(
            (&told["total"], &told["bots"], &told["unique"]),
            (&total.into(), &bots.into(), &unique),
            "{query}"
        );
        let dates = told["by_date"].as_array().unwrap().iter().map(|date| date["total"].as_u64().unwrap());
        assert_eq!(dates.sum::<u64>(), total, "{query}");
        assert_eq!(
            told["by_os"].is_null(),
            query.len() > 1 && !query.starts_with("?class") || query.contains('&')
        );
    }
}

#[test]
fn groups_are_by_one_dimension_or_by_any_two() {
    let app = app();
    let record = dynamic(&app, "Poster", &[]);
    visit_by_many(&app, &record);
    let groups = |dimensions: &[&str], more: &str| {
        let told = report(&app, &record, &format!("?group_by={}{more}", dimensions.join(",")));
        entries(&told["groups"], dimensions)
    };
    assert_eq!(groups(&["country"], ""), ["DE 3", "AT 1", "ZZ 1"]);
    assert_eq!(groups(&["country", "device"], ""), ["DE phone 3", "AT desktop 1", "ZZ other 1"]);
    assert_eq!(groups(&["device", "country"], ""), ["phone DE 3", "desktop AT 1", "other ZZ 1"]);
    assert_eq!(
        groups(&["referrer", "country"], "&class=human"),
        ["direct DE 2", "news.example.org AT 1", "shop.example.com DE 1"]
    );
    assert_eq!(groups(&["class"], ""), ["human 4", "bot 2", "unknown 1"]);
    assert_eq!(groups(&["country", "device"], "&top=1"), ["DE phone 3", "other other 2"]);
    let told = report(&app, &record, "?top=1");
    assert_eq!(entries(&told["by_country"], &["country"]), ["DE 3", "other 2"]);
}

#[test]
fn dates_hours_weeks_and_months_are_those_of_the_zone() {
    let app = app();
    let record = dynamic(&app, "Poster", &[]);
    // 03:02 UTC on Monday 4 May, and 22 hours later.
    visit(&app, &record, IPHONE, "198.51.100.1", "DE");
    advance(&app, Duration::from_secs(22 * 3_600));
    visit(&app, &record, PIXEL, "198.51.100.2", "DE");
    let dates = |query: &str| {
        let told = report(&app, &record, query);
        assert_eq!(told["total"], 2, "{query}");
        let dates = told["by_date"].as_array().unwrap().iter().filter(|date| date["total"] != 0);
        dates.map(|date| format!("{} {}", date["date"].as_str().unwrap(), date["total"])).collect::<Vec<_>>()
    };
    assert_eq!(dates(""), ["2099-05-04 1", "2099-05-05 1"]);
    // Five and three quarters of an hour ahead, and four behind.
    assert_eq!(dates("?tz=Asia/Kathmandu"), ["2099-05-04 1", "2099-05-05 1"]);
    assert_eq!(dates("?tz=America/New_York"), ["2099-05-03 1", "2099-05-04 1"]);
    assert_eq!(dates("?tz=America/New_York&interval=week"), ["2099-04-27 1", "2099-05-04 1"]);
    assert_eq!(dates("?interval=week"), ["2099-05-04 2"]);
    assert_eq!(dates("?interval=month"), ["2099-05-01 2"]);
    let hours = "?interval=hour&from=2099-05-04&to=2099-05-05&tz=Asia/Kathmandu";
    assert_eq!(dates(hours), ["2099-05-04T08:00:00+05:45 1", "2099-05-05T06:00:00+05:45 1"]);
    // An instant at the end does not belong to the report.
    let part = report(&app, &record, "?from=2099-05-04T03:00:00Z&to=2099-05-05T01:00:00Z");
    assert_eq!((&part["total"], &part["unique"]), (&json!(1), &json!(null)));
    assert_eq!(
        (&part["from"], &part["to"]),
        (&json!("2099-05-04T03:00:00.000Z"), &json!("2099-05-05T01:00:00.000Z"))
    );
}

#[test]
fn the_report_on_an_environment_adds_its_codes_up_and_names_the_most_scanned() {
    let app = app();
    let (poster, flyer) = (dynamic(&app, "Poster", &["spring"]), dynamic(&app, "Flyer", &["spring", "vip"]));
    let other = dynamic(&app, "Other", &[]);
    visit_by_many(&app, &poster);
    for _ in 0..7 {
        visit(&app, &flyer, PIXEL, "198.51.100.2", "AT");
    }
    visit(&app, &other, IPHONE, "198.51.100.1", "DE");
    let report = |query: &str| {
        let answer = app.api.get(&format!("/api/v1/scans{query}")).send();
        assert_eq!(answer.status, 200, "{answer}");
        answer.json()
    };
    let codes = |query: &str| entries(&report(query)["codes"], &["name"]);
    assert_eq!(codes(""), ["Flyer 7", "Poster 5", "Other 1"]);
    assert_eq!(codes("?tag=spring"), ["Flyer 7", "Poster 5"]);
    assert_eq!(codes("?tag=vip"), ["Flyer 7"]);
    assert_eq!(codes("?tag=none"), [] as [&str; 0]);
    assert_eq!(codes("?country=DE"), ["Poster 3", "Other 1"]);
    let told = report("?tag=spring");
    assert_eq!((&told["total"], &told["bots"]), (&json!(12), &json!(2)));
    assert_eq!(entries(&told["by_country"], &["country"]), ["AT 8", "DE 3", "ZZ 1"]);
    assert_eq!(told["codes"][0]["id"], flyer["id"]);
    // The codes of another environment are not among them.
    let staging = app.client(&app.make_key(&["--environment", "staging", "--scopes", "scans:read"]));
    app.settle();
    let told = staging.get("/api/v1/scans").send().json();
    assert_eq!((&told["total"], &told["codes"]), (&json!(0), &json!([])));

    let csv = app.api.get("/api/v1/scans?tag=vip&from=2099-05-04&to=2099-05-04&format=csv").send();
    let line = csv.text().lines().last().unwrap();
    assert_eq!(line, format!("code,{},Flyer,7,,", flyer["id"].as_str().unwrap()));
}
