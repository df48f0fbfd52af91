//! What is not answered.

use insta::assert_snapshot;
use serde_json::json;

use super::{app, dynamic, path, scans};

#[test]
fn what_is_asked_wrongly_is_named() {
    let app = app();
    let record = dynamic(&app, "Poster", &[]);
    let refusal = |query: &str| scans(&app, &record, query).refusal();
    assert_snapshot!(refusal("?from=2099-05-04&to=2099-05-03"), @"
    400 invalid-parameter
    from must be before to
    ");
    assert_snapshot!(refusal("?from=2099-05-04T10:00:00Z&to=2099-05-04T10:00:00Z"), @"
    400 invalid-parameter
    from must be before to
    ");
    assert_snapshot!(refusal("?from=2099-05-05"), @"
    400 invalid-parameter
    from must be before the end of today
    ");
    assert_snapshot!(refusal("?tz=Mars/Olympus"), @"
    400 invalid-parameter
    tz must be the name of a time zone in the IANA database, such as Europe/Berlin or UTC
    ");
    assert_snapshot!(refusal("?from=1969-12-31"), @"
    400 invalid-parameter
    from must be within the years 2000 to 2099
    ");
    assert_snapshot!(refusal("?to=12000-01-01"), @"
    400 invalid-parameter
    to must be a date, such as 2026-05-04, or an RFC 3339 instant, such as 2026-05-04T12:00:00Z
    ");
    assert_snapshot!(refusal("?from=2000-01-01&to=2099-05-04&interval=hour"), @"
    400 invalid-parameter
    interval with from and to makes 870816 entries, at most 10000 are answered; ask for a shorter range or a longer interval
    ");
    assert_snapshot!(refusal("?from=2099-01-01&to=2099-05-04&interval=hour&country=DE"), @"
    400 invalid-parameter
    interval must be day, week or month before 2099-03-31: hours of a country, device or referrer are kept 35 days
    ");
    assert_snapshot!(refusal("?group_by=country,browser"), @"
    400 invalid-parameter
    group_by must be one of class, country, device, referrer, or two different ones, such as country,device
    ");
    assert_snapshot!(refusal("?group_by=country,country"), @"
    400 invalid-parameter
    group_by must be one of class, country, device, referrer, or two different ones, such as country,device
    ");
    assert_snapshot!(refusal("?group_by=country,device,class"), @"
    400 invalid-parameter
    group_by must be one of class, country, device, referrer, or two different ones, such as country,device
    ");
    let many = "?from=yesterday&to=2099-02-30&tz=&interval=minute&country=DEU&device=watch&referrer=a%20b&class=people\
                &group_by=&top=0&format=xml&tag=spring&colour=1&from=2099-05-04";
    assert_snapshot!(refusal(many), @"
    400 invalid-parameter
    from must be a date, such as 2026-05-04, or an RFC 3339 instant, such as 2026-05-04T12:00:00Z
    to must be a date, such as 2026-05-04, or an RFC 3339 instant, such as 2026-05-04T12:00:00Z
    tz must be the name of a time zone in the IANA database, such as Europe/Berlin or UTC
    interval must be one of hour, day, week, month
    country must be two letters, such as DE (ISO 3166-1 alpha-2; ZZ is unknown); several are separated by commas
    device must be one of phone, tablet, desktop, other; several are separated by commas
    referrer must be a host name of at most 64 bytes, such as example.com, or direct, or other; several are separated by commas
    class must be one of human, bot, unknown; several are separated by commas
    group_by must be one of class, country, device, referrer, or two different ones, such as country,device
    top must be a number from 1 to 100
    format must be one of json, csv, ndjson
    tag is not a parameter of this report; its parameters are from, to, tz, interval, country, device, referrer, class, group_by, top, format, csv
    colour is not a parameter of this report; its parameters are from, to, tz, interval, country, device, referrer, class, group_by, top, format, csv
    from must be there once
    ");
    let long = format!("?{}=1", "x".repeat(4_000));
    assert!(refusal(&long).len() < 400);
}

#[test]
fn a_report_in_a_form_nobody_writes_is_refused() {
    let app = app();
    let record = dynamic(&app, "Poster", &[]);
    let refusal = app.api.get(&path(&record, "")).accept("application/pdf").send().refusal();
    assert_snapshot!(refusal, @"
    406 not-acceptable
     A report on scans is answered as application/json, text/csv or application/x-ndjson.
    ");
}

#[test]
fn a_report_that_would_read_too_much_says_how_much() {
    let app = app();
    app.open_pages(170);
    let everything = "/api/v1/scans?from=2098-01-01&to=2099-05-04&interval=month";
    assert_snapshot!(app.api.get(everything).send().refusal(), @"
    422 range-too-large
     The report needs at least 6018 reads; at most 5000 are made. Ask for fewer days, or for the codes of a tag.
    ");
}

#[test]
fn a_key_needs_the_scope_and_sees_its_own_codes_alone() {
    let app = app();
    let record = dynamic(&app, "Poster", &[]);
    let reader = app.client(&app.make_key(&["--scopes", "codes:read"]));
    let staging = app.client(&app.make_key(&["--environment", "staging", "--scopes", "scans:read"]));
    app.settle();
    for path in [path(&record, ""), "/api/v1/scans".to_owned()] {
        assert_eq!(
            reader.get(&path).send().refusal(),
            "403 scope-missing\n The key has not the scope scans:read."
        );
        assert_eq!(app.visitor.get(&path).send().status, 401);
    }
    let not_found = "404 code-not-found\n No code that you may see has this id.";
    assert_eq!(staging.get(&path(&record, "")).send().refusal(), not_found);
    for id in ["x", "019debd0-1c71-7003-a090-88b3a216df49"] {
        assert_eq!(scans(&app, &json!({ "id": id }), "").refusal(), not_found, "{id}");
    }
}
