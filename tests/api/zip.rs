//! `POST /api/v1/qr-codes/batch` with `Accept: application/zip`.

use std::collections::HashMap;
use std::io::{Cursor, Read as _};

use ::zip::ZipArchive;
use insta::assert_snapshot;
use regex::Regex;
use serde_json::{Value, json};

use crate::support::{Answer, Connection, TestApp, decoded_png, decoded_svg, printed};

const BATCH: &str = "/api/v1/qr-codes/batch";

fn text(content: &str) -> Value {
    json!({ "content_type": "text", "content": content })
}

fn post(app: &TestApp, query: &str, body: &Value) -> Answer {
    app.api.call("POST", &format!("{BATCH}{query}")).accept("application/zip").json(body).send()
}

/// The files of an archive in its order, read by a library that shares no code with its writer, which checks
/// their checksums.
fn files(answer: &Answer) -> Vec<(String, Vec<u8>)> {
    assert_eq!(answer.header("content-type"), "application/zip", "{answer}");
    let mut archive = ZipArchive::new(Cursor::new(&answer.body)).unwrap();
    let mut files = Vec::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        files.push((file.name().unwrap().into_owned(), bytes));
    }
    files
}

/// The manifest, which comes first, and the images.
fn opened(answer: &Answer) -> (String, Vec<(String, Vec<u8>)>) {
    let mut files = files(answer);
    let (name, manifest) = files.remove(0);
    assert_eq!(name, "manifest.csv");
    // People open it.
    let manifest = String::from_utf8(manifest).unwrap();
    (manifest.strip_prefix('\u{feff}').unwrap().to_owned(), files)
}

/// The cells of each row, none of which may be quoted.
fn rows(manifest: &str) -> Vec<Vec<&str>> {
    assert!(!manifest.contains('"'), "{manifest}");
    manifest.lines().map(|line| line.split(',').collect()).collect()
}

/// All records, by id.
fn records(app: &TestApp) -> HashMap<String, Value> {
    let (page, next) = app.api.list("?limit=100");
    assert_eq!(next, None);
    page.into_iter().map(|record| (record["id"].as_str().unwrap().to_owned(), record)).collect()
}

/// A manifest whose ids are replaced.
fn stable(manifest: &str) -> String {
    let id = Regex::new("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").unwrap();
    id.replace_all(manifest, "<id>").replace("\r\n", "\n")
}

#[test]
fn a_hundred_images_hold_what_their_records_say() {
    let app = TestApp::spawn();
    let item = |number: usize| match number % 4 {
        0 => text(&format!("static {number}")),
        1 => {
            json!({ "content_type": "text", "content": "a", "target_url": "https://example.com/", "external_id": format!("order/{number}") })
        }
        2 => {
            json!({ "content_type": "text", "content": "a", "target_url": "https://example.com/", "name": "Table" })
        }
        _ => json!({ "content_type": "url", "content": "https://example.com/", "dynamic": true }),
    };
    let answer = post(&app, "", &(0..100).map(item).collect());
    assert_eq!(answer.status, 201);
    let (manifest, images) = opened(&answer);
    let rows = rows(&manifest);
    let columns =
        "index,status,file,id,name,external_id,short_code,short_link,target_url,problem,detail,size_mm";
    assert_eq!(rows[0], columns.split(',').collect::<Vec<_>>());
    let records = records(&app);
    assert_eq!((records.len(), rows.len(), images.len()), (100, 101, 100));

    for (index, (row, (name, image))) in rows[1..].iter().zip(&images).enumerate() {
        let record = &records[row[3]];
        let cell = |field: &str| record[field].as_str().unwrap_or_default();
        let (short_code, link) = (cell("short_code"), cell("short_link"));
        let expected = [
            &index.to_string(),
            "201",
            name,
            cell("id"),
            cell("name"),
            cell("external_id"),
            short_code,
            link,
            cell("target_url"),
            "",
            "",
            "",
        ];
        assert_eq!(row.as_slice(), expected);
        let (wanted, pattern) = match index % 4 {
            0 => (cell("id").to_owned(), format!("static {index}")),
            1 => (format!("order-{index}"), printed(link)),
            2 if index == 2 => ("Table".to_owned(), printed(link)),
            2 => (format!("Table-{}", index / 4 + 1), printed(link)),
            _ => (short_code.to_owned(), printed(link)),
        };
        assert_eq!((name, decoded_png(image)), (&format!("{wanted}.png"), pattern));
    }
}

