//! Minting: one code, or up to 100 at once.

use std::sync::Arc;
use std::time::Duration;

use ezqr_schema::{Code, ItemOutcome, NewCode, Owner};
use ezqr_store::{
    CodeStore as _, IdempotencyRecord, LeaseError, Mint, MintError, MintRecord, ReadError, WriteError,
};
use futures_util::FutureExt as _;

use crate::Busy;
use crate::kernel::{AskError, Message, Reply, Respond};

use super::actor::Codes;
use super::repeat::{Decided, Repeat};
use super::running::Place;

/// Asks for codes, all or none.
#[derive(Clone, Debug)]
pub struct MintRequest {
    /// Whose they shall be.
    pub owner: Owner,
    /// What they shall be: 1 to 100; an alias only on a single one.
    pub codes: Vec<NewCode>,
    /// Makes the request repeatable.
    pub name: Option<NamedMint>,
}

/// A request with an idempotency key, in its turn.
#[derive(Clone, Debug)]
pub struct NamedMint {
    /// Its right to be carried out.
    pub place: Place,
    /// What becomes of its items, in their order. As many are minted as there are codes.
    pub items: Arc<[ItemOutcome]>,
}

/// The codes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MintAnswer {
    /// As they were when they were minted.
    pub codes: Arc<[Code]>,
    /// Whether they are those of an earlier request of the same name.
    pub is_replayed: bool,
}

/// Why nothing was minted, or may not have been.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MintRefused {
    /// The alias belongs to another code.
    #[error("the alias is taken")]
    AliasTaken,
    /// The idempotency key was used for another request within 24 hours.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The same request is under way.
    #[error("the same request is under way")]
    StillRunning {
        /// When asking again is worth while.
        retry_after: Duration,
    },
    /// The same request was carried out with these of its items, when a policy was another: whoever asks with
    /// the codes of these is answered.
    #[error("the same request was carried out with other items")]
    OtherItems(Arc<[ItemOutcome]>),
    /// The installation has no numbers left.
    #[error("all numbers of this installation are given out")]
    OutOfNumbers,
    /// The store could not be read; nothing was minted now.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The store did not take the write.
    #[error(transparent)]
    Store(#[from] WriteError),
    /// The owner of codes did not begin.
    #[error(transparent)]
    Busy(#[from] Busy),
}

impl MintRefused {
    /// Most requests take less.
    pub(super) const STILL_RUNNING: Self = Self::StillRunning { retry_after: Duration::from_secs(1) };

    pub(super) fn unanswered(error: AskError) -> Self {
        if error.outcome_is_unknown() {
            Self::Store(WriteError::OutcomeUnknown(error.to_string()))
        } else {
            Self::Busy(error.into())
        }
    }
}

/// Failing to lease a block means that nothing was minted, whatever became of the lease.
impl From<LeaseError> for MintRefused {
    fn from(error: LeaseError) -> Self {
        match error {
            LeaseError::Exhausted(_) => Self::OutOfNumbers,
            LeaseError::Write(WriteError::Unavailable(unavailable)) => Self::Store(unavailable.into()),
            LeaseError::Write(WriteError::OutcomeUnknown(_)) => Self::Busy(AskError::Refused.into()),
        }
    }
}

/// Asks to carry a request out.
pub(super) struct CarryOut(pub(super) MintRequest);

/// What became of a request.
pub(super) enum Minted {
    /// It was carried out.
    Now(MintAnswer),
    /// Its name was used before.
    Before(Box<Repeat>),
}

impl Message for CarryOut {
    type Reply = Result<Minted, MintRefused>;
}

type MintReply = Reply<Codes, Result<Minted, MintRefused>>;

impl Respond<CarryOut> for Codes {
    fn respond(&mut self, CarryOut(request): CarryOut) -> MintReply {
        self.mint(request)
    }
}

impl Codes {
    fn mint(&mut self, request: MintRequest) -> MintReply {
        let now = self.creation_time();
        let Some(allotment) = self.numbers.allot(&request.owner, request.codes.len(), now) else {
            return self.with_new_block(|codes, leased| match leased {
                Ok(()) => codes.mint(request),
                Err(error) => Reply::now(Err(error.into())),
            });
        };
        let MintRequest { owner, codes: wishes, name } = request;
        // Only who may have to answer the same again keeps what was asked for.
        let kept = name.map(|name| (name, wishes.clone()));
        let decided = Decided { created_at: now, link_base: self.seed.link_base };
        let mint = Mint {
            page: allotment.page,
            records_page: allotment.records_page,
            codes: decided.codes(&self.seed.code_ids, &owner, wishes, allotment.sequences),
            owner,
            record: match &kept {
                None => MintRecord::Unnamed,
                Some((name, _)) => MintRecord::Made(name.place.request(Arc::clone(&name.items))),
            },
        };
        self.write(mint, kept)
    }

    /// Writes without holding up the mailbox: the store groups what comes in meanwhile into one commit.
    fn write(&self, mint: Mint, kept: Option<(NamedMint, Vec<NewCode>)>) -> MintReply {
        let store = self.seed.store.clone();
        let (owner, page, codes) = (mint.owner.clone(), mint.page.page, Arc::clone(&mint.codes));
        let written = async move { store.mint(mint).await };
        let unknown = Arc::clone(&self.seed.published.unknown_aliases);
        let written = written.inspect({
            let codes = Arc::clone(&codes);
            // Whatever the store says: a write that is not answered may be there.
            move |_| {
                for alias in codes.iter().filter_map(|code| code.alias.as_ref()) {
                    unknown.given_out(alias);
                }
            }
        });
        Reply::then(written, move |state: &mut Self, written| match (written, kept) {
            (Ok(()), kept) => {
                state.numbers.page_recorded(&owner, page);
                // Here and not where it was asked for, which may be gone.
                if let Some((NamedMint { place, items }, _)) = kept {
                    place.answer(&codes, &items);
                }
                Reply::now(Ok(Minted::Now(MintAnswer { codes, is_replayed: false })))
            }
            (Err(MintError::Recorded(record)), Some((name, wishes))) => {
                Reply::now(Ok(Minted::Before(Box::new(state.repeat(owner, wishes, name, *record)))))
            }
            (Err(MintError::Recorded(_)), None) => Reply::now(Err(MintRefused::KeyReused)),
            (Err(MintError::AliasTaken), _) => Reply::now(Err(MintRefused::AliasTaken)),
            (Err(MintError::Write(error)), _) => Reply::now(Err(error.into())),
        })
    }

    fn repeat(
        &self,
        owner: Owner,
        wishes: Vec<NewCode>,
        name: NamedMint,
        record: IdempotencyRecord,
    ) -> Repeat {
        Repeat {
            store: self.seed.store.clone(),
            code_ids: self.seed.code_ids.clone(),
            clock: self.seed.clock.clone(),
            owner,
            wishes,
            name,
            record,
        }
    }
}
