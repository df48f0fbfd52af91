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
    dark is #rgb or #rrggbb
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
