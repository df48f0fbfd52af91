//! The cache of links, in every order of changes, reads and fills.

use ezqr_schema::{
    AccountId, CodeStatus, Environment, ErrorCorrection, InstallationSecret, LinkBaseId, Owner, TargetUrl,
    Timestamp,
};

use ezqr_schema::{ContentType, Payload};
use proptest::prelude::*;

use super::*;
use crate::codes::Pattern;

/// Room for whatever these tests put in.
const ROOMY: usize = 1 << 30;

fn link(sequence: u64, target: &str) -> Arc<Link> {
    let target_url = TargetUrl::parse(target).unwrap();
    of_pattern(sequence, Pattern::Dynamic { target_url, alias: None, link_base: LinkBaseId(0) })
}

fn static_code(sequence: u64) -> Arc<Link> {
    let content = serde_json::json!("x".repeat(2_000));
    of_pattern(sequence, Pattern::Static(Payload::parse(ContentType::Text, &content).unwrap()))
}

fn of_pattern(sequence: u64, pattern: Pattern) -> Arc<Link> {
    let sequence = Sequence::new(sequence).unwrap();
    let ids = InstallationSecret::from_bytes([1; 32]).code_ids();
    let environment = Environment::parse("production").unwrap();
    Arc::new(Link {
        sequence,
        id: ids.make(Timestamp::EPOCH, 0, sequence),
        owner: Owner { account: AccountId::from_random([1; 16]), environment },
        pattern,
        error_correction: ErrorCorrection::Medium,
        status: CodeStatus::Active,
        expires_at: None,
    })
}

fn target(cache: &LinkCache, sequence: Sequence) -> Option<String> {
    cache.get(sequence).and_then(|cached| cached.link.target_url().map(|target| target.as_str().to_owned()))
}

/// Fills the cache at once.
fn fill(cache: &LinkCache, link: Arc<Link>) {
    cache.end_fill(cache.begin_fill(link.sequence, Duration::ZERO), Some(link));
}

const OLD: &str = "https://example.com/old";
const NEW: &str = "https://example.com/new-and-longer";

/// A fill begins, reads and ends; a change commits and is published. Every order of these steps is driven, where there
/// is room for the new link and where there is none.
#[test]
fn a_fill_across_a_change_never_brings_the_old_target_back() {
    let sequence = Sequence::new(4_471).unwrap();
    let tight = SHARDS * Cached { link: link(4_471, OLD), as_of: Duration::ZERO }.bytes();
    let mut brought_new = 0;
    for begins in 0..=2 {
        for reads in begins..=2 {
            for ends in reads..=2 {
                for (cached_before, room) in [(false, ROOMY), (true, ROOMY), (false, tight), (true, tight)] {
                    let cache = LinkCache::new(1_024, room);
                    if cached_before {
                        fill(&cache, link(4_471, OLD));
                    }
                    let (mut stored, mut begun, mut read) = (OLD, None, None);
                    for change_steps_done in 0..=2 {
                        match change_steps_done {
                            1 => stored = NEW,
                            2 => cache.publish(link(4_471, NEW), Duration::ZERO),
                            _ => {}
                        }
                        if begins == change_steps_done {
                            begun = Some(cache.begin_fill(sequence, Duration::ZERO));
                        }
                        if reads == change_steps_done {
                            read = Some(link(4_471, stored));
                        }
                        if ends == change_steps_done {
                            cache.end_fill(begun.unwrap(), read.clone());
                        }
                    }
                    let order = (begins, reads, ends, cached_before, room);
                    assert_ne!(target(&cache, sequence).as_deref(), Some(OLD), "{order:?}");
                    let is_cached = target(&cache, sequence).is_some();
                    assert!(!is_cached || room == ROOMY, "{order:?}");
                    brought_new += u32::from(is_cached);
                }
            }
        }
    }
    assert!(brought_new > 0, "fills do insert what stays true");
}

