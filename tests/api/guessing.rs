//! Who asks for links that do not exist.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Answer, TestApp};

const PROBLEM: &str = "application/problem+json";

/// A server behind a front, whose clients may ask for 5 links that do not exist in a minute.
fn app() -> TestApp {
    TestApp::with(&[("limits.misses_per_minute", "5"), ("http.trusted_networks", "127.0.0.0/8")])
}

/// Two links.
fn links(app: &TestApp) -> [String; 2] {
    [1, 2].map(|number| {
        let body = json!({ "content_type": "url", "content": format!("https://example.com/{number}"), "dynamic": true });
        app.api.created(&body)["short_link"].as_str().unwrap().to_owned()
    })
}

fn ask(app: &TestApp, method: &str, address: &str, path: &str) -> Answer {
    app.visitor.call(method, path).header("X-Forwarded-For", address).accept(PROBLEM).send()
}

fn status(app: &TestApp, address: &str, path: &str) -> u16 {
    ask(app, "GET", address, path).status
}

#[test]
fn a_network_that_guesses_learns_nothing_more_and_goes_on_following_its_own_links() {
    let app = app();
    let [own, other] = links(&app);
    let warehouse = |path: &str| status(&app, "198.51.100.7", path);
    assert_eq!(warehouse(&own), 302);
    // By any address of the network, and by whatever method and spelling.
    for (number, (method, path)) in [
        ("GET", "/0000-000"),
        ("HEAD", "/0000-001"),
        ("GET", "/0000-002+"),
        ("GET", "/00000000"),
        ("GET", "/nobody."),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(ask(&app, method, &format!("198.51.100.{number}"), path).status, 404, "{path}");
    }
    assert_snapshot!(ask(&app, "GET", "198.51.100.7", "/0000-000"), @r#"
    429
    cache-control: no-store
    content-type: application/problem+json
    retry-after: 12
    x-request-id: <request id>

    {
      "code": "rate-limited",
      "detail": "Too many links that do not exist were asked for from your network. Until that is less, only links that it followed within the last hour are answered; try again.",
      "request_id": "<request id>",
      "status": 429,
      "title": "Too many requests",
      "type": "/problems/rate-limited"
    }
    "#);
    let page = app.visitor.get(&other).header("X-Forwarded-For", "198.51.100.7").accept("text/html").send();
    assert_eq!((page.status, page.header("retry-after")), (429, "12"), "{page}");
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.text().contains("Wait a moment"), "{page}");
    // A link that exists and one that does not cannot be told apart, nor by a preview.
    for path in [other.as_str(), "/summer-sale", &format!("{other}+"), &format!("{other}.")] {
        let answer = ask(&app, "GET", "198.51.100.7", path);
        assert_eq!((answer.status, answer.header("location")), (429, ""), "{path}");
    }
    // What it follows it may follow, in every spelling; what no code can be called is no guess.
    for path in [own.clone(), format!("{own}."), own.to_ascii_lowercase()] {
        assert_eq!(warehouse(&path), 302, "{path}");
    }
    assert_eq!(warehouse(&format!("{own}+")), 200);
    assert_eq!(warehouse("/favicon.ico"), 404);
    // Another network has tokens of its own.
    assert_eq!(status(&app, "203.0.113.1", &other), 302);
    assert_eq!(status(&app, "203.0.113.1", "/0000-000"), 404);
    // A token each 12 seconds.
    app.clock.advance(Duration::from_secs(12));
    assert_eq!(warehouse(&other), 302);
    assert_eq!((warehouse("/0000-000"), warehouse("/0000-000")), (404, 429));
    assert_eq!(warehouse(&other), 302, "it has followed this one too by now");
}

#[test]
fn a_link_is_its_own_for_an_hour_after_it_was_last_followed() {
    let app = app();
    let [own, paused] = links(&app);
    let spend = || while status(&app, "198.51.100.7", "/0000-000") == 404 {};
    assert_eq!(status(&app, "198.51.100.7", &own), 302);
    assert_eq!(status(&app, "198.51.100.7", &format!("{paused}+")), 200);
    app.clock.advance(Duration::from_secs(3_500));
    spend();
    assert_eq!(status(&app, "198.51.100.7", &own), 302);
    assert_eq!(status(&app, "198.51.100.7", &paused), 302, "looking at it counts as well");
    app.clock.advance(Duration::from_secs(3_500));
    spend();
    assert_eq!(status(&app, "198.51.100.7", &own), 302);
    app.clock.advance(Duration::from_secs(3_700));
    spend();
    assert_eq!(status(&app, "198.51.100.7", &own), 429);
}

#[test]
fn what_a_client_writes_about_itself_gives_it_no_other_network() {
    let app = TestApp::with(&[("limits.misses_per_minute", "5")]);
    let statuses: Vec<u16> =
        (0..8).map(|number| status(&app, &format!("198.51.{number}.1"), "/0000-000")).collect();
    assert_eq!(statuses, [404, 404, 404, 404, 404, 429, 429, 429]);
}

#[test]
fn without_a_limit_any_number_is_answered() {
    let app = TestApp::with(&[("limits.misses_per_minute", "0")]);
    for _ in 0..700 {
        assert_eq!(app.visitor.get("/0000-000").send().status, 404);
    }
}

#[test]
fn by_default_a_misprinted_batch_of_six_hundred_is_read_in_a_minute() {
    let app = TestApp::spawn();
    let statuses: Vec<u16> = (0..601).map(|_| app.visitor.get("/0000-000").send().status).collect();
    assert!(statuses[..600].iter().all(|status| *status == 404));
    assert_eq!(statuses[600], 429);
}
