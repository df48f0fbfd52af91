//! Followed links: what counts, and what is told of it.

mod answers;
mod counting;
mod records;
mod refusals;

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Answer, TestApp};

const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                      Version/17.4 Mobile/15E148 Safari/604.1";
const PIXEL: &str = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) \
                     Chrome/124.0.0.0 Mobile Safari/537.36";
const WINDOWS: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                       Chrome/124.0.0.0 Safari/537.36";
const CURL: &str = "curl/8.5.0";
const GOOGLEBOT: &str = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";

/// The tests' own machine is the front that is believed.
const BEHIND_A_FRONT: [(&str, &str); 2] =
    [("http.trusted_networks", "127.0.0.0/8"), ("http.country_header", "CF-IPCountry")];

/// A server behind a front, on Monday 2099-05-04 at 03:02:01 UTC.
fn app() -> TestApp {
    app_with(&[])
}

fn app_with(settings: &[(&str, &str)]) -> TestApp {
    let settings = [&BEHIND_A_FRONT[..], settings].concat();
    TestApp::starting_at("2099-05-04T03:02:01Z".parse().unwrap(), &settings)
}

fn dynamic(app: &TestApp, name: &str, tags: &[&str]) -> Value {
    app.api.created(&json!({
        "content_type": "url", "content": "https://example.com/", "dynamic": true, "name": name, "tags": tags,
    }))
}

/// Follows the link of `record` with these headers.
fn follow(app: &TestApp, record: &Value, headers: &[(&str, &str)]) {
    // Not the whole link: a server that was started again listens elsewhere.
    let call = app.visitor.get(&format!("/{}", record["short_code"].as_str().unwrap()));
    let answer = headers.iter().fold(call, |call, (name, value)| call.header(name, value)).send();
    assert_eq!(answer.status, 302, "{answer}");
}

/// Follows it as a visitor with this agent, from this address in this country.
fn visit(app: &TestApp, record: &Value, agent: &str, address: &str, country: &str) {
    follow(app, record, &[("User-Agent", agent), ("X-Forwarded-For", address), ("CF-IPCountry", country)]);
}

/// Five scans of people and programs by four visitors, and two of bots.
fn visit_by_many(app: &TestApp, record: &Value) {
    visit(app, record, IPHONE, "198.51.100.1", "DE");
    visit(app, record, IPHONE, "198.51.100.1", "DE");
    let from_shop = [
        ("User-Agent", PIXEL),
        ("X-Forwarded-For", "203.0.113.9, 198.51.100.2"),
        ("CF-IPCountry", "DE"),
        ("Referer", "https://shop.example.com/a?b=c"),
    ];
    follow(app, record, &from_shop);
    follow(app, record, &[&from_shop[..], &[("Sec-Purpose", "prefetch")]].concat());
    let from_news = [
        ("User-Agent", WINDOWS),
        ("Forwarded", "for=198.51.100.3;proto=https"),
        ("CF-IPCountry", "AT"),
        ("Referer", "http://NEWS.example.org:8080/"),
    ];
    follow(app, record, &from_news);
    follow(app, record, &[("User-Agent", CURL), ("X-Forwarded-For", "198.51.100.4")]);
    visit(app, record, GOOGLEBOT, "198.51.100.5", "US");
}

/// Moves the clock to another date, and waits until what comes counts there.
fn advance(app: &TestApp, by: Duration) {
    let probe = dynamic(app, "probe", &[]);
    app.clock.advance(by);
    for _ in 0..200 {
        visit(app, &probe, GOOGLEBOT, "198.51.100.5", "US");
        let told = report(app, &probe, "");
        if told["by_date"].as_array().unwrap().last().unwrap()["bots"] != 0 {
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!("scans count for the day before");
}

fn path(record: &Value, query: &str) -> String {
    format!("/api/v1/qr-codes/{}/scans{query}", record["id"].as_str().unwrap())
}

/// What is answered about the scans of the code with this record.
fn scans(app: &TestApp, record: &Value, query: &str) -> Answer {
    app.api.get(&path(record, query)).send()
}

/// The same, which must be a report.
fn report(app: &TestApp, record: &Value, query: &str) -> Value {
    let answer = scans(app, record, query);
    assert_eq!(answer.status, 200, "{query}: {answer}");
    answer.json()
}

/// The entries of a breakdown, such as `DE 3`, or `DE phone 3`.
fn entries(breakdown: &Value, properties: &[&str]) -> Vec<String> {
    let line = |entry: &Value| {
        let values = properties.iter().map(|property| entry[*property].as_str().unwrap().to_owned());
        values.chain([entry["total"].to_string()]).collect::<Vec<_>>().join(" ")
    };
    breakdown.as_array().unwrap().iter().map(line).collect()
}