#[test]
fn an_archive_is_sent_as_a_file_that_nobody_keeps() {
    let app = TestApp::spawn();
    let answer = post(&app, "?margin=1", &json!([text("a")]));
    let headers = [
        "cache-control",
        "content-disposition",
        "content-length",
        "x-content-type-options",
        "x-qr-conformant",
    ];
    let headers = headers.map(|name| answer.header(name));
    assert_eq!(headers, ["no-store", "attachment; filename=\"qr-codes.zip\"", "", "nosniff", "false"]);
    assert_eq!(answer.header("x-ratelimit-remaining"), "99");
    assert_eq!(post(&app, "", &json!([text("a")])).header("x-qr-conformant"), "");
}

#[test]
fn the_images_are_those_that_are_served_for_the_codes() {
    let app = TestApp::spawn();
    let named = json!({ "name": "A <b>", "content_type": "text", "content": "a" });
    for (format, query) in [("png", "scale=3&dark=036"), ("svg", "margin=6"), ("pdf", "size_mm=40")] {
        let answer = post(&app, &format!("?format={format}&{query}"), &json!([named, text("b")]));
        let (manifest, images) = opened(&answer);
        assert_eq!(images.len(), 2);
        for (row, (name, image)) in rows(&manifest)[1..].iter().zip(&images) {
            assert!(name.ends_with(&format!(".{format}")), "{name}");
            let served = app.visitor.get(&format!("/qr/{}.{format}?{query}", row[3])).send();
            assert!(served.status == 200 && served.body == *image, "{name}");
        }
        if format == "svg" {
            assert_eq!(decoded_svg(&images[1].1), "b");
        }
    }
}

