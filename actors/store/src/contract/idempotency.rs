//! A request that has a name is minted once, and what is remembered of it tells its codes.

use std::collections::BTreeSet;

use ezqr_schema::{
    Alias, Code, Environment, IdempotencyKey, IdempotentRequest, ItemOutcome, Name, Owner, Tags,
};
use futures_util::future::join_all;

use super::changing::changed;
use super::minter::{external_id, owner, request, tag, unique};
use super::{Fixture, Minter};
use crate::{CodeStore, IdempotencyRecord, Mint, MintError, MintRecord};

fn made(mint: Mint, request: &IdempotentRequest) -> Mint {
    Mint { record: MintRecord::Made(request.clone()), ..mint }
}

fn resumed(mint: &Mint, request: &IdempotentRequest) -> Mint {
    Mint { record: MintRecord::Resumed(request.clone()), ..mint.clone() }
}

/// The next `count` codes.
fn codes(minter: &mut Minter, count: usize) -> Vec<Code> {
    (0..count).map(|_| minter.plain()).collect()
}

fn recorded(record: &IdempotencyRecord) -> Result<(), MintError> {
    Err(MintError::Recorded(Box::new(record.clone())))
}

async fn record(store: &impl CodeStore, owner: &Owner, key: &IdempotencyKey) -> Option<IdempotencyRecord> {
    store.idempotency_record(owner, key).await.unwrap()
}

/// Every field of it, at its least and at its most, in every process and after a restart.
pub async fn a_named_mint_leaves_its_record(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let mut minter = Minter::new(&store).await;
    minter.mint_one(&store, |_| {}).await.unwrap();
    let outcomes = ItemOutcome::ALL.into_iter().cycle();
    let shapes = [
        ("k".to_owned(), vec![ItemOutcome::Minted]),
        (format!("{:~>255}", unique()), outcomes.skip(1).take(100).collect()),
    ];
    let mut expected = Vec::new();
    for (key, items) in shapes {
        minter.tick(7);
        let count = items.iter().filter(|outcome| **outcome == ItemOutcome::Minted).count();
        let request = IdempotentRequest { items: items.into(), ..request(&key, 0) };
        let batch: Vec<_> = (0..count).map(|_| minter.full()).collect();
        let record = IdempotencyRecord {
            hash: request.hash,
            page: minter.page(),
            first: batch[0].sequence,
            created_at: minter.now,
            link_base: batch[0].link_base,
            items: request.items.clone(),
        };
        store.mint(made(minter.mint(batch.clone()), &request)).await.unwrap();
        expected.push((request.key, record, batch));
    }
    let another = fixture.another().await;
    for (key, expected, batch) in &expected {
        assert_eq!(record(&store, &minter.owner, key).await.as_ref(), Some(expected));
        assert_eq!(record(&another, &minter.owner, key).await.as_ref(), Some(expected));
        for code in batch {
            assert_eq!(store.code(code.sequence).await.unwrap().unwrap().code, *code);
        }
    }
    drop((store, another));
    let store = fixture.serve().await;
    for (key, expected, _) in &expected {
        assert_eq!(record(&store, &minter.owner, key).await.as_ref(), Some(expected));
    }
}

