use serde_json::{Value, json};

use super::*;
use crate::{
    AccountId, Alias, CodeStatus, Environment, ExternalId, InstallationSecret, LinkBaseId, Metadata, Minted,
    Name, NewCode, Owner, Payload, Sequence, TargetUrl,
};

/// A dynamic code with everything in it.
pub(crate) fn code() -> Code {
    let secret = InstallationSecret::from_bytes([1; 32]);
    let (sequence, created_at) =
        (Sequence::new(4_471).unwrap(), Timestamp::from_millis(1_777_777_777_777).unwrap());
    let tags = ["spring", "print"].map(|tag| Tag::parse(tag).unwrap());
    let environment = Environment::parse("production").unwrap();
    let new = NewCode {
        content_type: ContentType::Url,
        content: Payload::from_stored("https://example.com/\"quoted\"".to_owned()).unwrap(),
        target_url: Some(TargetUrl::parse("https://example.com/landing").unwrap()),
        alias: None,
        name: Some(Name::parse("Customer 4471").unwrap()),
        tags: Tags::new(tags).unwrap(),
        metadata: Metadata::parse(r#"{"order":7}"#).unwrap(),
        external_id: Some(ExternalId::parse("4471").unwrap()),
        error_correction: ErrorCorrection::Quartile,
        expires_at: Some(Timestamp::MAX),
    };
    new.mint(Minted {
        sequence,
        id: secret.code_ids().make(created_at, 3, sequence),
        owner: Owner { account: AccountId::from_random([7; 16]), environment },
        link_base: LinkBaseId(0),
        created_at,
    })
}

fn written(code: &Code, scan_count: ScanCount) -> String {
    let short_codes = InstallationSecret::from_bytes([1; 32]).short_codes();
    let link_base = LinkBase::parse("https://r.example.com").unwrap();
    let context = RecordContext {
        short_codes: &short_codes,
        link_base: &link_base,
        now: Timestamp::EPOCH,
        public_url: "https://api.example.com/ezqr",
    };
    serde_json::to_string(&CodeRecord::new(code, context, scan_count)).unwrap()
}

fn printed(code: &Code) -> String {
    let short_codes = InstallationSecret::from_bytes([1; 32]).short_codes();
    let link_base = LinkBase::parse("https://r.example.com").unwrap();
    pattern(code, &short_codes, &link_base, LinkCapitals::default())
}

/// The record of [`code`], read back.
pub(in super::super) fn shown() -> Value {
    serde_json::from_str(&written(&code(), ScanCount::Counted(12))).unwrap()
}

#[test]
fn a_dynamic_code_is_shown_with_its_link() {
    assert_eq!(
        written(&code(), ScanCount::Counted(12)),
        concat!(
            r#"{"id":"019debd0-1c71-7003-a090-88b3a216df49","name":"Customer 4471","content_type":"url","#,
            r#""content":"https://example.com/\"quoted\"","dynamic":true,"#,
            r#""target_url":"https://example.com/landing","short_code":"5GHJP8SK","#,
            r#""short_link":"https://r.example.com/5GHJP8SK","environment":"production","#,
            r#""tags":["print","spring"],"metadata":{"order":7},"external_id":"4471","error_correction":"Q","#,
            r#""status":"active","expires_at":"9999-12-30T22:00:00.000Z","scan_count":12,"version":1,"#,
            r#""created_at":"2026-05-03T03:09:37.777Z","updated_at":"2026-05-03T03:09:37.777Z","#,
            r#""images":{"png":"https://api.example.com/ezqr/qr/019debd0-1c71-7003-a090-88b3a216df49.png","#,
            r#""svg":"https://api.example.com/ezqr/qr/019debd0-1c71-7003-a090-88b3a216df49.svg","#,
            r#""pdf":"https://api.example.com/ezqr/qr/019debd0-1c71-7003-a090-88b3a216df49.pdf"}}"#,
        )
    );
    assert_eq!(printed(&code()), "https://R.EXAMPLE.COM/5GHJP8SK");
}

#[test]
fn an_alias_is_shown_and_printed_instead_of_the_generated_code() {
    let code = Code { alias: Some(Alias::parse("Summer-Sale").unwrap()), ..code() };
    let record: Value = serde_json::from_str(&written(&code, ScanCount::Omitted)).unwrap();
    assert_eq!(record["short_code"], "summer-sale");
    assert_eq!(record["short_link"], "https://r.example.com/summer-sale");
    assert_eq!(printed(&code), "https://R.EXAMPLE.COM/SUMMER-SALE");
}

#[test]
fn a_static_code_has_no_link() {
    let code = Code {
        target_url: None,
        name: None,
        external_id: None,
        expires_at: None,
        tags: Tags::default(),
        metadata: Metadata::default(),
        status: CodeStatus::Paused,
        ..code()
    };
    let record: Value = serde_json::from_str(&written(&code, ScanCount::NONE)).unwrap();
    for field in ["target_url", "short_code", "short_link", "name", "external_id", "expires_at"] {
        assert_eq!(record.get(field), Some(&Value::Null), "{field}");
    }
    assert_eq!((&record["dynamic"], &record["status"]), (&json!(false), &json!("paused")));
    assert_eq!((&record["tags"], &record["metadata"]), (&json!([]), &json!({})));
    assert_eq!(record["scan_count"], 0);
    assert_eq!(printed(&code), code.content.as_str());
}

#[test]
fn scans_nobody_asked_for_are_left_out_and_those_nobody_can_tell_are_null() {
    let scan_count = |count| {
        let record: Value = serde_json::from_str(&written(&code(), count)).unwrap();
        record.get("scan_count").cloned()
    };
    assert_eq!(scan_count(ScanCount::Omitted), None);
    assert_eq!(scan_count(ScanCount::Unavailable), Some(Value::Null));
}
