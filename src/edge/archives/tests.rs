use std::pin::Pin;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody as _};
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::Method;
use actix_web::test::init_service;
use actix_web::{Error, rt};
use ezqr_actors::kernel::{AskError, Poison};
use ezqr_render::options::{QuietZone, Scale, Size};
use futures_util::future::poll_fn;
use serde_json::{Value, json};

use super::super::site::Site;
use super::*;

const PATIENCE: Duration = Duration::from_secs(20);

/// What an archive ends with, and nothing else.
const DIRECTORY: &[u8] = b"PK\x05\x06";

#[test]
fn a_query_without_parameters_asks_for_plain_pngs_of_a_whole_batch() {
    let plain = ArchiveOptions { format: Format::Png, image: ImageOptions::default(), csv: CsvStyle::Plain };
    assert_eq!(parse_query("").unwrap(), (OnError::Refuse, plain));
}

#[test]
fn every_parameter_is_read() {
    let (on_error, options) = parse_query("scale=2&format=svg&margin=1&on_error=continue").unwrap();
    assert_eq!((on_error, options.format), (OnError::Continue, Format::Svg));
    assert_eq!(options.image.size, Size::Scale(Scale::new(2).unwrap()));
    assert_eq!(options.image.quiet_zone, QuietZone::new(1).unwrap());
}

#[test]
fn all_faults_are_named_at_once() {
    let query = "format=gif&format=png&on_error=stop&on_error=continue&scale=0&scale=1&colour=1";
    let refused = parse_query(query).unwrap_err();
    assert_eq!(refused.code, ProblemCode::InvalidParameter);
    let places: Vec<&str> = refused.faults.iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(places, ["format", "format", "on_error", "on_error", "scale", "scale", "colour"]);
}

async fn post<S>(site: &Site, service: &S, items: usize) -> ServiceResponse
where
    S: Service<actix_http::Request, Response = ServiceResponse, Error = Error>,
{
    let item = json!({"content_type": "url", "content": "https://example.com/", "dynamic": true});
    let request = site
        .request(Method::POST, "/api/v1/qr-codes/batch")
        .insert_header(("Accept", MEDIA_TYPE))
        .set_json(Value::from(vec![item; items]));
    service.call(request.to_request()).await.unwrap()
}

/// The next bytes of a body; `None` at its end.
async fn next(body: &mut BoxBody) -> Option<Result<Bytes, Box<dyn std::error::Error>>> {
    poll_fn(|context| Pin::new(&mut *body).poll_next(context)).await
}

/// All that comes of a body, and whether it came to its end.
async fn rest(mut body: BoxBody) -> (Vec<u8>, bool) {
    let mut bytes = Vec::new();
    loop {
        match next(&mut body).await {
            Some(Ok(chunk)) => bytes.extend_from_slice(&chunk),
            Some(Err(_)) => return (bytes, false),
            None => return (bytes, true),
        }
    }
}

fn has_directory(bytes: &[u8]) -> bool {
    bytes.windows(DIRECTORY.len()).any(|window| window == DIRECTORY)
}

#[actix_web::test]
async fn a_crash_of_the_renderer_cuts_archives_off_and_the_next_is_whole() {
    let site = Site::new().await;
    let service = init_service(site.app()).await;
    for poison in [Poison::Handler, Poison::Future, Poison::Step] {
        // Both permits of the account are in use.
        let mut bodies =
            [post(&site, &service, 100).await.into_body(), post(&site, &service, 100).await.into_body()];
        for body in &mut bodies {
            assert!(next(body).await.unwrap().unwrap().starts_with(b"PK\x03\x04"));
        }
        let rendering = site.edge.handles.rendering.raw();
        assert_eq!(rendering.ask(poison, PATIENCE).await, Err(AskError::Crashed));
        for body in bodies {
            let (bytes, ended) = rest(body).await;
            assert!(!ended && !has_directory(&bytes));
        }
        let (bytes, ended) = rest(post(&site, &service, 100).await.into_body()).await;
        assert!(ended && has_directory(&bytes));
    }
}

#[actix_web::test]
async fn a_third_archive_at_once_is_refused_before_anything_is_minted() {
    let site = Site::new().await;
    let service = init_service(site.app()).await;
    let first = post(&site, &service, 100).await;
    let second = post(&site, &service, 100).await;
    let before = site.messages();
    let third = post(&site, &service, 100).await;
    assert_eq!(third.status(), 503);
    assert_eq!(third.headers().get("retry-after").unwrap(), "1");
    let after = site.messages();
    assert_eq!(after[2], before[2], "the owner of codes was asked nothing");
    assert_eq!(after[3], before[3] + 1);
    drop(first);
    // Its task notices that its client has gone.
    let answer = rt::time::timeout(PATIENCE, async {
        loop {
            let answer = post(&site, &service, 1).await;
            if answer.status() == 201 {
                return answer;
            }
            rt::task::yield_now().await;
        }
    });
    assert!(rest(answer.await.unwrap().into_body()).await.1);
    assert!(rest(second.into_body()).await.1);
}

#[actix_web::test]
async fn an_archive_of_a_manifest_alone_gives_its_permit_back_too() {
    let site = Site::new().await;
    let service = init_service(site.app()).await;
    for _ in 0..5 {
        let item = json!({"content_type": "text", "content": ""});
        let request = site
            .request(Method::POST, "/api/v1/qr-codes/batch?on_error=continue")
            .insert_header(("Accept", MEDIA_TYPE))
            .set_json(json!([item]));
        let answer = service.call(request.to_request()).await.unwrap();
        assert_eq!(answer.status(), 207);
        assert!(rest(answer.into_body()).await.1);
    }
}
