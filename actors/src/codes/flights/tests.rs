//! Flights over a store that is told what to answer, and when.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use ezqr_schema::{
    AccountId, Code, CodeStatus, ContentType, Environment, ErrorCorrection, InstallationSecret, LinkBaseId,
    ManualClock, Metadata, Minted, NewCode, Owner, Payload, Tags, TargetUrl, Timestamp,
};
use futures_util::future::join_all;
use tokio::sync::Semaphore;

use super::*;

const OLD: &str = "https://example.com/old";
const NEW: &str = "https://example.com/new";

fn sequence() -> Sequence {
    Sequence::new(4_471).unwrap()
}

fn code(target: &str) -> Code {
    let environment = Environment::parse("production").unwrap();
    let ids = InstallationSecret::from_bytes([1; 32]).code_ids();
    let wish = NewCode {
        content_type: ContentType::Url,
        content: Payload::parse(ContentType::Url, &target.into()).unwrap(),
        target_url: Some(TargetUrl::parse(target).unwrap()),
        alias: None,
        name: None,
        tags: Tags::default(),
        metadata: Metadata::default(),
        external_id: None,
        error_correction: ErrorCorrection::Medium,
        expires_at: None,
    };
    wish.mint(Minted {
        sequence: sequence(),
        id: ids.make(Timestamp::EPOCH, 0, sequence()),
        owner: Owner { account: AccountId::from_random([1; 16]), environment },
        link_base: LinkBaseId(0),
        created_at: Timestamp::EPOCH,
    })
}

/// What the store holds, how it fares, and how often it was asked.
#[derive(Clone)]
struct FakeStore {
    answer: Arc<Mutex<Result<Code, ReadError>>>,
    /// A read ends when it gets a permit.
    gate: Arc<Semaphore>,
    reads: Arc<AtomicU32>,
}

impl FakeStore {
    fn holds(&self, target: &str) {
        *self.answer.lock().unwrap() = Ok(code(target));
    }

    fn fails(&self, error: ReadError) {
        *self.answer.lock().unwrap() = Err(error);
    }

    /// Sees what the store holds at the beginning.
    async fn read(self) -> Result<Option<StoredCode>, ReadError> {
        let answer = self.answer.lock().unwrap().clone();
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.gate.acquire().await.unwrap().forget();
        answer.map(|code| Some(StoredCode { code, page_opened_at: Timestamp::EPOCH }))
    }
}

struct Fixture {
    time: ManualClock,
    cache: Arc<LinkCache>,
    flights: Flights,
    store: FakeStore,
}

impl Fixture {
    /// A link to the old target, just cached; the store holds the new one.
    fn new() -> Self {
        let time = ManualClock::starting_at(Timestamp::EPOCH);
        let cache = Arc::new(LinkCache::new(1_024, 1 << 24));
        cache.end_fill(cache.begin_fill(sequence(), Duration::ZERO), Some(Arc::new(Link::from(code(OLD)))));
        let store = FakeStore {
            answer: Arc::new(Mutex::new(Ok(code(NEW)))),
            gate: Arc::new(Semaphore::new(1_000)),
            reads: Arc::default(),
        };
        Self { flights: Flights::new(Arc::clone(&cache), time.clock()), time, cache, store }
    }

    fn advance(&self, milliseconds: u64) {
        self.time.advance(Duration::from_millis(milliseconds));
    }

    async fn visit(&self, store_is_away: bool) -> Result<Option<String>, ReadError> {
        let read = || self.store.clone().read();
        let found = match self.cache.get(sequence()) {
            Some(cached) => self.flights.refreshed(cached, store_is_away, read).await,
            None => self.flights.read(sequence(), read).await,
        };
        found.map(|link| Some(link?.target_url()?.as_str().to_owned()))
    }

    /// Where a visitor is led.
    async fn followed(&self) -> String {
        self.visit(false).await.unwrap().unwrap()
    }

    fn reads(&self) -> u32 {
        self.store.reads.load(Ordering::SeqCst)
    }

    /// Lets the reads under way end.
    async fn land(&self) {
        while !locked(&self.flights.under_way).flights.is_empty() {
            tokio::task::yield_now().await;
        }
    }
}

fn away() -> ReadError {
    unavailable("away")
}

#[tokio::test]
async fn an_ageing_link_is_served_and_refreshed_once_for_all_visitors() {
    let fixture = Fixture::new();
    fixture.advance(999);
    assert_eq!((fixture.followed().await.as_str(), fixture.reads()), (OLD, 0));
    fixture.advance(1);
    for _ in 0..50 {
        assert_eq!(fixture.followed().await, OLD);
    }
    fixture.land().await;
    assert_eq!((fixture.followed().await.as_str(), fixture.reads()), (NEW, 1));
}

#[tokio::test]
async fn an_old_link_is_waited_for_by_one_read_for_all_visitors() {
    let fixture = Fixture::new();
    fixture.advance(2_000);
    let visits = join_all((0..50).map(|_| fixture.followed())).await;
    assert!(visits.iter().all(|target| target == NEW));
    assert_eq!(fixture.reads(), 1);
    assert_eq!((fixture.followed().await.as_str(), fixture.reads()), (NEW, 1), "and is fresh again");
}

#[tokio::test]
async fn the_age_of_a_link_counts_from_the_start_of_its_read() {
    let fixture = Fixture::new();
    fixture.store.gate.forget_permits(1_000);
    fixture.advance(1_500);
    assert_eq!(fixture.followed().await, OLD);
    fixture.advance(400);
    fixture.store.gate.add_permits(1);
    fixture.land().await;
    fixture.advance(700);
    // 1,100 ms after the read began, 700 ms after it ended.
    assert_eq!((fixture.followed().await.as_str(), fixture.reads()), (NEW, 1));
    tokio::task::yield_now().await;
    assert_eq!(fixture.reads(), 2);
}

