use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::body::to_bytes;
use actix_web::http::StatusCode;
use ezqr_actors::Busy;
use ezqr_actors::codes::{ChangeRefused, MintRefused};
use ezqr_actors::kernel::AskError;
use ezqr_actors::limiter::TakeRefused;
use ezqr_actors::rendering::{BatchRefused, RenderRefused};
use ezqr_schema::ProblemCode;
use ezqr_store::{ReadError, Unavailable, WriteError};
use futures_util::FutureExt as _;
use serde_json::Value;

use super::*;

const SOON: Duration = Duration::from_millis(2_500);

/// What a program is told: status, code, `Retry-After` and the problem itself.
fn told(fault: Fault) -> (u16, String, Option<String>, Value) {
    let response = answer(fault, "id-1", Audience::Program);
    let status = response.status().as_u16();
    let retry_after = response.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
    let body = to_bytes(response.into_body()).now_or_never().unwrap().unwrap();
    let problem: Value = serde_json::from_slice(&body).unwrap();
    let code = problem["code"].as_str().unwrap().to_owned();
    let known = ProblemCode::of(&code).unwrap();
    assert_eq!(problem["status"], status);
    assert_eq!((status, problem["title"].as_str()), (known.status(), Some(known.title())));
    assert_eq!(
        (problem["type"].as_str(), problem["request_id"].as_str()),
        (Some(&*format!("/problems/{code}")), Some("id-1"))
    );
    (status, code, retry_after, problem)
}

fn unavailable() -> Unavailable {
    Unavailable { reason: "the disk is full".to_owned(), retry_after: SOON }
}

fn busy() -> Busy {
    Busy { cause: AskError::Refused, retry_after: SOON }
}

#[test]
fn a_write_whose_end_is_not_known_is_never_told_as_one_that_was_not_made() {
    let unknown = || WriteError::OutcomeUnknown("no answer".to_owned());
    let faults: [Fault; 3] =
        [unknown().into(), MintRefused::Store(unknown()).into(), ChangeRefused::Store(unknown()).into()];
    for fault in faults {
        let (status, code, _, problem) = told(fault);
        assert_eq!((status, code.as_str()), (504, "outcome-unknown"));
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("may have been"), "{detail}");
        assert!(!detail.contains("Nothing was") && !detail.contains("no answer"), "{detail}");
    }
}

#[test]
fn who_cannot_be_served_now_is_told_that_nothing_was_done_and_when_to_come_back() {
    let overloaded: [Fault; 7] = [
        busy().into(),
        TakeRefused::Busy(busy()).into(),
        MintRefused::Busy(busy()).into(),
        ChangeRefused::Busy(busy()).into(),
        RenderRefused::Busy(busy()).into(),
        BatchRefused::Busy(busy()).into(),
        BatchRefused::Account.into(),
    ];
    for fault in overloaded {
        let (status, code, retry_after, problem) = told(fault);
        assert_eq!((status, code.as_str()), (503, "overloaded"));
        assert!(problem["detail"].as_str().unwrap().starts_with("Nothing was done"), "{problem:#}");
        assert!(matches!(retry_after.as_deref(), Some("3" | "1")), "{problem:#}");
    }
    let away: [Fault; 4] = [
        unavailable().into(),
        TakeRefused::Store(unavailable()).into(),
        ReadError::Unavailable(unavailable()).into(),
        WriteError::Unavailable(unavailable()).into(),
    ];
    for fault in away {
        let (status, code, retry_after, problem) = told(fault);
        assert_eq!((status, code.as_str(), retry_after.as_deref()), (503, "store-unavailable", Some("3")));
        assert!(!problem["detail"].as_str().unwrap().contains("disk"), "{problem:#}");
    }
}

#[test]
fn every_answer_that_says_later_says_when() {
    for code in ProblemCode::ALL.iter().copied() {
        let (status, _, retry_after, _) = told(Fault::new(code, "Later."));
        assert_eq!(retry_after.is_some(), matches!(status, 429 | 503), "{code:?}");
        let (.., retry_after, _) = told(Fault::new(code, "Later.").retry_after(SOON));
        assert_eq!(retry_after.as_deref(), Some("3"), "{code:?}");
    }
}

/// Those that `tests/api` cannot bring about by a request, from where they come from.
#[test]
fn problems_that_no_request_alone_causes_are_told_as_what_they_are() {
    let running = MintRefused::StillRunning { retry_after: Duration::from_secs(2) };
    let (status, code, retry_after, _) = told(running.into());
    assert_eq!((status, code.as_str(), retry_after.as_deref()), (409, "idempotency-in-progress", Some("2")));

    let of_status = |status| fault_of(&HttpResponse::new(status)).unwrap();
    let (status, code, ..) = told(of_status(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE));
    assert_eq!((status, code.as_str()), (431, "headers-too-large"));

    let internal = [
        Fault::internal(std::io::Error::other("the secret cause")),
        of_status(StatusCode::INTERNAL_SERVER_ERROR),
        RenderRefused::Panicked.into(),
        MintRefused::OutOfNumbers.into(),
    ];
    for fault in internal {
        let (status, code, _, problem) = told(fault);
        assert_eq!((status, code.as_str()), (500, "internal"));
        assert_eq!(problem["detail"], "The log has more under the request's id.");
    }
}
