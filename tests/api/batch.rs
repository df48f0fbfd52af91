//! `POST /api/v1/qr-codes/batch`.

use insta::{assert_json_snapshot, assert_snapshot};
use serde_json::{Value, json};

use crate::support::TestApp;

const BATCH: &str = "/api/v1/qr-codes/batch";

fn text(content: &str) -> Value {
    json!({ "content_type": "text", "content": content })
}

fn dynamic(target_url: &str) -> Value {
    json!({ "content_type": "text", "content": "a", "target_url": target_url })
}

#[test]
fn a_batch_is_answered_in_its_order() {
    let app = TestApp::spawn();
    let answer = app.api.post(BATCH, &json!([text("one"), dynamic("https://example.com/two")]));
    assert_snapshot!(answer, @r#"
    201
    cache-control: no-store
    content-type: application/json
    ratelimit: "key";r=99;t=1
    ratelimit-policy: "key";q=100;w=60
    x-content-type-options: nosniff
    x-ratelimit-limit: 100
    x-ratelimit-remaining: 99
    x-ratelimit-reset: 4113082922
    x-request-id: <request id>

    {
      "created": 2,
      "data": [
        {
          "code": {
            "content": "one",
            "content_type": "text",
            "created_at": "2100-05-04T03:02:01.000Z",
            "dynamic": false,
            "environment": "production",
            "error_correction": "M",
            "expires_at": null,
            "external_id": null,
            "id": "<id>",
            "images": {
              "pdf": "http://127.0.0.1:<port>/qr/<id>.pdf",
              "png": "http://127.0.0.1:<port>/qr/<id>.png",
              "svg": "http://127.0.0.1:<port>/qr/<id>.svg"
            },
            "metadata": {},
            "name": null,
            "scan_count": 0,
            "short_code": null,
            "short_link": null,
            "status": "active",
            "tags": [],
            "target_url": null,
            "updated_at": "2100-05-04T03:02:01.000Z",
            "version": 1
          },
          "index": 0,
          "status": 201
        },
        {
          "code": {
            "content": "a",
            "content_type": "text",
            "created_at": "2100-05-04T03:02:01.000Z",
            "dynamic": true,
            "environment": "production",
            "error_correction": "M",
            "expires_at": null,
            "external_id": null,
            "id": "<id>",
            "images": {
              "pdf": "http://127.0.0.1:<port>/qr/<id>.pdf",
              "png": "http://127.0.0.1:<port>/qr/<id>.png",
              "svg": "http://127.0.0.1:<port>/qr/<id>.svg"
            },
            "metadata": {},
            "name": null,
            "scan_count": 0,
            "short_code": "<short>",
            "short_link": "http://127.0.0.1:<port>/<short>",
            "status": "active",
            "tags": [],
            "target_url": "https://example.com/two",
            "updated_at": "2100-05-04T03:02:01.000Z",
            "version": 1
          },
          "index": 1,
          "status": 201
        }
      ],
      "failed": 0
    }
    "#);
}

#[test]
fn a_hundred_codes_cost_one_request_and_stand_in_order() {
    let app = TestApp::spawn();
    let before = app.api.get("/api/v1/qr-codes").send();
    let remaining: u32 = before.header("x-ratelimit-remaining").parse().unwrap();
    let items: Vec<Value> =
        (0..100).map(|number| dynamic(&format!("https://example.com/{number}"))).collect();
    let answer = app.api.post(BATCH, &items.into());
    assert_eq!(answer.status, 201, "{answer}");
    assert_eq!(answer.header("x-ratelimit-remaining"), (remaining - 1).to_string());
    let body = answer.json();
    assert_eq!((&body["created"], &body["failed"]), (&100.into(), &0.into()));
    let mut ids = Vec::new();
    for (index, item) in body["data"].as_array().unwrap().iter().enumerate() {
        assert_eq!((&item["index"], &item["status"]), (&index.into(), &201.into()));
        let code = &item["code"];
        assert_eq!(code["target_url"], format!("https://example.com/{index}"));
        ids.push(code["id"].as_str().unwrap().to_owned());
        if index % 33 == 0 {
            let link = app.visitor.get(code["short_link"].as_str().unwrap()).send();
            assert_eq!(link.header("location"), format!("https://example.com/{index}"));
        }
    }
    assert!(ids.is_sorted_by(|a, b| a < b), "ids sort by position");
    assert_eq!(app.stored(), (100, 0));
}

#[test]
fn one_faulty_item_refuses_all_and_every_fault_is_named() {
    let app = TestApp::spawn();
    let answer = app.api.post(
        BATCH,
        &json!([
            text("fine"),
            { "content_type": "txt", "content": "a", "colour": 1 },
            "no object",
            dynamic("javascript:alert(1)"),
            { "content_type": "text", "content": "a", "target_url": "https://example.com", "alias": "summer-sale" },
            { "content_type": "text", "content": "x".repeat(2_400), "error_correction": "M" },
            text("fine too"),
        ]),
    );
    assert_snapshot!(answer, @r#"
    422
    cache-control: no-store
    content-type: application/problem+json
    ratelimit: "key";r=99;t=1
    ratelimit-policy: "key";q=100;w=60
    x-ratelimit-limit: 100
    x-ratelimit-remaining: 99
    x-ratelimit-reset: 4113082922
    x-request-id: <request id>

    {
      "code": "invalid-request",
      "detail": "6 faults were found; errors names each.",
      "errors": [
        {
          "detail": "must be one of url, text, email, phone, sms, wifi, vcard, geo, event, payment",
          "pointer": "/1/content_type"
        },
        {
          "detail": "is not a field of this object; its fields are name, content_type, content, target_url, dynamic, tags, metadata, external_id, error_correction, expires_at, alias",
          "pointer": "/1/colour"
        },
        {
          "detail": "must be an object",
          "pointer": "/2"
        },
        {
          "detail": "has the scheme javascript; only http and https are allowed",
          "pointer": "/3/target_url"
        },
        {
          "detail": "is for codes created one at a time, not in a batch",
          "pointer": "/4/alias"
        },
        {
          "detail": "has 2400 bytes as encoded; a QR code of error-correction level M holds at most 2331",
          "pointer": "/5/content"
        }
      ],
      "request_id": "<request id>",
      "status": 422,
      "title": "The request is not valid",
      "type": "/problems/invalid-request"
    }
    "#);
    app.assert_nothing_written();
}

#[test]
fn faults_of_one_kind_give_their_problem_to_the_batch() {
    let app = TestApp::with(&[("links.link_url", "https://r.ezqr.io")]);
    let looping = dynamic("https://r.ezqr.io/a");
    let answer = app.api.post(BATCH, &json!([looping, text("fine"), looping]));
    assert_eq!((answer.status, answer.problem()["code"].as_str()), (422, Some("redirect-loop")));
    app.assert_nothing_written();
}

#[test]
fn with_on_error_continue_the_others_are_minted() {
    let app = TestApp::spawn();
    let body = json!([text("fine"), dynamic("ftp://example.com"), text("fine too")]);
    let answer = app.api.post(&format!("{BATCH}?on_error=continue"), &body);
    let body = answer.json();
    assert_eq!((answer.status, &body["created"], &body["failed"]), (207, &2.into(), &1.into()));
    for (index, content) in [(0, "fine"), (2, "fine too")] {
        let item = &body["data"][index];
        assert_eq!((&item["index"], &item["status"]), (&index.into(), &201.into()));
        assert_eq!(app.api.show(&item["code"]).json(), item["code"]);
        assert_eq!(item["code"]["content"], content);
    }
    // No request id: a replay of the request answers the same bytes.
    assert_json_snapshot!(body["data"][1], @r#"
    {
      "index": 1,
      "problem": {
        "code": "invalid-request",
        "detail": "/1/target_url has the scheme ftp; only http and https are allowed.",
        "errors": [
          {
            "detail": "has the scheme ftp; only http and https are allowed",
            "pointer": "/1/target_url"
          }
        ],
        "status": 422,
        "title": "The request is not valid",
        "type": "/problems/invalid-request"
      },
      "status": 422
    }
    "#);
    assert_eq!(app.stored(), (2, 0));
}

#[test]
fn with_on_error_continue_a_batch_may_succeed_or_fail_wholly() {
    let app = TestApp::spawn();
    let path = format!("{BATCH}?on_error=continue");
    assert_eq!(app.api.post(&path, &json!([text("fine")])).status, 201);
    let failed = app.api.post(&path, &json!([{}, 1]));
    assert_eq!((failed.status, &failed.json()["created"]), (207, &0.into()));
    assert_eq!(app.stored(), (1, 0));
}

#[test]
fn a_batch_that_is_no_array_of_1_to_100_is_refused() {
    let app = TestApp::spawn();
    let items = vec![text("a"); 101];
    for query in ["", "?on_error=continue"] {
        let refusal = |body: Value| app.api.post(&format!("{BATCH}{query}"), &body).refusal();
        assert_eq!(refusal(json!([])), "422 invalid-request\n must be an array of 1 to 100 codes, has 0");
        let many = "422 invalid-request\n must be an array of 1 to 100 codes, has 101";
        assert_eq!(refusal(items.clone().into()), many);
        let single = "is an object; send a single code in brackets, as [{...}]";
        assert_eq!(
            refusal(text("a")),
            format!("422 invalid-request\n must be an array of 1 to 100 codes, {single}")
        );
    }
    app.assert_nothing_written();
}

#[test]
fn an_unknown_parameter_of_a_batch_is_refused() {
    let app = TestApp::spawn();
    let unknown = |name: &str| {
        format!(
            "{name} is not a parameter of a batch that is answered as records, which has on_error alone; for images send \
             the header Accept: application/zip"
        )
    };
    for (query, fault) in [
        ("on_error=stop", "on_error may only be continue".to_owned()),
        ("on_error=", "on_error may only be continue".to_owned()),
        ("mode=fast", unknown("mode")),
        ("format=png", unknown("format")),
        ("on_error=continue&on_error=continue", "on_error must be there once".to_owned()),
        (
            "scale=2&on_error=continue&on_error=stop",
            format!("{}\non_error must be there once", unknown("scale")),
        ),
    ] {
        let answer = app.api.post(&format!("{BATCH}?{query}"), &json!([text("a")]));
        assert_eq!(answer.refusal(), format!("400 invalid-parameter\n{fault}"), "{query}");
    }
    app.assert_nothing_written();
}
