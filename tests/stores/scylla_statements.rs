//! What codes cost in statements on a cluster, counted by the driver.

use ezqr_schema::wire::ListFilter;
use ezqr_schema::{Clock, Code, ExternalId, ListPosition, Tag, Tags};
use ezqr_store::contract::{Minter, request};
use ezqr_store::{
    Change, CodeStore as _, ListBudget, ListRequest, Mint, MintRecord, PagePosition, ScyllaStore, list,
};

use crate::scylla_codes::{self, SIX_HOURS, batch, new_alias, on_a_cluster, renamed, unique};

/// The least number of statements that `operation` sends. What the store sends by itself now and then is
/// not counted with all of them.
pub(crate) async fn statements(store: &ScyllaStore, mut operation: impl AsyncFnMut()) -> u64 {
    let mut least = u64::MAX;
    for _ in 0..3 {
        let before = store.statements();
        operation().await;
        least = least.min(store.statements() - before);
    }
    least
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn a_mint_sends_few_statements() {
    on_a_cluster(async |store, _| {
        let mut minter = Minter::new(&store).await;
        let mut mint = async |customise: &dyn Fn(&mut Minter) -> Mint| {
            statements(&store, async || store.mint(customise(&mut minter)).await.unwrap()).await
        };
        let of_a_new_page = |minter: &mut Minter| {
            minter.turn_page();
            let codes = batch(minter, 50);
            minter.mint(codes)
        };
        let on_a_known_page = |minter: &mut Minter, count| {
            let codes = batch(minter, count);
            Mint { records_page: false, ..minter.mint(codes) }
        };
        let in_a_new_bucket = |minter: &mut Minter| {
            minter.tick(-SIX_HOURS);
            of_a_new_page(minter)
        };
        assert_eq!(mint(&in_a_new_bucket).await, 3, "its bucket, its page, the codes");
        assert_eq!(mint(&of_a_new_page).await, 2, "its page, the codes");
        assert_eq!(mint(&|minter| on_a_known_page(minter, 1)).await, 1);
        assert_eq!(mint(&|minter| on_a_known_page(minter, 5)).await, 1, "however many");
        let named = |minter: &mut Minter| {
            let record = MintRecord::Made(request(&unique(), 2));
            Mint { record, ..on_a_known_page(minter, 2) }
        };
        assert_eq!(mint(&named).await, 1 + 1, "the record");
        let aliased = |minter: &mut Minter| {
            let alias = new_alias();
            let code = Code { alias: Some(alias), ..minter.plain() };
            Mint { records_page: false, ..minter.mint([code]) }
        };
        assert_eq!(mint(&aliased).await, 1 + 1, "the alias");
        let tags = Tags::new(["one", "two"].map(|text| Tag::parse(text).unwrap())).unwrap();
        let tagged = |minter: &mut Minter| {
            let codes = batch(minter, 3).into_iter().map(|code| Code { tags: tags.clone(), ..code });
            Mint { records_page: false, ..minter.mint(codes) }
        };
        assert_eq!(mint(&tagged).await, 1, "a tag's rows are written once for a page");
        let tagged_anew = |minter: &mut Minter| {
            minter.turn_page();
            tagged(minter)
        };
        assert_eq!(mint(&tagged_anew).await, 1 + 2, "a row per tag");
        let referring = |minter: &mut Minter, references: usize| {
            let codes = batch(minter, 20).into_iter().enumerate().map(|(number, code)| {
                let external_id = Some(ExternalId::parse(&format!("{}", number % references)).unwrap());
                Code { external_id, ..code }
            });
            Mint { records_page: false, ..minter.mint(codes) }
        };
        assert_eq!(mint(&|minter| referring(minter, 1)).await, 1 + 1, "a partition is one write");
        assert_eq!(mint(&|minter| referring(minter, 5)).await, 1 + 5);
    });
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn reads_and_changes_send_few_statements() {
    on_a_cluster(async |store, _| {
        let mut minter = Minter::new(&store).await;
        let mut code = minter.mint_one(&store, |_| {}).await.unwrap();
        let (page, sequence) = (minter.page(), code.sequence);
        let read = async || assert!(store.code(sequence).await.unwrap().is_some());
        assert_eq!(statements(&store, read).await, 1, "a redirect that is not cached");
        let change = async || {
            let change = renamed(&code, page);
            code = change.code.clone();
            store.change(change).await.unwrap();
        };
        assert_eq!(statements(&store, change).await, 2, "what it is, what it shall be");
        let stale = Change { expected: code.version.next(), ..renamed(&code, page) };
        let refused = async || assert!(store.change(stale.clone()).await.is_err());
        assert_eq!(statements(&store, refused).await, 1);
        let confirm = async || store.confirm(code.sequence, code.version).await.unwrap();
        assert_eq!(statements(&store, confirm).await, 2, "what it is, and that it stays so");
        let lease = async || assert!(store.lease_block().await.is_ok());
        assert_eq!(statements(&store, lease).await, 3, "the clock, how far blocks were given out, the lease");
    });
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn ten_thousand_codes_are_listed_with_few_reads() {
    on_a_cluster(async |store, _| {
        let mut minter = Minter::new(&store).await;
        for _ in 0..100 {
            minter.tick(1);
            minter.turn_page();
            let codes = batch(&mut minter, 100);
            store.mint(minter.mint(codes)).await.unwrap();
        }
        let clock = Clock::system();
        let sent = statements(&store, async || {
            let (mut after, mut answers, mut codes) = (None, 0, 0);
            loop {
                let request = list_request(&minter, after);
                let answer = list(&store, &request, &clock).await.unwrap();
                answers += 1;
                codes += answer.codes.len();
                after = answer.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!((answers, codes), (100, 10_000));
        })
        .await;
        // One read of codes and one of pages an answer; of buckets at first, and at the end of each.
        assert!(sent <= 100 + 100 + 15, "{sent}");
    });
}

fn list_request(minter: &Minter, after: Option<ListPosition>) -> ListRequest {
    let limit = ezqr_schema::wire::parse_list_query("limit=100").unwrap().limit;
    let budget = ListBudget { time: std::time::Duration::MAX, ..ListBudget::default() };
    ListRequest { owner: minter.owner.clone(), filter: ListFilter::default(), after, limit, budget }
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn pages_are_walked_from_bucket_to_bucket() {
    on_a_cluster(async |store, raw| {
        let mut minter = Minter::new(&store).await;
        let tag = Tag::parse("walked").unwrap();
        let mut expected = Vec::new();
        for pages in [2, 4, 1, 1, 3] {
            for _ in 0..pages {
                minter.turn_page();
                let tags = Tags::new([tag.clone()]).unwrap();
                minter.mint_one(&store, |code| code.tags = tags).await.unwrap();
                expected.push(minter.page());
                minter.tick(-1);
            }
            minter.tick(-2 * SIX_HOURS);
        }
        // Below each bucket one whose page never came.
        let (account, environment) = (minter.owner.account, minter.owner.environment.as_str());
        for page in &expected {
            let bucket = page.opened_at.as_millis() / SIX_HOURS - 1;
            for (table, column, value) in [
                ("page_buckets", "", String::new()),
                ("tag_buckets", "tag, ", format!("'{}', ", tag.as_str())),
            ] {
                let table = scylla_codes::table(table);
                raw.run(&format!(
                    "INSERT INTO {table} (account_id, environment, {column}bucket) \
                     VALUES ({account}, '{environment}', {value}{bucket})"
                ))
                .await;
            }
        }
        for tag in [None, Some(&tag)] {
            for limit in 1..=expected.len() + 1 {
                let mut walked: Vec<PagePosition> = Vec::new();
                loop {
                    let before = walked.last().copied();
                    let found = store.pages_before(&minter.owner, tag, before, limit).await.unwrap();
                    let is_last = found.len() < limit;
                    walked.extend(found);
                    if is_last {
                        break;
                    }
                }
                assert_eq!(walked, expected, "{limit} at a time");
            }
        }
    });
}
