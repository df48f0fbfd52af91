//! `/{short_code}` and `/{short_code}+`: what visitors meet.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::TestApp;

fn dynamic(app: &TestApp) -> Value {
    let target = "https://example.com/a?x=1&y=%22%3Cb%3E#part";
    app.api.created(
        &json!({ "name": "<b>Poster</b>", "content_type": "text", "content": "a", "target_url": target }),
    )
}

fn link(record: &Value) -> &str {
    record["short_link"].as_str().unwrap()
}

#[test]
fn a_link_leads_on_and_nobody_keeps_where_to() {
    let app = TestApp::spawn();
    let record = dynamic(&app);
    assert_snapshot!(app.visitor.get(link(&record)).send(), @"
    302
    cache-control: no-store
    location: https://example.com/a?x=1&y=%22%3Cb%3E#part
    x-request-id: <request id>
    ");
    let head = app.visitor.call("HEAD", link(&record)).send();
    assert_eq!((head.status, head.header("location")), (302, "https://example.com/a?x=1&y=%22%3Cb%3E#part"));
    let lower = link(&record).to_ascii_lowercase();
    assert_eq!(app.visitor.get(&lower).send().status, 302);
}

#[test]
fn a_repointed_link_leads_to_the_new_place_at_once() {
    let app = TestApp::spawn();
    let record = dynamic(&app);
    for number in 0..5 {
        let target = format!("https://example.com/{number}");
        app.api.patched(&record, &json!({ "target_url": target }));
        assert_eq!(app.visitor.get(link(&record)).send().header("location"), target);
    }
}

#[test]
fn a_preview_shows_where_a_link_leads() {
    let app = TestApp::spawn();
    let record = dynamic(&app);
    assert_snapshot!(app.visitor.get(&format!("{}+", link(&record))).send(), @r#"
    200
    cache-control: no-store
    content-security-policy: default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
    content-type: text/html; charset=utf-8
    referrer-policy: no-referrer
    x-content-type-options: nosniff
    x-request-id: <request id>
    x-robots-tag: noindex

    <!doctype html>
    <html lang="en">
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Preview</title>
    <style/>
    <main><p class="mark">Preview</p><h1>This code leads to</h1><p class="target">https://example.com/a?x=1&amp;y=%22%3Cb%3E#part</p><p><a href="https://example.com/a?x=1&amp;y=%22%3Cb%3E#part" rel="nofollow noopener noreferrer">Go there</a></p><p class="small">http://127.0.0.1:<port>/<short></p></main>
    </html>
    "#);
}

#[test]
fn a_link_that_does_not_work_is_a_page_for_people_and_a_problem_for_programs() {
    let app = TestApp::spawn();
    let page = app.visitor.get("/0000-000").accept("text/html,*/*;q=0.8").send();
    assert_snapshot!(page, @r#"
    404
    cache-control: no-store
    content-security-policy: default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
    content-type: text/html; charset=utf-8
    referrer-policy: no-referrer
    x-content-type-options: nosniff
    x-request-id: <request id>
    x-robots-tag: noindex

    <!doctype html>
    <html lang="en">
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>No such link</title>
    <style/>
    <main><p class="mark">404</p><h1>No such link</h1><p>Nothing is behind this address. Perhaps the code was not read whole.</p></main>
    </html>
    "#);
    let record = dynamic(&app);
    let outcome = |path: &str| {
        let get = |accept: &str| app.visitor.get(path).accept(accept).send();
        let page = get("text/html,application/xhtml+xml,*/*;q=0.8");
        assert!(page.header("content-type").starts_with("text/html"), "{page}");
        let problem = get("application/problem+json");
        assert_eq!(page.status, problem.status);
        assert_eq!(get("application/json").refusal(), problem.refusal());
        let preview = app.visitor.get(&format!("{path}+")).accept("application/problem+json").send();
        assert_eq!(preview.refusal(), problem.refusal());
        problem.refusal()
    };
    assert_snapshot!(outcome("/0000-000"), @"
    404 code-not-found
     No code has this link.
    ");
    assert_snapshot!(outcome("/00000000"), @"
    404 code-not-found
     No code has this link.
    ");
    app.api.patched(&record, &json!({ "status": "paused" }));
    assert_snapshot!(outcome(link(&record)), @"
    403 code-paused
     The code of this link is paused.
    ");
    app.api.patched(&record, &json!({ "status": "active", "expires_at": "2100-05-04T04:00:00Z" }));
    assert_eq!(app.visitor.get(link(&record)).send().status, 302);
    app.clock.advance(Duration::from_secs(3_600));
    assert_snapshot!(outcome(link(&record)), @"
    410 code-expired
     The time of this link is over.
    ");
    app.api.patched(&record, &json!({ "expires_at": null }));
    assert_eq!(app.visitor.get(link(&record)).send().status, 302);
    assert_eq!(app.api.delete(&record).status, 204);
    assert_snapshot!(outcome(link(&record)), @"
    410 code-deleted
     The code of this link was deleted.
    ");
}

#[test]
fn a_link_ends_at_the_very_instant_it_expires() {
    let app = TestApp::spawn();
    let record = app
        .api
        .created(&json!({ "content_type": "url", "content": "https://example.com/", "dynamic": true }));
    app.api.patched(&record, &json!({ "expires_at": "2100-05-04T03:02:02.500Z" }));
    let statuses = || {
        let preview = format!("{}+", link(&record));
        [link(&record), &preview].map(|path| app.visitor.get(path).send().status)
    };
    app.clock.advance(Duration::from_millis(1_499));
    assert_eq!(statuses(), [302, 200]);
    app.clock.advance(Duration::from_millis(1));
    assert_eq!(statuses(), [410, 410]);
}

#[test]
fn a_suspended_accounts_links_and_keys_are_refused_until_it_is_resumed() {
    let app = TestApp::spawn();
    let record = dynamic(&app);
    let printed = app.api.created(&json!({ "content_type": "text", "content": "Order 4471" }));
    assert_eq!(app.visitor.get(link(&record)).send().status, 302);
    // Who waits for the change must be of another account.
    app.cli(&["account", "create", "--name", "other", "--plan", "free"]);
    app.cli(&["account", "suspend", "default"]);
    app.settle_as("other");
    let link_answer = app.visitor.get(link(&record)).accept("application/problem+json").send();
    assert_snapshot!(link_answer.refusal(), @"
    403 account-suspended
     The account of this link is suspended.
    ");
    let preview = app.visitor.get(&format!("{}+", link(&record))).send();
    assert_eq!(preview.status, 403);
    assert_snapshot!(app.api.show(&record).refusal(), @"
    403 account-suspended
     The key's account is suspended.
    ");
    let page = app.visitor.get(link(&record)).send();
    assert_eq!((page.status, page.header("content-type")), (403, "text/html; charset=utf-8"));
    // What is printed stays as it is, so its image does too; of a code that only prints a text all the more.
    for images in [&record["images"], &printed["images"]] {
        for format in ["png", "svg", "pdf"] {
            assert_eq!(app.visitor.get(images[format].as_str().unwrap()).send().status, 200, "{format}");
        }
    }
    app.cli(&["account", "resume", "default"]);
    app.settle_as("other");
    assert_eq!(app.visitor.get(link(&record)).send().status, 302);
    assert_eq!(app.api.show(&record).status, 200);
}

#[test]
fn a_static_codes_number_leads_nowhere() {
    let app = TestApp::spawn();
    let record = app.api.created(&json!({ "content_type": "text", "content": "a" }));
    let path = format!("/{}", app.generated_code_of(&record));
    let problem = app.visitor.get(&path).accept("application/problem+json").send();
    assert_eq!(problem.refusal(), "404 code-not-found\n No code has this link.");
    // What is asked for is the number of this code, and not one nobody has.
    let dynamic = dynamic(&app);
    let path = format!("/{}", app.generated_code_of(&dynamic));
    assert!(link(&dynamic).ends_with(&path));
}

#[test]
fn paths_with_line_breaks_and_other_traps_reach_no_header() {
    let app = TestApp::spawn();
    for path in ["/a%0D%0ASet-Cookie:%20a=b", "/%00", "/..%2F..%2Fetc%2Fpasswd", "/%FF%FE", "/a%20b", "/+"] {
        let answer = app.visitor.get(path).send();
        assert_eq!((answer.status, answer.header("set-cookie")), (404, ""), "{path}: {answer}");
    }
}

#[test]
fn nobody_but_its_owner_sees_the_name_of_a_code() {
    let app = TestApp::spawn();
    let record = dynamic(&app);
    let mut shown = vec![app.visitor.get(&format!("{}+", link(&record))).send()];
    for format in ["png", "svg", "pdf"] {
        shown.push(app.visitor.get(record["images"][format].as_str().unwrap()).send());
    }
    let body = json!({ "name": "Poster of 4471", "content_type": "text", "content": "a" });
    shown.push(app.api.call("POST", "/api/v1/qr-codes").accept("image/svg+xml").json(&body).send());
    for answer in shown {
        assert!(matches!(answer.status, 200 | 201), "{answer}");
        let text = String::from_utf8_lossy(&answer.body);
        assert!(!text.contains("Poster") && !text.contains("<title><"), "{text}");
        assert!(!text.contains("4471"), "{text}");
    }
    assert_eq!(app.api.show(&record).json()["name"], "<b>Poster</b>");
}

#[test]
fn a_link_that_was_typed_with_something_round_it_leads_on_all_the_same() {
    let app = TestApp::spawn();
    let record = dynamic(&app);
    let generated = format!("/{}", app.generated_code_of(&record));
    app.api.created(&json!({
        "content_type": "url", "content": "https://example.com/sale", "dynamic": true, "alias": "summer-sale",
    }));
    let typed = [
        "/",
        ".",
        ",",
        ")",
        "!",
        ";",
        "%20",
        "%C2%A0",
        "%E2%80%8B",
        "&utm_source=x",
        "%0D%0A",
        "./",
        "%22",
        "-",
        "=",
        ".&utm_source=x&utm_medium=y",
        "%3Futm_source=x",
        "?utm_source=x",
        "/?utm_source=x",
    ];
    for (path, target) in [
        (generated.as_str(), "https://example.com/a?x=1&y=%22%3Cb%3E#part"),
        ("/summer-sale", "https://example.com/sale"),
        ("/Summer-SALE", "https://example.com/sale"),
        ("/(summer-sale", "https://example.com/sale"),
        ("/%C2%AB%20summer-sale", "https://example.com/sale"),
    ] {
        for behind in typed {
            let answer = app.visitor.get(&format!("{path}{behind}")).send();
            assert_eq!((answer.status, answer.header("location")), (302, target), "{path}{behind}");
        }
        for behind in ["+", "+/", "+.", ".+", "+%20"] {
            let answer = app.visitor.get(&format!("{path}{behind}")).send();
            assert_eq!((answer.status, answer.header("location")), (200, ""), "{path}{behind}");
            assert!(answer.text().contains("This code leads to"), "{path}{behind}");
        }
    }
    // Both ways of writing it are counted, and previews are not.
    let scans = app.api.get("/api/v1/scans").send().json();
    assert_eq!(scans["total"], 5 * typed.len());
    for path in ["/summer%20sale", "/summer-sale/x", "/summer.sale", "/summer-sale=1", "/."] {
        assert_eq!(app.visitor.get(path).send().status, 404, "{path}");
    }
}

#[test]
fn a_link_that_nobody_had_leads_on_as_soon_as_it_is_minted() {
    let app = TestApp::spawn();
    for number in 0..5 {
        let alias = format!("summer-sale-{number}");
        let path = format!("/{alias}");
        for _ in 0..3 {
            assert_eq!(app.visitor.get(&path).send().status, 404);
        }
        let record = app.api.created(&json!({
            "content_type": "url", "content": "https://example.com/sale", "dynamic": true, "alias": alias,
        }));
        assert_eq!(app.visitor.get(&path).send().header("location"), "https://example.com/sale");
        assert_eq!(app.visitor.get(link(&record)).send().status, 302);
    }
}

#[test]
fn an_expired_code_is_shown_and_listed_as_such() {
    let app = TestApp::spawn();
    let body = json!({
        "content_type": "url", "content": "https://example.com/", "dynamic": true, "expires_at": "2100-05-04T04:00:00Z",
    });
    let record = app.api.created(&body);
    let other = app.api.created(&json!({ "content_type": "text", "content": "a" }));
    let refusal = app.api.patch(&record, &json!({ "status": "expired" })).refusal();
    assert!(
        refusal.starts_with("422 invalid-request\n/status is expired only once expires_at is past"),
        "{refusal}"
    );
    app.clock.advance(Duration::from_secs(3_600));
    let ids = |query: &str| {
        let (codes, _) = app.api.list(query);
        codes.iter().map(|code| (code["id"].clone(), code["status"].clone())).collect::<Vec<_>>()
    };
    let (expired, active) = (json!("expired"), json!("active"));
    let of = |record: &Value, status: &Value| (record["id"].clone(), status.clone());
    assert_eq!(ids("?status=expired"), [of(&record, &expired)]);
    assert_eq!(ids("?status=active"), [of(&other, &active)]);
    assert_eq!(ids(""), [of(&other, &active), of(&record, &expired)]);
    assert_eq!(app.api.show(&record).json()["status"], "expired");
    let unchanged = app.api.patched(&record, &json!({ "status": "expired" }));
    assert_eq!((&unchanged["status"], &unchanged["version"]), (&expired, &json!(1)));
    let prolonged = app.api.patched(&record, &json!({ "status": "expired", "expires_at": null }));
    assert_eq!((&prolonged["status"], &prolonged["version"]), (&active, &json!(2)));
}
