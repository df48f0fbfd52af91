//! What is answered is what is described.

use super::validity::invalid;
use super::*;
use crate::wire::{
    BatchAnswer, BatchItem, CodeReceipt, CodeRecord, ListAnswer, RecordContext, ScanCount, parse_code_patch,
    parse_new_code,
};
use crate::{
    AccountId, Code, Environment, InstallationSecret, LinkBase, LinkBaseId, Minted, Owner, Problem,
    ProblemCode, Sequence,
};

/// The code that an example of a new one becomes.
fn minted(body: &Value) -> Code {
    let secret = InstallationSecret::from_bytes([1; 32]);
    let sequence = Sequence::new(4_471).unwrap();
    let created_at = Timestamp::from_millis(1_777_777_777_777).unwrap();
    let environment = Environment::parse("production").unwrap();
    parse_new_code(&body.into(), &CONTEXT).unwrap().mint(Minted {
        sequence,
        id: secret.code_ids().make(created_at, 3, sequence),
        owner: Owner { account: AccountId::from_random([7; 16]), environment },
        link_base: LinkBaseId(0),
        created_at,
    })
}

/// What is answered about the record of `code`.
fn answered(code: &Code, scan_count: ScanCount, answer: impl FnOnce(CodeRecord<'_>) -> Value) -> Value {
    let short_codes = InstallationSecret::from_bytes([1; 32]).short_codes();
    let link_base = LinkBase::parse("https://r.example.com").unwrap();
    let context = RecordContext {
        short_codes: &short_codes,
        link_base: &link_base,
        now: Timestamp::EPOCH,
        public_url: "https://qr.example.com",
    };
    answer(CodeRecord::new(code, context, scan_count))
}

/// The record of `code`.
fn record(code: &Code, scan_count: ScanCount) -> Value {
    answered(code, scan_count, |record| json(&record))
}

fn json(answer: &impl serde::Serialize) -> Value {
    serde_json::to_value(answer).unwrap()
}

/// `value` has the properties of the schema called `name`, without those of `left_out`, and no others.
fn assert_described(value: &Value, name: &str, left_out: &[&str]) {
    let document = document();
    let schema = schema(document, name);
    let mut documented = names(&schema["properties"]);
    for property in left_out {
        assert!(
            documented.remove(*property) && !texts(&schema["required"]).contains(*property),
            "{property}"
        );
    }
    assert_eq!(names(value), documented, "{name}");
    assert_eq!(invalid(document, schema, value), None);
}

#[test]
fn the_example_of_a_record_is_what_the_first_example_of_a_new_code_becomes() {
    let code = minted(&examples(document(), "NewCode")[0]);
    assert_eq!(record(&code, ScanCount::NONE), examples(document(), "Code")[0]);
}

#[test]
fn a_record_has_the_documented_properties() {
    for example in examples(document(), "NewCode") {
        let code = minted(example);
        assert_described(&record(&code, ScanCount::Counted(12)), "Code", &[]);
        assert_described(&record(&code, ScanCount::Unavailable), "Code", &[]);
        assert_described(&record(&code, ScanCount::Omitted), "Code", &["scan_count"]);
        assert_described(&record(&code, ScanCount::Omitted)["images"], "Images", &[]);
    }
}

#[test]
fn a_changed_record_is_described_too() {
    let code = minted(&examples(document(), "NewCode")[0]);
    for patch in examples(document(), "CodePatch") {
        let patch = parse_code_patch(&patch.into(), &CONTEXT).unwrap();
        let changed = patch.apply(&code, Timestamp::MAX).unwrap().unwrap();
        assert_described(&record(&changed, ScanCount::NONE), "Code", &[]);
        assert_described(&json(&CodeReceipt::new(&changed)), "CodeReceipt", &[]);
    }
}

#[test]
fn lists_batches_and_problems_have_the_documented_properties() {
    let code = minted(&examples(document(), "NewCode")[0]);
    let list = answered(&code, ScanCount::Omitted, |record| {
        json(&ListAnswer::new(vec![record], Some("next".to_owned())))
    });
    assert_described(&list, "CodeList", &[]);
    assert_described(&json(&ListAnswer::<Value>::new(Vec::new(), None)), "CodeList", &[]);

    let fault = FieldFault::new("/content/ssid", "is required");
    let mut problem =
        Problem::new(ProblemCode::InvalidRequest, "/content/ssid is required.").with_errors(vec![fault]);
    let batch = answered(&code, ScanCount::Omitted, |record| {
        json(&BatchAnswer::new(vec![BatchItem::created(0, record), BatchItem::failed(1, problem.clone())]))
    });
    assert_described(&batch, "BatchAnswer", &[]);
    assert_described(&batch["data"][0], "BatchItem", &["problem"]);
    assert_described(&batch["data"][1], "BatchItem", &["code"]);
    assert_described(&batch["data"][1]["problem"], "Problem", &["request_id"]);

    problem.request_id = Some("0b6f1f4e-6c0e-4d3c-9c8e-3b1b1b0a7f52".to_owned());
    let problem = json(&problem);
    assert_described(&problem, "Problem", &[]);
    assert_described(&problem["errors"][0], "FieldFault", &[]);
    assert_eq!(problem, examples(document(), "Problem")[0]);
}