#[test]
fn cells_are_no_formulas_and_names_stay_in_their_folder() {
    let app = TestApp::spawn();
    let named = |name: &str| json!({ "content_type": "text", "content": "a", "name": name });
    let items = json!([
        named("=1+1"),
        named("+1"),
        named("-1"),
        named("@SUM(1)"),
        named("../../etc/passwd"),
        named("manifest"),
        named(".hidden"),
        named("Tür, \"5\""),
        named("日本"),
        json!({ "content_type": "text", "content": "a", "name": "n", "external_id": "=cmd|'/c calc'!A1" }),
        json!({ "content_type": "text", "content": "a", "name": "n", "external_id": "§" }),
    ]);
    let (manifest, images) = opened(&post(&app, "?format=svg", &items));
    assert_snapshot!(stable(&manifest), @r#"
    index,status,file,id,name,external_id,short_code,short_link,target_url,problem,detail,size_mm
    0,201,1-1.svg,<id>,"'=1+1",,,,,,,
    1,201,1.svg,<id>,"'+1",,,,,,,
    2,201,1-2.svg,<id>,"'-1",,,,,,,
    3,201,SUM-1-.svg,<id>,"'@SUM(1)",,,,,,,
    4,201,etc-passwd.svg,<id>,../../etc/passwd,,,,,,,
    5,201,manifest.svg,<id>,manifest,,,,,,,
    6,201,hidden.svg,<id>,.hidden,,,,,,,
    7,201,Tür---5-.svg,<id>,"Tür, ""5""",,,,,,,
    8,201,日本.svg,<id>,日本,,,,,,,
    9,201,cmd---c-calc--A1.svg,<id>,n,"'=cmd|'/c calc'!A1",,,,,,
    10,201,n.svg,<id>,n,§,,,,,,
    "#);
    let files: Vec<&str> = images.iter().map(|(name, _)| name.as_str()).collect();
    for (index, name) in files.iter().enumerate() {
        let allowed = |character: char| character.is_alphanumeric() || "._-".contains(character);
        assert!(name.chars().all(allowed) && !name.starts_with('.'), "{name}");
        assert!(!files[..index].contains(name), "{name}");
    }
}

#[test]
fn names_that_windows_keeps_are_prefixed_and_letters_stay() {
    let app = TestApp::spawn();
    let wanted = ["aux", "CON", "LPT1.old", "Ärzte", "商品A", "ärzte"];
    let item = |name: &&str| json!({ "content_type": "text", "content": "a", "name": name });
    let (manifest, images) = opened(&post(&app, "", &wanted.iter().map(item).collect()));
    let files: Vec<&str> = images.iter().map(|(name, _)| name.as_str()).collect();
    let expected =
        ["code-aux.png", "code-CON.png", "code-LPT1.old.png", "Ärzte.png", "商品A.png", "ärzte-2.png"];
    assert_eq!(files, expected);
    assert!(rows(&manifest)[1..].iter().map(|row| row[2]).eq(expected));
}

#[test]
fn excel_finds_its_separator_and_leaves_ids_text() {
    let app = TestApp::spawn();
    let item = json!({ "content_type": "text", "content": "a", "external_id": "12E34567", "name": "Tür;5" });
    let (manifest, _) = opened(&post(&app, "?csv=excel", &json!([item])));
    let row = stable(&manifest).lines().nth(1).unwrap().to_owned();
    assert_eq!(row, "0;201;12E34567.png;\"=\"\"<id>\"\"\";\"Tür;5\";\"=\"\"12E34567\"\"\";;;;;;");
    assert_snapshot!(post(&app, "?csv=other", &json!([item])).refusal(), @"
    400 invalid-parameter
    csv may only be excel
    ");
}

#[test]
fn the_manifest_tells_the_printed_sides_that_a_resolution_allows() {
    let app = TestApp::spawn();
    // 29 and 77 modules a side; 25 mm are 199.8 dots.
    let items = json!([text("a"), text(&"x".repeat(300))]);
    let side = |query: &str| {
        let (manifest, _) = opened(&post(&app, query, &items));
        rows(&manifest)[1..].iter().map(|row| row[11].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(side("?size_mm=25&dpi=203"), ["25.4", "28.903"]);
    assert_eq!(side("?size_mm=25"), ["25", "25"]);
    assert_eq!(side("?format=pdf"), ["50", "50"]);
    assert_eq!(side("?format=svg&size=300"), ["", ""]);
}

#[test]
fn with_on_error_continue_the_manifest_tells_of_failed_items() {
    let app = TestApp::with(&[("limits.image_pixels", "100000")]);
    let items = json!([
        text("fine"),
        { "content_type": "txt", "content": "a", "colour": 1 },
        { "content_type": "text", "content": "a", "target_url": "ftp://example.com" },
        text(&"x".repeat(500)),
        { "content_type": "text", "content": "fine too", "name": "last" },
    ]);
    let answer = post(&app, "?on_error=continue&format=png", &items);
    assert_eq!(answer.status, 207);
    let (manifest, images) = opened(&answer);
    assert_snapshot!(stable(&manifest), @r#"
    index,status,file,id,name,external_id,short_code,short_link,target_url,problem,detail,size_mm
    0,201,<id>.png,<id>,,,,,,,,
    1,422,,,,,,,,invalid-request,"/1/content_type must be one of url, text, email, phone, sms, wifi, vcard, geo, event, payment; /1/colour is not a field of this object; its fields are name, content_type, content, target_url, dynamic, tags, metadata, external_id, error_correction, expires_at, alias",
    2,422,,,,,,,,invalid-request,"/2/target_url has the scheme ftp; only http and https are allowed",
    3,422,,,,,,,,image-too-large,"/3 would have an image of 864900 pixels; at most 100000 are allowed",
    4,201,last.png,<id>,last,,,,,,,
    "#);
    assert_eq!(decoded_png(&images[1].1), "fine too");
    assert_eq!((images.len(), app.stored()), (2, (2, 0)));

    let answer = post(&app, "?on_error=continue", &json!([1]));
    let (manifest, images) = opened(&answer);
    assert_eq!((answer.status, manifest.lines().count(), images.len()), (207, 2, 0));
}

#[test]
fn images_with_too_many_pixels_are_refused_before_anything_is_minted() {
    let app = TestApp::with(&[("limits.image_pixels", "100000"), ("limits.request_pixels", "250000")]);
    let refusal = |query: &str, body: Value| post(&app, query, &body).refusal();
    let link = json!({ "content_type": "url", "content": "https://example.com/", "dynamic": true });
    assert_snapshot!(refusal("", json!([text("a"), text(&"x".repeat(500)), link])), @"
    422 image-too-large
    /1 would have an image of 864900 pixels; at most 100000 are allowed
    /2 would have an image of 108900 pixels; at most 100000 are allowed
    ");
    assert_snapshot!(refusal("?size=300", json!([text("a"), text("b"), link])), @"
    422 image-too-large
     The images would have 270000 pixels together; at most 250000 are allowed in one request.
    ");
    assert_snapshot!(refusal("?size=300&on_error=continue", json!([text("a"), text("b"), link])), @"
    422 image-too-large
     The images would have 270000 pixels together; at most 250000 are allowed in one request.
    ");
    app.assert_nothing_written();
    // What fails is not drawn, and vectors have no pixels.
    assert_eq!(post(&app, "?size=300&on_error=continue", &json!([text("a"), text("b"), 1])).status, 207);
    assert_eq!(post(&app, "?format=svg&size=300", &json!([text("a"), text("b"), link])).status, 201);
}

#[test]
fn parameters_and_media_types_that_are_not_offered_are_refused() {
    let app = TestApp::spawn();
    let refusal = |query: &str| post(&app, query, &json!([text("a")])).refusal();
    assert_snapshot!(refusal("?format=gif&on_error=stop&scale=0&colour=1"), @"
    400 invalid-parameter
    format must be png, svg or pdf
    on_error may only be continue
    scale is 1 to 1000 pixels a module, not 0
    colour is not a parameter of archives; they have on_error, format, csv, scale, size, margin, dark, light, size_mm, dpi, eci
    ");
    assert_snapshot!(refusal("?format=png&format=svg"), @"
    400 invalid-parameter
    format must be there once
    ");
    let html = app.api.call("POST", BATCH).accept("text/html").json(&json!([text("a")])).send();
    assert_snapshot!(html.refusal(), @"
    406 not-acceptable
     A batch is answered as application/json or application/zip.
    ");
    app.assert_nothing_written();
}

#[test]
fn clients_that_go_away_leave_room_for_others() {
    let app = TestApp::spawn();
    let body = Value::from(vec![text("a"); 100]).to_string();
    let head = format!(
        "POST {BATCH}?scale=30 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\nAccept: application/zip\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        app.key,
        body.len(),
    );
    for _ in 0..8 {
        let mut connection = Connection::open(app.address);
        connection.write(&head);
        connection.write(&body);
        drop(connection);
    }
    // Those whose client has gone end at their next window.
    for _ in 0..50 {
        let answer = post(&app, "", &json!([text("a")]));
        if answer.status == 201 {
            assert_eq!(files(&answer).len(), 2);
            return;
        }
        assert_eq!(answer.problem()["code"], "overloaded");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("their permits were lost");
}

#[test]
fn more_archives_of_an_account_than_are_drawn_at_once_wait_for_their_turn() {
    let app = TestApp::spawn();
    let body = Value::from(vec![text("a"); 20]);
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..12).map(|_| scope.spawn(|| post(&app, "", &body))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for answer in &answers {
        assert_eq!((answer.status, files(answer).len()), (201, 21), "{answer}");
    }
    assert_eq!(app.stored(), (240, 0));
}
