//! Each content type over the wire, as a string and as an object.

use ezqr_render::options::ImageOptions;
use ezqr_render::{ErrorCorrection, Symbol, TextEncoding};
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, decoded_png, printed};

/// Content type, what is sent, what the pattern holds.
fn contents() -> Vec<(&'static str, Value, &'static str)> {
    vec![
        ("url", json!("https://example.com/a"), "https://example.com/a"),
        ("url", json!({ "url": "https://bücher.example/a b" }), "https://xn--bcher-kva.example/a%20b"),
        ("text", json!(" Grüße "), " Grüße "),
        ("text", json!({ "text": "one\r\ntwo" }), "one\ntwo"),
        ("email", json!("mailto:ann@example.com"), "mailto:ann@example.com"),
        (
            "email",
            json!({ "to": "ann@example.com", "subject": "a&b", "body": "1\n2" }),
            "mailto:ann@example.com?subject=a%26b&body=1%0D%0A2",
        ),
        ("phone", json!("tel:+49301234567"), "tel:+49301234567"),
        ("phone", json!({ "number": "+49 30 1234567" }), "tel:+49301234567"),
        ("sms", json!("sms:+49301234567?body=hi"), "sms:+49301234567?body=hi"),
        ("sms", json!({ "number": "+49 30 1234567", "message": "hi: you" }), "SMSTO:+49301234567:hi: you"),
        ("wifi", json!("WIFI:T:nopass;S:a;;"), "WIFI:T:nopass;S:a;;"),
        (
            "wifi",
            json!({ "ssid": "a;b", "password": "12345678", "hidden": true }),
            "WIFI:T:WPA;S:a\\;b;P:12345678;H:true;;",
        ),
        (
            "vcard",
            json!("BEGIN:VCARD\nVERSION:4.0\nFN:A\nEND:VCARD"),
            "BEGIN:VCARD\nVERSION:4.0\nFN:A\nEND:VCARD",
        ),
        (
            "vcard",
            json!({ "first_name": "Ann", "last_name": "Lee;", "phone": "+1 555 0100199" }),
            "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Lee\\;;Ann;;;\r\nFN:Ann Lee\\;\r\nTEL;TYPE=VOICE:+15550100199\r\n\
             END:VCARD\r\n",
        ),
        ("geo", json!("geo:52.5,13.4;u=35"), "geo:52.5,13.4;u=35"),
        ("geo", json!({ "latitude": 52.5, "longitude": "13.40" }), "geo:52.5,13.4"),
        ("event", json!("BEGIN:VEVENT\nEND:VEVENT"), "BEGIN:VEVENT\nEND:VEVENT"),
        (
            "event",
            json!({
                "title": "Tea; with, Ann", "start": "2026-03-01T18:00:00+01:00",
                "end": "2026-03-01T19:30:00+01:00", "location": "Room 1\\2", "description": "one\ntwo",
                "url": "https://example.com/e?a=1,2"
            }),
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:ezqr\r\nBEGIN:VEVENT\r\nUID:ff045d28ef52acec\r\n\
             DTSTAMP:20260301T170000Z\r\nDTSTART:20260301T170000Z\r\nDTEND:20260301T183000Z\r\n\
             SUMMARY:Tea\\; with\\, Ann\r\nLOCATION:Room 1\\\\2\r\nDESCRIPTION:one\\ntwo\r\n\
             URL:https://example.com/e?a=1,2\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        ),
        ("payment", json!("SPC\n0200\n1"), "SPC\n0200\n1"),
        (
            "payment",
            json!({ "scheme": "epc", "name": "Max Mustermann", "iban": "DE89 3704 0044 0532 0130 00" }),
            "BCD\n002\n1\nSCT\n\nMax Mustermann\nDE89370400440532013000",
        ),
    ]
}

#[test]
fn every_content_type_is_minted_as_a_string_and_as_an_object_and_decodes_to_its_payload() {
    let app = TestApp::spawn();
    for (content_type, content, payload) in contents() {
        let record = app.api.created(&json!({ "content_type": content_type, "content": content }));
        assert_eq!((&record["content_type"], &record["content"]), (&content_type.into(), &payload.into()));
        assert_eq!((&record["dynamic"], &record["short_link"]), (&false.into(), &Value::Null));
        let image = app.visitor.get(record["images"]["png"].as_str().unwrap()).send();
        assert_eq!(decoded_png(&image.body), payload, "{record:#}");
    }
    let mut seen: Vec<_> = contents().into_iter().map(|(content_type, ..)| content_type).collect();
    seen.dedup();
    let known = ezqr_schema::ContentType::ALL.map(ezqr_schema::ContentType::name);
    assert_eq!(seen, known);
}

/// The image of `record` in `format`, with a query.
fn image(app: &TestApp, record: &Value, format: &str, query: &str) -> Answer {
    app.visitor.get(&format!("{}{query}", record["images"][format].as_str().unwrap())).send()
}

#[test]
fn a_scanned_dynamic_code_holds_its_short_link_in_capitals_behind_the_scheme() {
    for (capitals, expected) in [
        (None, printed as fn(&str) -> String),
        (Some("after-scheme"), printed),
        (Some("all"), |link| link.to_ascii_uppercase()),
        (Some("none"), str::to_owned),
    ] {
        let mut settings = vec![("links.link_url", "https://r.example.com")];
        settings.extend(capitals.map(|capitals| ("links.capitals", capitals)));
        let app = TestApp::with(&settings);
        let body = json!({ "content_type": "vcard", "content": { "full_name": "Ann" }, "target_url": "https://example.com/ann" });
        let record = app.api.created(&body);
        let short_link = record["short_link"].as_str().unwrap();
        let held = decoded_png(&image(&app, &record, "png", "").body);
        assert_eq!(held, expected(short_link), "{capitals:?}");
        // It leads there in the letters that are printed, and in any others.
        for link in [held.as_str(), short_link, &short_link.to_ascii_lowercase()] {
            let (_, path) = link.rsplit_once('/').unwrap();
            let answer = app.visitor.get(&format!("/{path}")).send();
            assert_eq!((answer.status, answer.header("location")), (302, "https://example.com/ann"));
        }
    }
}

#[test]
fn text_that_is_not_ascii_says_what_it_is_unless_it_shall_not() {
    let image_of = |settings: &[(&str, &str)], content: &str, format: &str, query: &str| {
        let app = TestApp::with(settings);
        let record = app.api.created(&json!({ "content_type": "text", "content": content }));
        let answer = image(&app, &record, format, query);
        assert_eq!(answer.status, 200, "{answer}");
        answer.body.clone()
    };
    let untold = [("images.eci", "false")];
    for format in ["png", "svg"] {
        let symbol = |content: &str, encoding| {
            let symbol = Symbol::of_text(content, ErrorCorrection::Medium, encoding).unwrap();
            let options = ImageOptions::default();
            match format {
                "png" => ezqr_render::png::write(&symbol, &options).unwrap(),
                _ => ezqr_render::svg::write(&symbol, &options, None).into_bytes(),
            }
        };
        let (told, silent) =
            (symbol("Büro", TextEncoding::Declared), symbol("Büro", TextEncoding::Undeclared));
        assert!(told != silent);
        assert!(image_of(&[], "Büro", format, "") == told);
        assert!(image_of(&[], "Büro", format, "?eci=true") == told);
        assert!(image_of(&[], "Büro", format, "?eci=false") == silent);
        assert!(image_of(&untold, "Büro", format, "") == silent);
        assert!(image_of(&untold, "Büro", format, "?eci=true") == told);
        // ASCII has nothing to say.
        let plain = symbol("Buero", TextEncoding::Declared);
        for (settings, query) in [(&[][..], "?eci=true"), (&[], "?eci=false"), (&untold, "")] {
            assert!(image_of(settings, "Buero", format, query) == plain);
        }
    }
}

#[test]
fn an_image_has_another_tag_when_its_symbol_is_another() {
    let app = TestApp::spawn();
    let record = app.api.created(&json!({ "content_type": "text", "content": "Büro" }));
    let tag = |query: &str| image(&app, &record, "png", query).header("etag").to_owned();
    assert_eq!(tag(""), tag(""));
    assert_ne!(tag(""), tag("?eci=false"));
}

#[test]
fn content_that_fits_without_saying_what_it_is_is_taken_and_drawn() {
    let app = TestApp::spawn();
    // 2,953 bytes fill the largest symbol of level L, without an ECI.
    let content = format!("{}é", "x".repeat(2_951));
    let record =
        app.api.created(&json!({ "content_type": "text", "content": content, "error_correction": "L" }));
    assert_eq!(decoded_png(&image(&app, &record, "png", "").body), content);
}
