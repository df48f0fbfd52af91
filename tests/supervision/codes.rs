//! Codes through restarts: no number twice, no old target again, no message for a redirect.

use std::collections::HashSet;

use ezqr_actors::codes::{ChangeRefused, MintRefused, MintRequest};
use ezqr_actors::kernel::{AskError, Poison};
use ezqr_schema::{Alias, CodePatch, ShortPath, Version};

use crate::world::{PATIENCE, World, dynamic};

#[tokio::test]
async fn no_number_is_given_twice_across_restarts_and_old_codes_still_lead_somewhere() {
    let world = World::new().await;
    let mut sequences = HashSet::new();
    let mut codes = Vec::new();
    for _ in 0..4 {
        for count in [1, 100, 40, 7] {
            codes.extend(world.mint(count).await);
        }
        assert_eq!(world.handles().codes.raw().ask(Poison::Handler, PATIENCE).await, Err(AskError::Crashed));
    }
    for code in &codes {
        assert!(sequences.insert(code.sequence));
        assert_eq!(world.follow(code).await.as_deref(), Some("https://example.com/1"));
    }
}

#[tokio::test]
async fn a_repoint_shows_at_once_to_readers_that_have_the_link_cached() {
    let world = World::new().await;
    let code = world.mint(1).await.remove(0);
    for round in 0..200 {
        let target = format!("https://example.com/{round}");
        let changed = world.handles().codes.change(world.repointing(&code, &target)).await.unwrap();
        assert_eq!(changed.version, Version::new(round + 2));
        assert_eq!(world.follow(&code).await, Some(target));
    }
}

#[tokio::test]
async fn changes_of_one_code_at_once_form_a_single_chain_of_versions() {
    let world = World::new().await;
    let code = world.mint(1).await.remove(0);
    let targets: Vec<String> = (0..40).map(|index| format!("https://example.com/at-once/{index}")).collect();
    let requests = targets.iter().map(|target| world.handles().codes.change(world.repointing(&code, target)));
    let changed = futures_util::future::join_all(requests).await;
    let versions: HashSet<u64> = changed.into_iter().map(|code| code.unwrap().version.get()).collect();
    assert_eq!(versions, (2..42).collect());
}

#[tokio::test]
async fn a_condition_on_an_old_version_changes_nothing() {
    let world = World::new().await;
    let code = world.mint(1).await.remove(0);
    let mut request = world.repointing(&code, "https://example.com/2");
    request.expected = Some(Version::FIRST);
    assert!(world.handles().codes.change(request.clone()).await.is_ok());
    let refused = world.handles().codes.change(request).await.unwrap_err();
    assert_eq!(refused, ChangeRefused::VersionMismatch { found: Version::new(2) });
}

#[tokio::test]
async fn a_patch_that_changes_nothing_writes_nothing() {
    let world = World::new().await;
    let code = world.mint(1).await.remove(0);
    let mut request = world.repointing(&code, "https://example.com/1");
    assert_eq!(world.handles().codes.change(request.clone()).await.unwrap(), code);
    request.patch = CodePatch::delete();
    let deleted = world.handles().codes.change(request.clone()).await.unwrap();
    assert_eq!(world.handles().codes.change(request).await.unwrap(), deleted);
}

#[tokio::test]
async fn an_alias_taken_in_a_new_page_costs_the_page_nothing() {
    let world = World::new().await;
    let mut aliased = dynamic("https://example.com/alias");
    aliased.alias = Some(Alias::parse("summer-sale").unwrap());
    let request = MintRequest { owner: world.owner.clone(), codes: vec![aliased], name: None };
    world.handles().codes.mint(request.clone()).await.unwrap();
    // A restart opens a new page; the first request in it fails, another of the same page goes through.
    assert_eq!(world.handles().codes.raw().ask(Poison::Handler, PATIENCE).await, Err(AskError::Crashed));
    let (taken, minted) = tokio::join!(world.handles().codes.mint(request), world.mint(5));
    assert_eq!(taken.unwrap_err(), MintRefused::AliasTaken);
    for code in minted {
        assert_eq!(world.handles().reader.code(&world.owner, code.id).await.unwrap(), Some(code));
    }
}

#[tokio::test]
async fn reads_send_no_message() {
    let world = World::new().await;
    let codes = world.mint(50).await;
    let handles = world.handles();
    let sent = || {
        handles.codes.raw().messages() + handles.limiter.raw().messages() + handles.rendering.raw().messages()
    };
    let before = sent();
    for code in codes.iter().chain(&codes) {
        assert!(world.follow(code).await.is_some());
        assert!(handles.reader.link_of(code.id).await.unwrap().is_some());
        assert!(handles.reader.code(&world.owner, code.id).await.unwrap().is_some());
    }
    let unknown = ShortPath::parse("00000000").unwrap();
    handles.reader.follow(&unknown).await.unwrap();
    assert_eq!(sent(), before);
}