/// Whatever the second request is; and nothing of it is written.
pub async fn a_name_used_before_is_refused_with_its_record(fixture: &impl Fixture) {
    let (store, another) = (fixture.serve().await, fixture.another().await);
    let mut minter = Minter::new(&store).await;
    let first = request(&unique(), 1);
    let code = minter.plain();
    store.mint(made(minter.mint([code.clone()]), &first)).await.unwrap();
    let written = record(&store, &minter.owner, &first.key).await.unwrap();
    let page = minter.page();
    minter.tick(1);
    minter.turn_page();
    let other = IdempotentRequest { key: first.key.clone(), ..request("another-request", 2) };
    for (store, request) in [(&store, &first), (&another, &first), (&store, &other), (&another, &other)] {
        let mut codes = codes(&mut minter, request.items.len());
        for code in &mut codes {
            code.tags = Tags::new([tag("again")]).unwrap();
            code.external_id = Some(external_id("again"));
        }
        let refused: Vec<_> = codes.iter().map(|code| code.sequence).collect();
        assert_eq!(store.mint(made(minter.mint(codes), request)).await, recorded(&written));
        for sequence in refused {
            assert_eq!(store.code(sequence).await, Ok(None));
        }
    }
    let owner = &minter.owner;
    assert_eq!(record(&store, owner, &first.key).await, Some(written));
    assert_eq!(store.pages_before(owner, None, None, 9).await.unwrap(), [page]);
    assert_eq!(store.pages_before(owner, Some(&tag("again")), None, 9).await, Ok(Vec::new()));
    assert_eq!(store.sequences_of_external_id(owner, &external_id("again"), None, 9).await, Ok(Vec::new()));
    assert_eq!(store.codes_of_page(page.page, None).await, Ok(vec![code]));
}

/// Whoever asks first, and in whichever process; the others are told of it.
pub async fn one_of_many_mints_of_a_name_is_written(fixture: &impl Fixture) {
    let (store, another) = (fixture.serve().await, fixture.another().await);
    let mut minter = Minter::new(&store).await;
    for _ in 0..3 {
        minter.turn_page();
        let request = request(&unique(), 3);
        let mints: Vec<_> = (0..16)
            .map(|_| {
                let codes = codes(&mut minter, 3);
                made(minter.mint(codes), &request)
            })
            .collect();
        let asked = mints.iter().cloned().enumerate().map(|(index, mint)| {
            let store = if index % 2 == 0 { &store } else { &another };
            store.mint(mint)
        });
        let outcomes = join_all(asked).await;
        let winner = outcomes.iter().position(Result::is_ok).unwrap();
        let written = IdempotencyRecord::of(&request, &mints[winner]).unwrap();
        for (index, outcome) in outcomes.iter().enumerate() {
            let expected = if index == winner { Ok(()) } else { recorded(&written) };
            assert_eq!(*outcome, expected);
        }
        assert_eq!(record(&another, &minter.owner, &request.key).await, Some(written));
        let mut expected = mints[winner].codes.to_vec();
        expected.reverse();
        assert_eq!(store.codes_of_page(minter.page().page, None).await, Ok(expected));
    }
}

/// Neither those of another account nor of another environment.
pub async fn names_of_others_do_not_collide(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let request = request(&unique(), 1);
    let first = owner("production");
    let neighbour = Owner { environment: Environment::parse("staging").unwrap(), ..first.clone() };
    let mut firsts = BTreeSet::new();
    for owner in [first, neighbour, owner("production")] {
        let mut minter = Minter::new(&store).await;
        minter.owner = owner;
        assert_eq!(record(&store, &minter.owner, &request.key).await, None);
        let code = minter.plain();
        store.mint(made(minter.mint([code.clone()]), &request)).await.unwrap();
        let found = record(&store, &minter.owner, &request.key).await.unwrap();
        assert_eq!(found.first, code.sequence);
        firsts.insert(found.first);
    }
    assert_eq!(firsts.len(), 3);
}

/// However like others it is; and a mint without a name uses none.
pub async fn a_name_never_used_has_no_record(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let mut minter = Minter::new(&store).await;
    for _ in 0..2 {
        minter.mint_one(&store, |_| {}).await.unwrap();
    }
    let code = minter.plain();
    store.mint(made(minter.mint([code]), &request("Order_4471", 1))).await.unwrap();
    for key in ["Order_447", "Order_44711", "order_4471", "Order-4471", "Order%", "_", "0"] {
        let key = IdempotencyKey::parse(key).unwrap();
        assert_eq!(record(&store, &minter.owner, &key).await, None, "{key:?}");
    }
}