#[tokio::test]
async fn while_the_store_is_away_a_known_link_works_for_an_hour() {
    let fixture = Fixture::new();
    fixture.store.fails(away());
    fixture.advance(3_599_999);
    assert_eq!(fixture.visit(false).await, Ok(Some(OLD.to_owned())));
    assert_eq!(fixture.reads(), 1, "who is not known to be away is waited for");
    // Who is known to be away is not; and is looked for once, however many come.
    fixture.store.gate.forget_permits(1_000);
    for _ in 0..50 {
        assert_eq!(fixture.visit(true).await, Ok(Some(OLD.to_owned())));
    }
    tokio::task::yield_now().await;
    assert_eq!(fixture.reads(), 2);
    fixture.store.gate.add_permits(1_000);
    fixture.land().await;
    fixture.advance(1);
    assert_eq!(fixture.visit(true).await, Err(away()));
    fixture.store.holds(NEW);
    assert_eq!(fixture.visit(false).await, Ok(Some(NEW.to_owned())));
}

#[tokio::test]
async fn an_error_that_is_none_of_being_away_is_told() {
    let fixture = Fixture::new();
    let corrupt = ReadError::Corrupt("no code".to_owned());
    fixture.store.fails(corrupt.clone());
    fixture.advance(2_000);
    assert_eq!(fixture.visit(false).await, Err(corrupt));
}

#[tokio::test]
async fn a_visitor_after_a_change_was_answered_joins_no_read_from_before_it() {
    let fixture = Fixture::new();
    fixture.store.holds(OLD);
    fixture.store.gate.forget_permits(1_000);
    fixture.advance(2_000);
    let before = fixture.followed();
    let after = async {
        while fixture.reads() == 0 {
            tokio::task::yield_now().await;
        }
        // The change is committed, published and answered while the read is under way; the link itself has
        // been displaced, so that only reading tells.
        fixture.store.holds(NEW);
        fixture.cache.forget(sequence());
        let visit = fixture.followed();
        fixture.store.gate.add_permits(2);
        visit.await
    };
    let (before, after) = tokio::join!(before, after);
    assert_eq!((before.as_str(), after.as_str(), fixture.reads()), (OLD, NEW, 2));
    assert_eq!(fixture.followed().await, NEW, "the late read has not brought the old target back");
}

#[tokio::test]
async fn a_slow_read_is_joined_for_a_second() {
    let fixture = Fixture::new();
    fixture.store.holds(OLD);
    fixture.store.gate.forget_permits(1_000);
    fixture.advance(2_000);
    let visits = async {
        let (first, second, third) = tokio::join!(
            fixture.followed(),
            async {
                fixture.advance(999);
                fixture.followed().await
            },
            async {
                tokio::task::yield_now().await;
                fixture.store.holds(NEW);
                fixture.advance(1);
                let visit = fixture.followed();
                fixture.store.gate.add_permits(2);
                visit.await
            }
        );
        [first, second, third]
    };
    assert_eq!((visits.await, fixture.reads()), ([OLD, OLD, NEW].map(str::to_owned), 2));
}

#[tokio::test]
async fn a_link_deleted_elsewhere_is_seen_as_deleted_within_two_seconds() {
    let fixture = Fixture::new();
    let mut deleted = code(OLD);
    deleted.status = CodeStatus::Deleted;
    *fixture.store.answer.lock().unwrap() = Ok(deleted);
    fixture.advance(2_000);
    fixture.followed().await;
    assert_eq!(fixture.cache.get(sequence()).unwrap().link.status, CodeStatus::Deleted);
}

#[tokio::test]
async fn a_read_outlives_who_began_it_and_its_end_frees_its_place() {
    let fixture = Fixture::new();
    fixture.advance(2_000);
    let mut abandoned = Box::pin(fixture.followed());
    let (sender, receiver) = oneshot::channel::<()>();
    drop(sender);
    tokio::select! {
        biased;
        _ = &mut abandoned => panic!("the read cannot have ended"),
        _ = receiver => {}
    }
    drop(abandoned);
    fixture.land().await;
    assert_eq!((fixture.followed().await.as_str(), fixture.reads()), (NEW, 1));
}

#[tokio::test]
async fn reads_under_way_are_bounded() {
    let fixture = Fixture::new();
    fixture.store.gate.forget_permits(1_000);
    for number in 0..MOST {
        let other = Sequence::new(10_000 + u64::try_from(number).unwrap()).unwrap();
        assert!(fixture.flights.join(other, || fixture.store.clone().read()).is_some());
    }
    fixture.advance(1_000);
    assert_eq!(fixture.followed().await, OLD, "what needs no read is served");
    assert_eq!(locked(&fixture.flights.under_way).flights.len(), MOST);
    fixture.advance(1_000);
    assert_eq!(fixture.visit(false).await, Err(too_many()), "an old link, though the store may be well");
    assert_eq!(fixture.visit(true).await, Ok(Some(OLD.to_owned())));
    fixture.advance(3_598_000);
    assert_eq!(fixture.visit(false).await, Err(too_many()));
}

#[test]
fn a_read_that_a_runtime_shutting_down_refuses_is_cut_off_and_frees_its_place() {
    let fixture = Fixture::new();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let ended = runtime.handle().clone();
    drop(runtime);
    let _entered = ended.enter();
    let landing = fixture.flights.join(sequence(), || fixture.store.clone().read()).unwrap();
    assert_eq!(landing.now_or_never(), Some(Err(unavailable("a read was cut off"))));
    assert!(locked(&fixture.flights.under_way).flights.is_empty());
}
