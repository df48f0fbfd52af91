//! `/qr/{id}.png|svg|pdf`.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, decoded_png, decoded_svg};

fn text(app: &TestApp) -> Value {
    app.api.created(&json!({ "name": "A <b> & c", "content_type": "text", "content": "Order 4471" }))
}

fn image(app: &TestApp, record: &Value, format: &str, query: &str) -> Answer {
    let id = record["id"].as_str().unwrap();
    app.visitor.get(&format!("/qr/{id}.{format}{query}")).send()
}

/// Width and height that a PNG declares.
fn size_of(png: &[u8]) -> (u32, u32) {
    let image = image::load_from_memory(png).unwrap();
    (image.width(), image.height())
}

#[test]
fn every_format_holds_the_payload() {
    let app = TestApp::spawn();
    let record = text(&app);
    let png = image(&app, &record, "png", "");
    assert_snapshot!(png, @"
    200
    cache-control: public, max-age=86400
    content-type: image/png
    etag: <hash>
    x-content-type-options: nosniff
    x-request-id: <request id>

    383 bytes
    ");
    assert_eq!(decoded_png(&png.body), "Order 4471");
    // 21 modules and a quiet zone of 4 on each side, 10 pixels each.
    assert_eq!(size_of(&png.body), (290, 290));

    let svg = image(&app, &record, "svg", "");
    assert_eq!(decoded_svg(&svg.body), "Order 4471");
    assert_eq!(svg.header("content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(svg.header("content-type"), "image/svg+xml");

    let pdf = image(&app, &record, "pdf", "?size_mm=50");
    assert_eq!(pdf.header("content-type"), "application/pdf");
    assert!(pdf.body.starts_with(b"%PDF-1.") && pdf.body.trim_ascii_end().ends_with(b"%%EOF"));
    let document = lopdf::Document::load_mem(&pdf.body).unwrap();
    let pages = document.get_pages();
    assert_eq!(pages.len(), 1);
    let page = document.get_dictionary(pages[&1]).unwrap();
    let media_box = page.get(b"MediaBox").unwrap().as_array().unwrap();
    // 50 mm are 141.73 points.
    let side: Vec<f32> = media_box.iter().map(|number| number.as_float().unwrap().round()).collect();
    assert_eq!(side, [0.0, 0.0, 142.0, 142.0]);
}

#[test]
fn a_known_image_is_not_sent_again_and_the_same_request_gives_the_same_bytes() {
    let app = TestApp::spawn();
    let record = text(&app);
    for format in ["png", "svg", "pdf"] {
        let first = image(&app, &record, format, "");
        let again = image(&app, &record, format, "");
        assert!(first.body == again.body && first.header("etag") == again.header("etag"), "{format}");
        let path = record["images"][format].as_str().unwrap();
        let known = |tag: &str| app.visitor.get(path).header("If-None-Match", tag).send();
        let tag = first.header("etag");
        for held in [tag.to_owned(), format!("\"x\", {tag}"), format!("W/{tag}"), "*".to_owned()] {
            let answer = known(&held);
            assert_eq!((answer.status, answer.body.len(), answer.header("etag")), (304, 0, tag), "{held}");
        }
        assert_eq!(known("\"x\"").status, 200);
        assert_ne!(image(&app, &record, format, "?margin=5").header("etag"), tag);
    }
    let head = app.visitor.call("HEAD", record["images"]["png"].as_str().unwrap()).send();
    assert_eq!((head.status, head.header("content-type"), head.body.len()), (200, "image/png", 0));
}

#[test]
fn options_decide_pixels_border_and_colours() {
    let app = TestApp::spawn();
    let record = text(&app);
    for (query, side) in [
        ("?scale=1", 29),
        ("?scale=4&margin=10", 164),
        ("?margin=0", 210),
        ("?size=300", 300),
        ("?size=29", 29),
        // The canvas grows to hold one pixel a module.
        ("?size=1", 29),
        ("?size=512&margin=6", 512),
    ] {
        let png = image(&app, &record, "png", query);
        assert_eq!((png.status, size_of(&png.body)), (200, (side, side)), "{query}");
    }
    let coloured = image(&app, &record, "png", "?dark=%23003366&light=ffe");
    let pixels = image::load_from_memory(&coloured.body).unwrap().into_rgb8();
    assert_eq!((pixels.get_pixel(0, 0).0, pixels.get_pixel(45, 45).0), ([255, 255, 238], [0, 51, 102]));
    assert_eq!(decoded_png(&coloured.body), "Order 4471");
    let clear = image(&app, &record, "png", "?light=transparent");
    let pixels = image::load_from_memory(&clear.body).unwrap().into_rgba8();
    assert_eq!((pixels.get_pixel(0, 0).0[3], pixels.get_pixel(45, 45).0), (0, [0, 0, 0, 255]));
}

#[test]
fn what_caches_and_campaigns_append_changes_no_image() {
    let app = TestApp::spawn();
    let record = text(&app);
    for format in ["png", "svg", "pdf"] {
        let plain = image(&app, &record, format, "");
        for query in ["?v=2", "?utm_source=mail&utm_medium=x&v=1", "?_=17&gclid=a&fbclid=b&msclkid="] {
            let marked = image(&app, &record, format, query);
            assert!(marked.status == 200 && marked.body == plain.body, "{format}{query}");
            assert_eq!(marked.header("etag"), plain.header("etag"));
        }
    }
}

#[test]
fn an_svg_is_as_wide_as_is_asked() {
    let app = TestApp::spawn();
    let record = text(&app);
    for (query, told) in [
        ("?size=512", r#" width="512" height="512""#),
        ("?scale=8", r#" width="232" height="232""#),
        ("?size_mm=20.5", r#" width="20.5mm" height="20.5mm""#),
        ("", ""),
    ] {
        let svg = image(&app, &record, "svg", query);
        assert!(svg.text().contains(&format!("viewBox=\"0 0 29 29\"{told}>")), "{svg}");
        assert_eq!(decoded_svg(&svg.body), "Order 4471");
        assert!(!svg.text().contains("stroke"), "{svg}");
    }
}

#[test]
fn a_label_printer_gets_whole_dots_a_module() {
    let app = TestApp::spawn();
    let record = text(&app);
    let label = image(&app, &record, "png", "?size_mm=25&dpi=203");
    // 25 mm are 199.8 dots, and 7 dots for each of 29 modules 203.
    assert_eq!((size_of(&label.body), label.header("x-qr-size-mm")), ((203, 203), "25.4"));
    let told = |answer: &Answer| {
        let at = answer.body.windows(4).position(|name| name == b"pHYs").unwrap();
        u32::from_be_bytes(answer.body[at + 4..at + 8].try_into().unwrap())
    };
    // 203 dots an inch in dots a metre.
    assert_eq!(told(&label), 7_992);
    assert_eq!(decoded_png(&label.body), "Order 4471");
    let pixels = image(&app, &record, "png", "?scale=3&dpi=203");
    assert_eq!((size_of(&pixels.body), pixels.header("x-qr-size-mm")), ((87, 87), "10.886"));
    for (format, query, side) in
        [("png", "", ""), ("png", "?size_mm=25", "25"), ("svg", "?size_mm=25", "25"), ("pdf", "", "50")]
    {
        assert_eq!(image(&app, &record, format, query).header("x-qr-size-mm"), side, "{format}{query}");
    }
}

#[test]
fn a_query_of_many_parameters_is_refused_in_few_words() {
    let app = TestApp::spawn();
    let id = text(&app)["id"].as_str().unwrap().to_owned();
    // Of names of two letters, as many as an address may have.
    let letters = || 'a'..='z';
    let names: Vec<String> =
        letters().flat_map(|first| letters().map(move |second| format!("{first}{second}"))).collect();
    let query: String = names.join("&").chars().cycle().take(7_000).collect();
    for id in [id.as_str(), "01977c1e-4b5a-7000-8a3f-1c2d3e4f5a6b"] {
        let answer = app.visitor.get(&format!("/qr/{id}.png?{query}")).send();
        assert_eq!(answer.refusal(), "400 invalid-parameter\nquery must have at most 16 parameters");
        assert!(answer.body.len() < 500, "{}", answer.body.len());
    }
    // So do the others that take parameters.
    for path in ["/api/v1/qr-codes", "/api/v1/scans", &format!("/api/v1/qr-codes/{id}/scans")] {
        let answer = app.api.get(&format!("{path}?{query}")).send();
        assert_eq!(
            answer.refusal(),
            "400 invalid-parameter\nquery must have at most 16 parameters",
            "{path}"
        );
    }
    for path in ["/api/v1/qr-codes", "/api/v1/qr-codes/batch"] {
        for accept in
            ["application/json", if path.ends_with("batch") { "application/zip" } else { "image/png" }]
        {
            let call = app.api.call("POST", &format!("{path}?{query}")).accept(accept);
            let answer = call.json(&json!([])).send();
            assert_eq!(
                answer.refusal(),
                "400 invalid-parameter\nquery must have at most 16 parameters",
                "{path}"
            );
        }
    }
}

#[test]
fn images_that_fail_take_tokens_of_the_network_and_those_that_are_there_none() {
    let app = TestApp::spawn();
    let record = text(&app);
    for path in ["/qr/x.png", "/qr/x.gif", "/qr/01977c1e-4b5a-7000-8a3f-1c2d3e4f5a6b.png"] {
        for _ in 0..33 {
            assert_eq!(app.visitor.get(path).send().status, 404);
        }
    }
    let last = image(&app, &record, "png", "?scale=0");
    assert_eq!((last.status, last.header("x-ratelimit-remaining")), (400, "0"));
    let refused = image(&app, &record, "png", "?scale=0");
    assert_eq!((refused.status, refused.header("ratelimit-policy")), (429, "\"network\";q=100;w=60"));
    let shown = image(&app, &record, "png", "");
    assert_eq!((shown.status, shown.header("ratelimit-policy")), (200, ""));
}

#[test]
fn a_border_below_the_standards_is_drawn_and_said() {
    let app = TestApp::spawn();
    let record = text(&app);
    for format in ["png", "svg", "pdf"] {
        assert_eq!(image(&app, &record, format, "?margin=3").header("x-qr-conformant"), "false");
        assert_eq!(image(&app, &record, format, "?margin=4").header("x-qr-conformant"), "");
    }
}

#[test]
fn options_out_of_bounds_are_named_all_at_once() {
    let app = TestApp::spawn();
    let record = text(&app);
    let refusal = |query: &str| image(&app, &record, "png", query).refusal();
    assert_snapshot!(refusal("?scale=0&margin=65&dark=red&size_mm=0&dpi=0&colour=1"), @"
    400 invalid-parameter
    scale is 1 to 1000 pixels a module, not 0
    margin is 0 to 64 modules, not 65
    size_mm is 1 to 5000 millimetres a side, not 0
    dpi is 1 to 10000, not 0
    colour is not a parameter of images; they have scale, size, margin, dark, light, size_mm, dpi, eci
    size_mm must not be there with dpi and scale or size: pixels and dpi decide the printed side; send two of the three
    dark is #rgb or #rrggbb
    ");
    assert_snapshot!(refusal("?size=9&size_mm=9&dpi=9"), @"
    400 invalid-parameter
    size_mm must not be there with dpi and scale or size: pixels and dpi decide the printed side; send two of the three
    ");
    assert_snapshot!(image(&app, &record, "svg", "?size=9&size_mm=9&dpi=9").refusal(), @"
    400 invalid-parameter
    size_mm must not be there with scale or size in an SVG: each decides its width alone
    dpi is of no use to an SVG, which has no dots; send size_mm alone
    ");
    assert_snapshot!(image(&app, &record, "pdf", "?scale=9&dpi=9").refusal(), @"
    400 invalid-parameter
    scale is of no use to a PDF, which has no pixels; send size_mm
    dpi is of no use to a PDF, which has no pixels; send size_mm
    ");
    assert_snapshot!(refusal("?scale=1001&size=10&size=20"), @"
    400 invalid-parameter
    scale is 1 to 1000 pixels a module, not 1001
    size must be there once
    size must not be there with scale: each decides the pixels alone
    ");
    assert!(
        refusal("?dark=777&light=999")
            .starts_with("400 invalid-parameter\ndark against light has a contrast of 1.25:1, ")
    );
    assert_snapshot!(refusal("?dark=fff&light=000"), @"
    400 invalid-parameter
    dark is lighter than light (contrast 16.00:1): many scanners do not read inverted symbols
    ");
    assert_snapshot!(refusal("?scale=x&margin=-1&size_mm=NaN"), @"
    400 invalid-parameter
    scale must be a whole number
    margin must be a whole number
    size_mm is 1 to 5000 millimetres a side, not NaN
    ");
    assert_snapshot!(refusal("?size=4001"), @"
    422 image-too-large
     The image would have 16008001 pixels; at most 16000000 are allowed.
    ");
    assert_eq!(image(&app, &record, "png", "?size=4000").status, 200);
}

#[test]
fn only_images_that_exist_are_served() {
    let app = TestApp::spawn();
    let record = text(&app);
    let id = record["id"].as_str().unwrap();
    let refusal = |path: &str| app.visitor.get(path).send().refusal();
    assert_snapshot!(refusal(&format!("/qr/{id}.gif")), @"
    404 route-not-found
     Images are /qr/{id}.png, /qr/{id}.svg and /qr/{id}.pdf.
    ");
    assert_snapshot!(refusal(&format!("/qr/{id}")), @"
    404 route-not-found
     Images are /qr/{id}.png, /qr/{id}.svg and /qr/{id}.pdf.
    ");
    assert_snapshot!(refusal("/qr/01977c1e-4b5a-7000-8a3f-1c2d3e4f5a6b.png"), @"
    404 code-not-found
     No code that you may see has this id.
    ");
    assert_snapshot!(refusal("/qr/x.png"), @"
    404 code-not-found
     No code that you may see has this id.
    ");
    assert_snapshot!(refusal(&format!("/qr/{id}.png/x")), @"
    404 route-not-found
     No resource has this path.
    ");
}

#[test]
fn private_images_ask_for_a_key_of_their_environment() {
    let app = TestApp::with(&[("images.public", "false")]);
    let record = text(&app);
    let path = record["images"]["png"].as_str().unwrap();
    assert_snapshot!(app.visitor.get(path).send().refusal(), @"
    401 missing-key
     Send the header Authorization: Bearer <API key>.
    ");
    let own = app.api.get(path).send();
    assert_eq!((own.status, own.header("cache-control")), (200, "private, max-age=86400"));
    let staging = app.client(&app.make_key(&["--environment", "staging"]));
    app.settle();
    assert_snapshot!(staging.get(path).send().refusal(), @"
    404 code-not-found
     No code that you may see has this id.
    ");
}

#[test]
fn images_of_paused_and_expired_codes_are_drawn_still_and_of_deleted_ones_not() {
    let app = TestApp::spawn();
    let body = json!({ "content_type": "url", "content": "https://example.com/", "dynamic": true });
    let record = app.api.created(&body);
    let first = ["png", "svg", "pdf"].map(|format| image(&app, &record, format, ""));
    let assert_drawn = |what: &str| {
        for (format, first) in ["png", "svg", "pdf"].iter().zip(&first) {
            let answer = image(&app, &record, format, "");
            assert_eq!((answer.status, &answer.body), (200, &first.body), "{what} {format}");
            assert_eq!(answer.header("etag"), first.header("etag"), "{what} {format}");
        }
    };
    app.api.patched(&record, &json!({ "status": "paused" }));
    assert_drawn("paused");
    app.api.patched(&record, &json!({ "status": "active", "expires_at": "2100-05-04T04:00:00Z" }));
    app.clock.advance(std::time::Duration::from_secs(7_200));
    assert_eq!(app.visitor.get(record["short_link"].as_str().unwrap()).send().status, 410);
    assert_drawn("expired");
    assert_eq!(app.api.delete(&record).status, 204);
    for format in ["png", "svg", "pdf"] {
        assert_eq!(image(&app, &record, format, "").status, 410, "{format}");
    }
}

#[test]
fn images_of_other_patterns_have_other_tags() {
    let app = TestApp::spawn();
    let mut tags = std::collections::BTreeSet::new();
    // Of the same version, level and size.
    for content in ["Order 4471", "Order 4472", "Order 4473"] {
        let record = app.api.created(&json!({ "content_type": "text", "content": content }));
        for format in ["png", "svg", "pdf"] {
            assert!(
                tags.insert(image(&app, &record, format, "").header("etag").to_owned()),
                "{content} {format}"
            );
        }
    }
}