/// As one whose record was left alone.
pub async fn a_resumed_mint_writes_the_codes_of_its_record(fixture: &impl Fixture) {
    let (store, another) = (fixture.serve().await, fixture.another().await);
    let mut minter = Minter::new(&store).await;
    let alias = Alias::parse(&format!("alias-{}", unique())).unwrap();
    let mut expected: Vec<_> = (0..20).map(|_| minter.full()).collect();
    let batch = resumed(&minter.mint(expected.clone()), &request(&unique(), 20));
    let single = Code { alias: Some(alias.clone()), ..minter.full() };
    let alone = resumed(&minter.mint([single.clone()]), &request(&unique(), 1));
    for (store, mint) in [(&store, &batch), (&another, &batch), (&another, &alone), (&store, &alone)] {
        assert_eq!(store.mint(mint.clone()).await, Ok(()));
    }
    expected.push(single.clone());
    expected.reverse();
    let owner = &minter.owner;
    assert_eq!(store.codes_of_page(minter.page().page, None).await.unwrap(), expected);
    assert_eq!(store.pages_before(owner, None, None, 9).await.unwrap(), [minter.page()]);
    assert_eq!(store.sequence_of_alias(&alias).await, Ok(Some(single.sequence)));
    for tag in single.tags.iter() {
        assert_eq!(store.pages_before(owner, Some(tag), None, 9).await.unwrap(), [minter.page()]);
    }
}

/// Codes that were changed in between included.
pub async fn a_resumed_mint_leaves_what_is_there(fixture: &impl Fixture) {
    let (store, another) = (fixture.serve().await, fixture.another().await);
    let mut minter = Minter::new(&store).await;
    let mut codes = codes(&mut minter, 3);
    let request = request(&unique(), 3);
    let mint = minter.mint(codes.clone());
    store.mint(made(mint.clone(), &request)).await.unwrap();
    let written = record(&store, &minter.owner, &request.key).await;
    for index in 0..3 {
        let change = changed(&codes[index], minter.page(), |code| {
            code.name = Some(Name::parse("changed").unwrap());
            code.tags = Tags::new([tag("changed")]).unwrap();
        });
        codes[index] = change.code.clone();
        store.change(change).await.unwrap();
        for store in [&another, &store] {
            assert_eq!(store.mint(resumed(&mint, &request)).await, Ok(()));
            let expected: Vec<_> = codes.iter().rev().cloned().collect();
            assert_eq!(store.codes_of_page(minter.page().page, None).await, Ok(expected));
        }
    }
    assert_eq!(record(&store, &minter.owner, &request.key).await, written);
}

/// For the same request with another alias.
pub async fn a_refused_alias_leaves_the_name_free(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let mut minter = Minter::new(&store).await;
    let alias = Alias::parse(&format!("alias-{}", unique())).unwrap();
    let aliased = |minter: &mut Minter, alias: Alias| Code { alias: Some(alias), ..minter.plain() };
    let winner = aliased(&mut minter, alias.clone());
    store.mint(minter.mint([winner])).await.unwrap();
    let request = request(&unique(), 1);
    let loser = aliased(&mut minter, alias.clone());
    assert_eq!(
        store.mint(made(minter.mint([loser.clone()]), &request)).await,
        Err(MintError::AliasTaken),
        "not by the name"
    );
    assert_eq!(record(&store, &minter.owner, &request.key).await, None);
    assert_eq!(store.code(loser.sequence).await, Ok(None));
    let other = aliased(&mut minter, Alias::parse(&format!("alias-{}", unique())).unwrap());
    let mint = made(minter.mint([other.clone()]), &request);
    store.mint(mint.clone()).await.unwrap();
    let written = record(&store, &minter.owner, &request.key).await.unwrap();
    assert_eq!(written.first, other.sequence);
    // Its own alias is taken by then; the name decides first.
    let again = aliased(&mut minter, other.alias.clone().unwrap());
    assert_eq!(store.mint(made(minter.mint([again]), &request)).await, recorded(&written));
}
