//! Answering a request that was made before as it was answered then.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use ezqr_schema::{
    Clock, Code, CodeIds, IdempotentRequest, LinkBaseId, Minted, NewCode, Owner, Page, Sequence, Timestamp,
};
use ezqr_store::{CodeStore as _, IdempotencyRecord, Mint, MintError, MintRecord, ReadError, Store};

use super::mint::{MintAnswer, MintRefused};

/// How long codes may be missing behind their record before they count as lost with their writer. It is no
/// matter of safety: whoever writes them again writes the same bytes.
const WRITER_PATIENCE: Duration = Duration::from_secs(10);

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

/// A request whose name was used before.
pub(super) struct Repeat {
    pub(super) store: Store,
    pub(super) code_ids: CodeIds,
    pub(super) clock: Clock,
    pub(super) owner: Owner,
    pub(super) wishes: Vec<NewCode>,
    pub(super) request: IdempotentRequest,
    pub(super) record: IdempotencyRecord,
}

impl Repeat {
    /// Answers what the first request was answered, whatever became of its codes since; if they never came,
    /// writes them.
    pub(super) async fn answer(self) -> Result<MintAnswer, MintRefused> {
        let Self { store, code_ids, clock, owner, wishes, request, record } = self;
        if record.hash != request.hash {
            return Err(MintRefused::KeyReused);
        }
        if record.items != request.items {
            return Err(MintRefused::OtherItems(record.items));
        }
        let IdempotencyRecord { first, created_at, link_base, page, .. } = record;
        let numbers = (first.get()..).map_while(|number| Sequence::new(number).ok());
        let codes = Decided { created_at, link_base }.codes(&code_ids, &owner, wishes, numbers);
        let answer = MintAnswer { codes: Arc::clone(&codes), is_replayed: true };
        if are_stored(&store, page.page, &codes).await? {
            return Ok(answer);
        }
        if let Some(retry_after) = time_left(created_at, clock.now()) {
            return Err(MintRefused::StillRunning { retry_after });
        }
        let mint = Mint { page, owner, records_page: true, codes, record: MintRecord::Resumed(request) };
        match store.mint(mint).await {
            Ok(()) => Ok(answer),
            // Somebody else resumed it.
            Err(MintError::Recorded(_)) => Err(MintRefused::STILL_RUNNING),
            Err(MintError::AliasTaken) => Err(MintRefused::AliasTaken),
            Err(MintError::Write(error)) => Err(error.into()),
        }
    }
}

/// Whether all of `codes` are in the store. All are looked for: a store of several replicas that had only begun to
/// take them in spreads what is read, and no more, before it answers.
async fn are_stored(store: &Store, page: Page, codes: &[Code]) -> Result<bool, ReadError> {
    let after = codes.last().and_then(|last| Sequence::new(last.sequence.get() + 1).ok());
    let before = after.filter(|after| after.page() == page);
    let stored: HashMap<_, _> =
        store.codes_of_page(page, before).await?.into_iter().map(|code| (code.sequence, code.id)).collect();
    let mut are_stored = true;
    for code in codes {
        match stored.get(&code.sequence) {
            Some(id) if *id == code.id => {}
            Some(_) => {
                return Err(ReadError::Corrupt("a record of a request tells of other codes".to_owned()));
            }
            None => are_stored = false,
        }
    }
    Ok(are_stored)
}

/// How long the writer of codes created at `created_at` is still waited for. A clock that is ahead by more than
/// that is wrong, and nobody is waited for.
fn time_left(created_at: Timestamp, now: Timestamp) -> Option<Duration> {
    let age = now.as_millis() - created_at.as_millis();
    let apart = Duration::from_millis(age.unsigned_abs());
    if age < 0 {
        return (apart <= WRITER_PATIENCE).then_some(WRITER_PATIENCE);
    }
    WRITER_PATIENCE.checked_sub(apart).filter(|left| !left.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_writer_is_waited_for_until_ten_seconds_after_it_began() {
        let at = |millis| Timestamp::from_millis(millis).unwrap();
        let left = |now| time_left(at(100_000), at(now)).map(|left| left.as_millis());
        assert_eq!(left(100_000), Some(10_000));
        assert_eq!(left(109_999), Some(1));
        assert_eq!(left(110_000), None);
        assert_eq!(left(90_000), Some(10_000), "its clock is ahead of ours");
        assert_eq!(left(89_999), None, "and wrong");
    }
}
