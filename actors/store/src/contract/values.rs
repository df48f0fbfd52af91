//! What a caller wrote comes back as it was written.

use ezqr_schema::{Code, Metadata, MetadataMembers, Name};
use proptest::collection::vec;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, TestRunner};

use super::changing::changed;
use super::{Fixture, Minter};
use crate::CodeStore;

/// A text of a JSON number that no double need hold.
const NUMBER: &str = r"-?(0|[1-9][0-9]{0,24})(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,2})?";

/// And after a change of something else.
pub async fn any_number_of_the_metadata_comes_back_as_it_was_written(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let mut minter = Minter::new(&store).await;
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    for _ in 0..32 {
        let numbers = vec(NUMBER, 1..40).new_tree(&mut runner).unwrap().current();
        let text = format!(r#"{{"numbers":[{}],"one":{}}}"#, numbers.join(","), numbers[0]);
        let metadata = Metadata::parse(&text).unwrap();
        let code = minter.mint_one(&store, |code| code.metadata = metadata).await.unwrap();
        let code = assert_kept(&store, code, &text).await;
        let renamed = changed(&code, minter.page(), |code| code.name = Some(Name::parse("another").unwrap()));
        store.change(renamed.clone()).await.unwrap();
        let code = assert_kept(&store, renamed.code, &text).await;
        let member = MetadataMembers::parse(r#"{"more":1.0}"#).unwrap();
        let grown =
            changed(&code, minter.page(), |code| code.metadata = code.metadata.merge(&member).unwrap());
        store.change(grown.clone()).await.unwrap();
        let grown_text = text.trim_end_matches('}').to_owned() + r#","more":1.0}"#;
        assert_kept(&store, grown.code, &grown_text).await;
    }
}

/// The fullest that are taken are no fuller when they are read.
pub async fn metadata_at_their_bound_come_back(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let mut minter = Minter::new(&store).await;
    let numbers = vec!["9.786295950336281e-10"; 180].join(",");
    let text = |padding: usize| format!(r#"{{"n":[{numbers}],"p":"{}"}}"#, "x".repeat(padding));
    let padding = Metadata::BYTE_LIMIT - text(0).len();
    assert!(Metadata::parse(&text(padding + 1)).is_err());
    let metadata = Metadata::parse(&text(padding)).unwrap();
    let code = minter.mint_one(&store, |code| code.metadata = metadata).await.unwrap();
    assert_kept(&store, code, &text(padding)).await;
}

async fn assert_kept(store: &impl CodeStore, code: Code, text: &str) -> Code {
    let read = store.code(code.sequence).await.unwrap().unwrap().code;
    assert_eq!(read, code);
    assert_eq!(read.metadata.as_str(), text);
    let page = store.codes_of_page(code.sequence.page(), None).await.unwrap();
    assert_eq!(page.first(), Some(&code));
    read
}
