//! Minting: one code, or up to 100 at once.

use std::sync::Arc;

use ezqr_schema::{Code, Minted, NewCode, Owner, Timestamp};
use ezqr_store::{CodeStore as _, IdempotencyRecord, LeaseError, Mint, MintError, MintRecord, WriteError};

use crate::Busy;
use crate::kernel::{AskError, Message, Reply, Respond};

use super::actor::Codes;
use super::numbers::Allotment;

/// Asks for codes, all or none.
#[derive(Clone, Debug)]
pub struct MintRequest {
    /// Whose they shall be.
    pub owner: Owner,
    /// What they shall be: 1 to 100; an alias only on a single one.
    pub codes: Vec<NewCode>,
}

/// Why nothing was minted, or may not have been.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MintRefused {
    /// The alias belongs to another code.
    #[error("the alias is taken")]
    AliasTaken,
    /// The idempotency key was used before, for what is told. Nothing was minted.
    #[error("the idempotency key was used before")]
    Recorded(Box<IdempotencyRecord>),
    /// The installation has no numbers left.
    #[error("all numbers of this installation are given out")]
    OutOfNumbers,
    /// The store did not take the write.
    #[error(transparent)]
    Store(#[from] WriteError),
    /// The owner of codes did not begin.
    #[error(transparent)]
    Busy(#[from] Busy),
}

impl MintRefused {
    pub(super) fn unanswered(error: AskError) -> Self {
        if error.outcome_is_unknown() {
            Self::Store(WriteError::OutcomeUnknown(error.to_string()))
        } else {
            Self::Busy(error.into())
        }
    }
}

impl From<MintError> for MintRefused {
    fn from(error: MintError) -> Self {
        match error {
            MintError::AliasTaken => Self::AliasTaken,
            MintError::Recorded(record) => Self::Recorded(record),
            MintError::Write(error) => Self::Store(error),
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

impl Message for MintRequest {
    type Reply = Result<Arc<[Code]>, MintRefused>;
}

impl Respond<MintRequest> for Codes {
    fn respond(&mut self, request: MintRequest) -> Reply<Self, <MintRequest as Message>::Reply> {
        let now = self.now();
        let Some(allotment) = self.numbers.allot(&request.owner, request.codes.len(), now) else {
            return self.with_new_block(|codes, leased| match leased {
                Ok(()) => codes.respond(request),
                Err(error) => Reply::now(Err(error.into())),
            });
        };
        let mint = self.fill_in(request, allotment, now);
        self.write(mint)
    }
}

impl Codes {
    fn fill_in(&self, request: MintRequest, allotment: Allotment, now: Timestamp) -> Mint {
        let MintRequest { owner, codes } = request;
        let codes =
            codes.into_iter().zip(allotment.sequences).zip(0_u16..).map(|((code, sequence), position)| {
                code.mint(Minted {
                    sequence,
                    id: self.seed.code_ids.make(now, position, sequence),
                    owner: owner.clone(),
                    link_base: self.seed.link_base,
                    created_at: now,
                })
            });
        let codes = codes.collect();
        Mint {
            page: allotment.page,
            records_page: allotment.records_page,
            codes,
            owner,
            record: MintRecord::Unnamed,
        }
    }

    /// Writes without holding up the mailbox: the store groups what comes in meanwhile into one commit.
    fn write(&self, mint: Mint) -> Reply<Self, <MintRequest as Message>::Reply> {
        let store = self.seed.store.clone();
        let (owner, page, codes) = (mint.owner.clone(), mint.page.page, Arc::clone(&mint.codes));
        let written = async move { store.mint(mint).await };
        Reply::then(written, move |state: &mut Self, written| {
            if written.is_ok() {
                state.numbers.page_recorded(&owner, page);
            }
            Reply::now(written.map(|()| codes).map_err(MintRefused::from))
        })
    }
}
