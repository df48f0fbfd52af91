//! Answering a request that was made before as it was answered then.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use ezqr_schema::{Clock, Code, CodeIds, LinkBaseId, Minted, NewCode, Owner, Page, Sequence, Timestamp};
use ezqr_store::{CodeStore as _, IdempotencyRecord, Mint, MintError, MintRecord, ReadError, Store};

use crate::kernel::{Message, Reply, Respond};

use super::actor::Codes;
use super::handle::{CodesHandle, WRITE_DEADLINE};
use super::mint::{MintAnswer, MintRefused, MintRequest, NamedMint};
use super::running::Place;

/// How long codes may be missing behind their record before they count as lost with their writer. It is no
/// matter of safety: whoever writes them again writes the same bytes.
const WRITER_PATIENCE: Duration = Duration::from_secs(10);

/// What is waited between two looks for codes that are missing: a writer takes milliseconds, or is slow or dead.
const FIRST_PAUSE: Duration = Duration::from_millis(25);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What the minter decides about all codes of one request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decided {
    pub(super) created_at: Timestamp,
    pub(super) link_base: LinkBaseId,
}

impl Decided {
    /// The codes that `wishes` become under `numbers`. Pure, so that a repeated request can be answered without
    /// having kept the answer.
    pub(super) fn codes(
        self,
        code_ids: &CodeIds,
        owner: &Owner,
        wishes: Vec<NewCode>,
        numbers: impl IntoIterator<Item = Sequence>,
    ) -> Arc<[Code]> {
        let Self { created_at, link_base } = self;
        let mint = |((wish, sequence), position): ((NewCode, Sequence), u16)| {
            let id = code_ids.make(created_at, position, sequence);
            wish.mint(Minted { sequence, id, owner: owner.clone(), link_base, created_at })
        };
        wishes.into_iter().zip(numbers).zip(0..).map(mint).collect()
    }
}

/// The codes that the record of a request promises, when they are those that `wishes` become.
pub(super) fn promised(
    record: &IdempotencyRecord,
    code_ids: &CodeIds,
    owner: &Owner,
    wishes: Vec<NewCode>,
) -> Arc<[Code]> {
    let numbers = (record.first.get()..).map_while(|number| Sequence::new(number).ok());
    let decided = Decided { created_at: record.created_at, link_base: record.link_base };
    decided.codes(code_ids, owner, wishes, numbers)
}

/// A request whose name was used before.
pub(super) struct Repeat {
    pub(super) store: Store,
    pub(super) code_ids: CodeIds,
    pub(super) clock: Clock,
    pub(super) owner: Owner,
    pub(super) wishes: Vec<NewCode>,
    pub(super) name: NamedMint,
    pub(super) record: IdempotencyRecord,
}

/// What became of it.
pub(super) enum Repeated {
    /// It is answered.
    Answer(MintAnswer),
    /// The record is gone, because the first was refused after all: this is to be carried out.
    Gone(MintRequest),
}

impl Repeat {
    /// Answers what the first request was answered, whatever became of its codes since. If they are not there, it
    /// looks for them again for as long as a write may take; if they never came, it has them written.
    pub(super) async fn answer(self, handle: &CodesHandle) -> Result<Repeated, MintRefused> {
        let Self { store, code_ids, clock, owner, wishes, name, record } = self;
        let NamedMint { place, items } = name;
        if record.hash != *place.hash() {
            return Err(MintRefused::KeyReused);
        }
        if record.items != items {
            return Err(MintRefused::OtherItems(record.items));
        }
        let codes = promised(&record, &code_ids, &owner, wishes.clone());
        let answer = MintAnswer { codes: Arc::clone(&codes), is_replayed: true };
        let mut pauses = pauses();
        loop {
            if are_stored(&store, record.page.page, &codes).await? {
                place.answer(&codes, &items);
                return Ok(Repeated::Answer(answer));
            }
            if is_given_up(record.created_at, clock.now()) {
                break;
            }
            let pause = pauses.next().ok_or(MintRefused::STILL_RUNNING)?;
            tokio::time::sleep(pause).await;
            if store.idempotency_record(&owner, place.key()).await?.as_ref() != Some(&record) {
                let name = Some(NamedMint { place, items });
                return Ok(Repeated::Gone(MintRequest { owner, codes: wishes, name }));
            }
        }
        let (page, record) = (record.page, MintRecord::Resumed(place.request(items)));
        handle.resume(Mint { page, owner, records_page: true, codes, record }, place).await?;
        Ok(Repeated::Answer(answer))
    }
}