#[test]
fn a_fill_gives_up_where_a_change_is_under_way() {
    let cache = LinkCache::new(1_024, ROOMY);
    let old = link(7, OLD);
    let begun = cache.begin_fill(old.sequence, Duration::from_secs(3));
    let shard = cache.shard(cache.links.set_of(&old.sequence));
    let writing = shard.writing.lock().unwrap();
    cache.end_fill(begun, Some(Arc::clone(&old)));
    drop(writing);
    assert_eq!(cache.get(old.sequence), None);
    cache.end_fill(begun, Some(Arc::clone(&old)));
    let cached = Cached { link: Arc::clone(&old), as_of: Duration::from_secs(3) };
    assert_eq!(cache.get(old.sequence), Some(cached));
}

#[test]
fn a_fill_brings_nothing_back_from_before_one_that_began_later() {
    let cache = LinkCache::new(1_024, ROOMY);
    let (old, new) = (link(7, OLD), link(7, NEW));
    let began = |second| cache.begin_fill(old.sequence, Duration::from_secs(second));
    let (first, second) = (began(1), began(2));
    cache.end_fill(second, Some(Arc::clone(&new)));
    for late in [Some(Arc::clone(&old)), None] {
        cache.end_fill(first, late);
        let cached = Cached { link: Arc::clone(&new), as_of: Duration::from_secs(2) };
        assert_eq!(cache.get(old.sequence), Some(cached));
    }
}

#[test]
fn an_uncertain_link_is_kept_but_too_old_to_be_served_unread() {
    let cache = LinkCache::new(1_024, ROOMY);
    let uncertain = link(7, OLD);
    let filled = Duration::from_secs(100);
    cache.end_fill(cache.begin_fill(uncertain.sequence, filled), Some(Arc::clone(&uncertain)));
    let before = cache.begin_fill(uncertain.sequence, filled);
    cache.outdate(uncertain.sequence);
    cache.end_fill(before, Some(Arc::clone(&uncertain)));
    let Cached { link, as_of } = cache.get(uncertain.sequence).unwrap();
    assert_eq!((link, filled.saturating_sub(as_of)), (uncertain, WAITED_FOR));
}

#[test]
fn outdating_all_keeps_every_link_and_outruns_fills_under_way() {
    let cache = LinkCache::new(1_024, ROOMY);
    let filled = Duration::from_secs(100);
    let links = [1, 2, 3].map(|number| link(number, OLD));
    let fills = links.each_ref().map(|link| cache.begin_fill(link.sequence, filled));
    for (fill, link) in fills.iter().zip(&links) {
        cache.end_fill(*fill, Some(Arc::clone(link)));
    }
    cache.outdate_all();
    for (fill, link) in fills.iter().zip(&links) {
        cache.end_fill(*fill, Some(Arc::clone(link)));
        let outdated = Cached { link: Arc::clone(link), as_of: filled.saturating_sub(WAITED_FOR) };
        assert_eq!(cache.get(link.sequence), Some(outdated));
    }
}

#[test]
fn what_is_not_there_any_more_is_dropped() {
    let cache = LinkCache::new(1_024, ROOMY);
    let gone = link(7, OLD);
    fill(&cache, Arc::clone(&gone));
    let begun = cache.begin_fill(gone.sequence, Duration::ZERO);
    cache.forget(link(7, OLD).sequence);
    fill(&cache, Arc::clone(&gone));
    cache.end_fill(begun, None);
    assert!(cache.get(gone.sequence).is_some(), "a fill from before a change says nothing");
    cache.end_fill(cache.begin_fill(gone.sequence, Duration::ZERO), None);
    assert_eq!(cache.get(gone.sequence), None);
}

#[test]
fn forgetting_all_empties_the_cache_and_outdates_fills_under_way() {
    let cache = LinkCache::new(1_024, ROOMY);
    for number in 0..500 {
        fill(&cache, link(number, OLD));
    }
    let late = link(1_000, OLD);
    let begun = cache.begin_fill(late.sequence, Duration::ZERO);
    cache.forget_all();
    cache.end_fill(begun, Some(Arc::clone(&late)));
    assert!((0..500).all(|number| cache.get(Sequence::new(number).unwrap()).is_none()));
    assert_eq!(cache.get(late.sequence), None);
}

