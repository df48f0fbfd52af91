//! Changing and deleting a code.

use std::sync::Arc;
use std::time::Duration;

use ezqr_schema::{Code, CodeId, CodePatch, Owner, PatchRefused, Sequence, Timestamp, Version};
use ezqr_store::{Change, ChangeError, CodeStore as _, PagePosition, ReadError, Store, WriteError};

use crate::Busy;
use crate::kernel::{AskError, Message, Reply, Respond};

use super::actor::Codes;
use super::link::Link;
use super::turns::{Place, Turn};

/// How often a change is begun anew when another node changed the code in between.
const ATTEMPTS: u32 = 8;

/// Asks for a change of one code.
#[derive(Clone, Debug)]
pub struct ChangeRequest {
    /// Who asks: others' codes do not exist for them.
    pub owner: Owner,
    /// The code.
    pub id: CodeId,
    /// What to change.
    pub patch: CodePatch,
    /// The version the caller has seen, if it matters to them (`If-Match`).
    pub expected: Option<Version>,
}

/// Why a code was not changed, or may have been nevertheless.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeRefused {
    /// There is no such code, or it is somebody else's.
    #[error("there is no such code")]
    NotFound,
    /// The code is at another version than the caller has seen.
    #[error("the code is at version {}", .found.get())]
    VersionMismatch {
        /// The version it is at.
        found: Version,
    },
    /// The change cannot be made to this code.
    #[error(transparent)]
    Patch(#[from] PatchRefused),
    /// The store could not be read; nothing was changed.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The store did not take the write.
    #[error(transparent)]
    Store(#[from] WriteError),
    /// The owner of codes did not begin.
    #[error(transparent)]
    Busy(#[from] Busy),
}

impl ChangeRefused {
    pub(super) fn unanswered(error: AskError) -> Self {
        if error.outcome_is_unknown() {
            Self::Store(WriteError::OutcomeUnknown(error.to_string()))
        } else {
            Self::Busy(error.into())
        }
    }
}

impl From<ChangeError> for ChangeRefused {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::VersionMismatch { found } => Self::VersionMismatch { found },
            ChangeError::Missing => Self::NotFound,
            ChangeError::Write(error) => Self::Store(error),
        }
    }
}

impl Message for ChangeRequest {
    type Reply = Result<Code, ChangeRefused>;
}

/// What becomes of a change that answers `T`.
pub(super) type Outcome<T> = Reply<Codes, Result<T, ChangeRefused>>;

impl Respond<ChangeRequest> for Codes {
    fn respond(&mut self, request: ChangeRequest) -> Outcome<Code> {
        self.in_turn(request, Self::change)
    }
}

impl Codes {
    /// Hands `request` and the number of its code to `make`, when it is its turn among those of its page.
    pub(super) fn in_turn<T: 'static>(
        &mut self,
        request: ChangeRequest,
        make: fn(&mut Self, ChangeRequest, Sequence) -> Outcome<T>,
    ) -> Outcome<T> {
        let Some(sequence) = self.seed.code_ids.sequence(request.id) else {
            return Reply::now(Err(ChangeRefused::NotFound));
        };
        match self.turns.enter(sequence.page(), self.seed.clock.monotonic()) {
            Place::First => make(self, request, sequence),
            Place::Behind(turn) => Reply::then(turn, move |codes: &mut Self, turn| match turn {
                Ok(Turn::Come) => make(codes, request, sequence),
                Ok(Turn::Missed) | Err(_) => Reply::now(Err(Busy::from(AskError::TimedOut).into())),
            }),
            Place::Refused => Reply::now(Err(Busy::from(AskError::Refused).into())),
        }
    }

    /// Makes the change in its turn, then publishes it and hands the turn on. Nothing in between may end
    /// without the last two.
    fn change(&mut self, request: ChangeRequest, sequence: Sequence) -> Outcome<Code> {
        let began = self.seed.clock.monotonic();
        let attempt = self.attempt(request, sequence);
        Reply::then(async move { attempt.make().await }, move |codes: &mut Self, outcome| {
            codes.publish(sequence, outcome.as_ref().map(Some), began);
            codes.turns.leave(sequence.page(), codes.seed.clock.monotonic());
            Reply::now(outcome)
        })
    }

    pub(super) fn attempt(&self, request: ChangeRequest, sequence: Sequence) -> Attempt {
        Attempt { store: self.seed.store.clone(), request, sequence, now: self.seed.clock.now() }
    }

    /// Publishes what a change that began at `began` came to: the code, or nothing of one that is not known.
    pub(super) fn publish(
        &self,
        sequence: Sequence,
        outcome: Result<Option<&Code>, &ChangeRefused>,
        began: Duration,
    ) {
        let cache = &self.seed.published.cache;
        match outcome {
            Ok(Some(code)) => cache.publish(Arc::new(Link::from(code.clone())), began),
            Err(ChangeRefused::Store(WriteError::OutcomeUnknown(_))) if self.seed.store.is_shared() => {
                cache.outdate(sequence);
            }
            Ok(None) | Err(ChangeRefused::Store(WriteError::OutcomeUnknown(_))) => cache.forget(sequence),
            Err(_) => {}
        }
    }
}

/// One request in its turn.
pub(super) struct Attempt {
    pub(super) store: Store,
    pub(super) request: ChangeRequest,
    pub(super) sequence: Sequence,
    pub(super) now: Timestamp,
}

impl Attempt {
    pub(super) async fn make(&self) -> Result<Code, ChangeRefused> {
        self.repeated(|| self.once()).await
    }

    /// Tries as often as others are faster, unless the caller minds.
    pub(super) async fn repeated<T>(
        &self,
        attempt: impl AsyncFn() -> Result<T, ChangeRefused>,
    ) -> Result<T, ChangeRefused> {
        let mut found = Version::FIRST;
        for _ in 0..ATTEMPTS {
            match attempt().await {
                Err(ChangeRefused::VersionMismatch { found: newer }) if self.request.expected.is_none() => {
                    found = newer;
                }
                outcome => return outcome,
            }
        }
        Err(ChangeRefused::VersionMismatch { found })
    }

    async fn once(&self) -> Result<Code, ChangeRefused> {
        let stored = self.store.code(self.sequence).await?.ok_or(ChangeRefused::NotFound)?;
        let code = stored.code;
        if code.id != self.request.id || code.owner != self.request.owner {
            return Err(ChangeRefused::NotFound);
        }
        if self.request.expected.is_some_and(|expected| expected != code.version) {
            return Err(ChangeRefused::VersionMismatch { found: code.version });
        }
        let Some(changed) = self.request.patch.apply(&code, self.now)? else { return Ok(code) };
        let page = PagePosition { opened_at: stored.page_opened_at, page: self.sequence.page() };
        let change = Change { code: changed.clone(), expected: code.version, page };
        self.store.change(change).await?;
        Ok(changed)
    }
}