/// The pauses between looks: growing, and together as long as a write may take.
fn pauses() -> impl Iterator<Item = Duration> {
    let growing = std::iter::successors(Some(FIRST_PAUSE), |pause| Some((*pause * 2).min(LONGEST_PAUSE)));
    growing.scan(Duration::ZERO, |passed, pause| {
        *passed += pause;
        (*passed <= WRITE_DEADLINE).then_some(pause)
    })
}

/// Asks to write the codes that a record promises.
pub(super) struct Resume {
    pub(super) mint: Mint,
    pub(super) place: Place,
}

impl Message for Resume {
    type Reply = Result<(), MintError>;
}

impl Respond<Resume> for Codes {
    fn respond(&mut self, Resume { mint, place }: Resume) -> Reply<Self, Result<(), MintError>> {
        let store = self.seed.store.clone();
        let unknown_aliases = Arc::clone(&self.seed.published.unknown_aliases);
        Reply::later(async move {
            let (codes, record) = (Arc::clone(&mint.codes), mint.record.clone());
            let written = store.mint(mint).await;
            // Whatever the store says: a write that is not answered may be there.
            for alias in codes.iter().filter_map(|code| code.alias.as_ref()) {
                unknown_aliases.given_out(alias);
            }
            written?;
            if let MintRecord::Resumed(request) = record {
                place.answer(&codes, &request.items);
            }
            Ok(())
        })
    }
}

/// Whether all of `codes` are in the store. All are looked for: a store of several replicas that had only begun to
/// take them in spreads what is read, and no more, before it answers.
async fn are_stored(store: &Store, page: Page, codes: &[Code]) -> Result<bool, ReadError> {
    let after = codes.last().and_then(|last| Sequence::new(last.sequence.get() + 1).ok());
    let before = after.filter(|after| after.page() == page);
    let stored: HashMap<_, _> =
        store.codes_of_page(page, before).await?.into_iter().map(|code| (code.sequence, code.id)).collect();
    for code in codes {
        match stored.get(&code.sequence) {
            Some(id) if *id == code.id => {}
            Some(_) => {
                return Err(ReadError::Corrupt("a record of a request tells of other codes".to_owned()));
            }
            // Passed over because it cannot be read, it is there nevertheless.
            None => match store.code(code.sequence).await {
                Ok(Some(_)) | Err(ReadError::Unreadable(_)) => {}
                Ok(None) => return Ok(false),
                Err(error) => return Err(error),
            },
        }
    }
    Ok(true)
}

/// Whether the writer of codes created at `created_at` is waited for no more. A clock that is ahead by more than
/// its time is wrong, and nobody is waited for.
fn is_given_up(created_at: Timestamp, now: Timestamp) -> bool {
    let age = now.as_millis() - created_at.as_millis();
    let apart = Duration::from_millis(age.unsigned_abs());
    if age < 0 { apart > WRITER_PATIENCE } else { apart >= WRITER_PATIENCE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_writer_is_waited_for_until_ten_seconds_after_it_began() {
        let at = |millis| Timestamp::from_millis(millis).unwrap();
        let given_up = |now| is_given_up(at(100_000), at(now));
        assert!(!given_up(100_000));
        assert!(!given_up(109_999));
        assert!(given_up(110_000));
        assert!(!given_up(90_000), "its clock is ahead of ours");
        assert!(given_up(89_999), "and wrong");
    }

    #[test]
    fn looks_begin_at_once_grow_rare_and_end_with_the_deadline() {
        let pauses: Vec<Duration> = pauses().collect();
        assert_eq!(pauses[..4], [25, 50, 100, 200].map(Duration::from_millis));
        assert!(pauses.is_sorted() && pauses.last() == Some(&LONGEST_PAUSE));
        let together: Duration = pauses.iter().sum();
        assert!(together <= WRITE_DEADLINE && together + LONGEST_PAUSE > WRITE_DEADLINE, "{together:?}");
    }
}