#[test]
fn the_cache_is_bounded_and_keeps_what_fits() {
    let cache = LinkCache::new(256, ROOMY);
    for number in 0..100_000 {
        fill(&cache, link(number, OLD));
    }
    let kept = (0..100_000).filter(|number| cache.get(Sequence::new(*number).unwrap()).is_some()).count();
    assert_eq!(kept, 256);
}

#[test]
fn an_alias_is_found_again_until_displaced() {
    let cache = LinkCache::new(1_024, ROOMY);
    let alias = Alias::parse("summer-sale").unwrap();
    let sequence = Sequence::new(12).unwrap();
    assert_eq!(cache.alias(&alias), None);
    cache.learn_alias(alias.clone(), sequence);
    assert_eq!(cache.alias(&alias), Some(sequence));
}

#[test]
fn long_links_take_no_more_memory_than_they_may() {
    const BYTES: usize = 4 << 20;
    let cache = LinkCache::new(100_000, BYTES);
    let long = format!("https://example.com/{}", "x".repeat(2_000));
    let taken = allocation_counter::measure(|| {
        for number in 0..10_000 {
            fill(&cache, link(number, &long));
        }
    });
    assert!(taken.bytes_max <= u64::try_from(BYTES).unwrap(), "{taken:?}");
    let kept = (0..10_000).filter(|number| cache.get(Sequence::new(*number).unwrap()).is_some()).count();
    assert!(kept * 2_000 > BYTES / 2, "{kept} of them are kept");
}

#[test]
fn a_link_larger_than_the_room_of_its_shard_displaces_nothing() {
    let cache = LinkCache::new(4, 1_000);
    fill(&cache, link(1, OLD));
    fill(&cache, link(2, &format!("https://example.com/{}", "x".repeat(1_000))));
    assert_eq!(target(&cache, Sequence::new(1).unwrap()).as_deref(), Some(OLD));
    assert_eq!(cache.get(Sequence::new(2).unwrap()), None);
}

#[test]
fn a_static_code_is_not_kept() {
    let cache = LinkCache::new(1_024, ROOMY);
    let code = static_code(7);
    fill(&cache, Arc::clone(&code));
    cache.publish(Arc::clone(&code), Duration::ZERO);
    assert_eq!(cache.get(code.sequence), None);
}

proptest! {
    /// What a shard counts is what it holds, and never more than it may.
    #[test]
    fn the_bytes_are_those_of_the_links_whatever_happens(
        steps in prop::collection::vec((0_u8..8, 0_u64..300, 0_usize..600), 1..400),
    ) {
        const SHARD_BYTES: usize = 2_000;
        // Two sets a shard, so that the hand has somewhere to go.
        let cache = LinkCache::new(4 * 2 * SHARDS, SHARDS * SHARD_BYTES);
        for (step, number, length) in steps {
            let sequence = Sequence::new(number).unwrap();
            let link = link(number, &format!("https://example.com/{}", "x".repeat(length)));
            match step {
                0..=3 => fill(&cache, link),
                4 => cache.publish(link, Duration::ZERO),
                5 => cache.forget(sequence),
                6 => cache.outdate(sequence),
                _ => fill(&cache, static_code(number)),
            }
        }
        let mut held = [0; SHARDS];
        for number in 0..300 {
            let sequence = Sequence::new(number).unwrap();
            let shard = cache.links.set_of(&sequence).index() % SHARDS;
            held[shard] += cache.get(sequence).map_or(0, |cached| cached.bytes());
        }
        for (shard, held) in cache.shards.iter().zip(held) {
            prop_assert_eq!(shard.writing.lock().unwrap().bytes, held);
            prop_assert!(held <= SHARD_BYTES);
        }
        cache.forget_all();
        prop_assert!(cache.shards.iter().all(|shard| shard.writing.lock().unwrap().bytes == 0));
    }
}
