//! What the whole service sends to a cluster: counted by the driver, above the actors.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use ezqr_actors::codes::{CodesHandle, Entered, MintRequest, NamedMint};
use ezqr_actors::limiter::Caller;
use ezqr_actors::scans::Counting;
use ezqr_actors::{Bounds, Foundation, System};
use ezqr_schema::{
    AccountId, Clock, Code, ContentType, Environment, ErrorCorrection, IdempotencyKey, InstallationSecret,
    ItemOutcome, KeyId, LinkBase, LinkCapitals, ManualClock, Metadata, NewCode, Owner, Payload, Pepper,
    RequestHash, ShortPath, Tags, TargetUrl, random_bytes,
};
use ezqr_store::contract::run;
use ezqr_store::{InstallationStore as _, ScyllaStore, Store};
use serde_json::json;

use crate::cql;
use crate::scylla_statements::statements;

fn bounds() -> Bounds {
    Bounds {
        queue: 64,
        rendering_queue: 8,
        rendering_batches: 1,
        cached_links: 1_024,
        cached_links_bytes: 1 << 24,
        limited_callers: 100,
        misses_per_minute: 600,
        followed_links: 1_024,
        render_threads: NonZeroUsize::MIN,
    }
}

fn new_code() -> NewCode {
    let url = json!("https://example.com/");
    NewCode {
        content_type: ContentType::Url,
        content: Payload::parse(ContentType::Url, &url).unwrap(),
        target_url: Some(TargetUrl::parse("https://example.com/").unwrap()),
        alias: None,
        name: None,
        tags: Tags::default(),
        metadata: Metadata::default(),
        external_id: None,
        error_correction: ErrorCorrection::Medium,
        expires_at: None,
    }
}

/// A batch of 100 with a name of its own.
async fn named(codes: &CodesHandle, owner: &Owner) -> NamedMint {
    let number = u128::from_be_bytes(random_bytes().unwrap());
    let key = IdempotencyKey::parse(&format!("{number:x}")).unwrap();
    let hash = RequestHash::of("POST", "/api/v1/qr-codes/batch", "", b"");
    match codes.enter(owner, key, hash, Vec::new().into()).await {
        Ok(Entered::First(place)) => NamedMint { place, items: [ItemOutcome::Minted; 100].into() },
        other => panic!("{other:?}"),
    }
}

/// The actors on `store`, without counting scans, by this clock.
pub(crate) async fn start(store: &ScyllaStore, clock: Clock) -> System {
    let directory = tempfile::tempdir().unwrap();
    let counting = Counting::new(directory.path().join("journal")).unwrap();
    let foundation = Foundation {
        counting: Counting { is_on: false, ..counting },
        store: Store::Scylla(store.clone()),
        secret: InstallationSecret::from_bytes([7; 32]),
        pepper: Pepper::from_bytes([3; 32]),
        link_base: LinkBase::parse("https://r.example.com").unwrap(),
        link_capitals: LinkCapitals::default(),
        clock,
    };
    System::start(foundation, bounds()).await.unwrap()
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn the_service_sends_few_statements() {
    run(async {
        let store = cql::store().await;
        let system = start(&store, Clock::system()).await;
        let handles = system.handles();
        let owner = Owner {
            account: AccountId::from_random(random_bytes().unwrap()),
            environment: Environment::parse("production").unwrap(),
        };
        let mint = async |count, name| -> Vec<Code> {
            let request = MintRequest { owner: owner.clone(), codes: vec![new_code(); count], name };
            handles.codes.mint(request).await.unwrap().codes.to_vec()
        };
        // Two batches of 100 do not fit into a page of 128, so each brings the row of a page.
        let of_a_batch = statements(&store, async || drop(mint(100, None).await)).await;
        assert_eq!(of_a_batch, 2, "its page and its codes; a bucket's row is written once in hours");
        assert_eq!(statements(&store, async || drop(mint(1, None).await)).await, 1, "its codes alone");
        let of_a_named_batch = statements(&store, async || {
            drop(mint(100, Some(named(&handles.codes, &owner).await)).await);
        })
        .await;
        assert_eq!(of_a_named_batch, 3, "its record, its page and its codes");

        let codes = mint(3, None).await;
        let mut unread = codes.iter();
        let follow = async |code: &Code| {
            let path = ShortPath::Generated(handles.reader.short_code(code.sequence));
            assert!(handles.reader.follow(&path).await.unwrap().is_some());
        };
        let of_a_miss = statements(&store, async || follow(unread.next().unwrap()).await).await;
        assert_eq!(of_a_miss, 1, "a redirect that is not cached is one read");
        follow(&codes[0]).await;
        assert_eq!(statements(&store, async || follow(&codes[0]).await).await, 0, "one that is cached none");

        // Each round with a key of its own, whose bucket is full.
        let limit = NonZeroU32::new(100).unwrap();
        let of_a_limited_key = statements(&store, async || {
            let key = Caller::Key(KeyId::from_random(random_bytes().unwrap()));
            for _ in 0..25 {
                assert!(handles.limiter.take(key, limit).await.unwrap().retry_after.is_none());
            }
        });
        assert_eq!(of_a_limited_key.await, 5, "a lease for 5 requests");
        system.stop(Duration::from_secs(20)).await.unwrap();
    });
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn a_link_base_that_another_node_adopts_is_known_within_a_minute() {
    run(async {
        let (store, other) = (cql::store().await, cql::store().await);
        let clock = ManualClock::starting_at(Clock::system().now());
        let system = start(&store, clock.clock()).await;
        let reader = &system.handles().reader;
        let number = u64::from_be_bytes(random_bytes().unwrap());
        let base = LinkBase::parse(&format!("https://r-{number:x}.example.com")).unwrap();
        other.adopt_link_base(&base).await.unwrap();
        clock.advance(Duration::from_secs(59));
        let asked = statements(&store, async || drop(reader.link_bases().await)).await;
        assert_eq!(asked, 0, "it is asked for once a minute");
        clock.advance(Duration::from_secs(1));
        assert!(reader.link_bases().await.contains(&base));
        system.stop(Duration::from_secs(20)).await.unwrap();
    });
}
