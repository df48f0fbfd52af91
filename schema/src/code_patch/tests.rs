use super::*;
use crate::Alias;
use crate::wire::example_code;

fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_millis(milliseconds).unwrap()
}

fn with_status(status: ShownStatus) -> CodePatch {
    CodePatch { status: Some(status), ..CodePatch::default() }
}

fn ending() -> CodePatch {
    CodePatch { expires_at: Some(Some(at(9_000))), ..CodePatch::default() }
}

fn statics() -> Code {
    Code { target_url: None, expires_at: None, ..example_code() }
}

#[test]
fn a_static_code_is_neither_repointed_nor_paused_nor_ended() {
    let target_url = Some(TargetUrl::parse("https://example.com/").unwrap());
    let all = CodePatch { target_url, ..CodePatch { status: Some(ShownStatus::Paused), ..ending() } };
    let fields = vec![LinkField::TargetUrl, LinkField::Status, LinkField::ExpiresAt];
    assert_eq!(all.apply(&statics(), at(0)), Err(PatchRefused::Static(fields)));
    assert_eq!(ending().apply(&statics(), at(0)), Err(PatchRefused::Static(vec![LinkField::ExpiresAt])));
    let dynamic = all.apply(&example_code(), at(0)).unwrap().unwrap();
    assert_eq!((dynamic.status, dynamic.expires_at), (CodeStatus::Paused, Some(at(9_000))));
}

#[test]
fn what_a_static_code_has_from_before_stays_and_can_be_taken_back() {
    let old = Code { status: CodeStatus::Paused, expires_at: Some(at(9_000)), ..statics() };
    for same in [with_status(ShownStatus::Paused), ending()] {
        assert_eq!(same.apply(&old, at(0)), Ok(None));
    }
    let name = CodePatch { name: Some(None), ..CodePatch::default() };
    let renamed = name.apply(&old, at(0)).unwrap().unwrap();
    assert_eq!((renamed.status, renamed.expires_at), (old.status, old.expires_at));
    let back = CodePatch { expires_at: Some(None), ..with_status(ShownStatus::Active) };
    let back = back.apply(&old, at(0)).unwrap().unwrap();
    assert_eq!((back.status, back.expires_at), (CodeStatus::Active, None));
    assert_eq!(ShownStatus::of(&old, at(9_000)), ShownStatus::Paused, "it does not expire");
    assert!(CodePatch::delete().apply(&statics(), at(0)).unwrap().is_some());
}

#[test]
fn a_code_is_shown_as_its_link_answers() {
    let code = |status| Code { status, expires_at: Some(at(9_000)), ..example_code() };
    for (status, before, after) in [
        (CodeStatus::Active, ShownStatus::Active, ShownStatus::Expired),
        (CodeStatus::Paused, ShownStatus::Paused, ShownStatus::Expired),
        (CodeStatus::Deleted, ShownStatus::Deleted, ShownStatus::Deleted),
    ] {
        assert_eq!(ShownStatus::of(&code(status), at(8_999)), before);
        assert_eq!(ShownStatus::of(&code(status), at(9_000)), after);
    }
}

#[test]
fn expired_as_it_was_read_changes_nothing() {
    let alias = Alias::parse("summer-sale").ok();
    let code = Code { status: CodeStatus::Paused, expires_at: Some(at(9_000)), alias, ..example_code() };
    let expired = with_status(ShownStatus::Expired);
    assert_eq!(expired.apply(&code, at(9_000)), Ok(None));
    assert_eq!(expired.apply(&code, at(8_999)), Err(PatchRefused::NotExpired));
    assert_eq!(
        expired.apply(&Code { expires_at: None, ..code.clone() }, at(9_000)),
        Err(PatchRefused::NotExpired)
    );
    let prolonged = CodePatch { expires_at: Some(Some(at(20_000))), ..expired };
    let prolonged = prolonged.apply(&code, at(9_000)).unwrap().unwrap();
    assert_eq!(ShownStatus::of(&prolonged, at(9_000)), ShownStatus::Paused, "what it was before it expired");
}
