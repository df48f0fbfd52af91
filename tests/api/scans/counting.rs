//! What counts as a scan, and as whose.

use serde_json::json;

use super::{
    GOOGLEBOT, IPHONE, PIXEL, app, app_with, dynamic, entries, follow, report, visit, visit_by_many,
};
use crate::support::{Connection, TestApp};

#[test]
fn looking_at_a_link_without_following_it_is_no_scan() {
    let app = app();
    let record = dynamic(&app, "Poster", &[]);
    let link = record["short_link"].as_str().unwrap();
    assert_eq!(app.visitor.call("HEAD", link).send().status, 302);
    assert_eq!(app.visitor.get(&format!("{link}+")).send().status, 200);
    assert_eq!(app.visitor.get(record["images"]["png"].as_str().unwrap()).send().status, 200);
    app.api.patched(&record, &json!({ "status": "paused" }));
    assert_eq!(app.visitor.get(link).send().status, 403);
    let told = report(&app, &record, "");
    assert_eq!((&told["total"], &told["bots"]), (&json!(0), &json!(0)));
    app.api.patched(&record, &json!({ "status": "active" }));
    follow(&app, &record, &[]);
    assert_eq!(report(&app, &record, "")["total"], 1);
}

#[test]
fn every_way_to_write_a_link_counts_for_its_code() {
    let app = app();
    let record = app.api.created(&json!({
        "content_type": "url", "content": "https://example.com/", "dynamic": true, "alias": "summer-sale",
    }));
    let generated = app.generated_code_of(&record);
    for path in ["summer-sale", "Summer-Sale", &generated, &generated.to_ascii_lowercase()] {
        assert_eq!(app.visitor.get(&format!("/{path}")).send().status, 302, "{path}");
    }
    assert_eq!(report(&app, &record, "")["total"], 4);
}

#[test]
fn who_asks_from_elsewhere_is_not_believed_about_addresses_and_countries() {
    let app = TestApp::starting_at(
        "2099-05-04T03:02:01Z".parse().unwrap(),
        &[("http.trusted_networks", "10.0.0.0/8"), ("http.country_header", "CF-IPCountry")],
    );
    let record = dynamic(&app, "Poster", &[]);
    for number in 1..=9 {
        visit(&app, &record, IPHONE, &format!("198.51.100.{number}"), "DE");
        let forwarded = format!("for=198.51.100.{number}");
        follow(&app, &record, &[("User-Agent", IPHONE), ("Forwarded", &forwarded), ("CF-IPCountry", "US")]);
    }
    let told = report(&app, &record, "");
    assert_eq!((&told["total"], &told["unique"]), (&json!(18), &json!(1)));
    assert_eq!(entries(&told["by_country"], &["country"]), ["ZZ 18"]);
}

#[test]
fn agents_and_referrers_of_any_bytes_and_length_are_counted() {
    let app = app();
    let record = dynamic(&app, "Poster", &[]);
    let link = format!("/{}", record["short_code"].as_str().unwrap());
    let long = "a".repeat(60_000);
    let requests = [
        format!("User-Agent: {long}\r\n").into_bytes(),
        format!("Referer: https://{long}.example/\r\n").into_bytes(),
        b"User-Agent: \xff\xfe\xc3\x28\r\nReferer: https://\xe4\xf6.example/\r\n".to_vec(),
        b"User-Agent:\r\nReferer:\r\nX-Forwarded-For: \xff\r\nForwarded: for=\"\r\nCF-IPCountry: \xff\xff\r\n".to_vec(),
        b"User-Agent: a\r\nUser-Agent: b\r\nReferer: javascript:alert(1)\r\n".to_vec(),
    ];
    for headers in &requests {
        let head = format!("GET {link} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n");
        let answer = Connection::exchange(app.address, [head.as_bytes(), headers, b"\r\n"].concat());
        assert!(answer.starts_with("HTTP/1.1 302 "), "{answer}");
    }
    let told = report(&app, &record, "?class=human,bot,unknown");
    assert_eq!(told["total"], 5);
    assert_eq!(entries(&told["by_referrer"], &["referrer"]), ["direct 2", "other 3"]);
    assert_eq!(entries(&told["by_country"], &["country"]), ["ZZ 5"]);
    assert_eq!(entries(&told["by_device"], &["device"]), ["other 5"]);
}

#[test]
fn a_deleted_codes_scans_are_told_still_and_a_static_code_has_none() {
    let app = app();
    let record = dynamic(&app, "Poster", &[]);
    visit_by_many(&app, &record);
    assert_eq!(app.api.delete(&record).status, 204);
    assert_eq!(app.visitor.get(record["short_link"].as_str().unwrap()).send().status, 410);
    assert_eq!(report(&app, &record, "")["total"], 5);
    let printed = app.api.created(&json!({ "content_type": "text", "content": "a" }));
    let told = report(&app, &printed, "");
    assert_eq!((&told["total"], &told["unique"], &told["by_country"]), (&json!(0), &json!(0), &json!([])));
}

#[test]
fn what_was_counted_is_there_after_a_restart() {
    let app = app();
    let record = dynamic(&app, "Poster", &[]);
    visit_by_many(&app, &record);
    let told = report(&app, &record, "?group_by=country,device");
    let app = app.restarted(&super::BEHIND_A_FRONT);
    assert_eq!(report(&app, &record, "?group_by=country,device"), told);
    visit(&app, &record, PIXEL, "198.51.100.2", "DE");
    visit(&app, &record, GOOGLEBOT, "198.51.100.2", "DE");
    let again = report(&app, &record, "");
    assert_eq!((&again["total"], &again["bots"], &again["unique"]), (&json!(6), &json!(3), &json!(4)));
}

#[test]
fn links_lead_on_where_they_are_not_counted() {
    let app = app_with(&[("scans.count", "false")]);
    let record = dynamic(&app, "Poster", &[]);
    visit_by_many(&app, &record);
    assert_eq!(report(&app, &record, "")["total"], 0);
    assert_eq!(app.api.show(&record).json()["scan_count"], 0);
}
