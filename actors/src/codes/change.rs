//! Changing and deleting a code.

use std::sync::Arc;
use std::time::Duration;

use ezqr_schema::{Code, CodeId, CodePatch, Owner, PatchRefused, Sequence, Timestamp, Version};
use ezqr_store::{
    Change, ChangeError, CodeStore as _, PagePosition, ReadError, Store, Unavailable, WriteError,
};

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
            ChangeError::InDoubt { reason, .. } => Self::Store(WriteError::OutcomeUnknown(reason)),
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
                Ok(Turn::InDoubt) => Reply::now(Err(behind_a_doubt())),
            }),
            Place::Refused => Reply::now(Err(Busy::from(AskError::Refused).into())),
            Place::InDoubt => Reply::now(Err(behind_a_doubt())),
        }
    }

    /// Makes the change in its turn, then publishes it and hands the turn on. Nothing in between may end
    /// without the last two, but a change in doubt, which keeps the turn.
    fn change(&mut self, request: ChangeRequest, sequence: Sequence) -> Outcome<Code> {
        let began = self.seed.clock.monotonic();
        let attempt = self.attempt(request, sequence);
        Reply::then(async move { attempt.make().await }, move |codes: &mut Self, ended| {
            let outcome = match ended {
                Ok(outcome) => outcome,
                Err(doubt) => return Reply::now(Err(codes.keep(doubt))),
            };
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

    /// Keeps a change in doubt and the turn of its page, where there is room for it. Where there is none, later
    /// changes of its code end the doubt.
    pub(super) fn keep(&mut self, Doubt { change, reason }: Doubt) -> ChangeRefused {
        let (sequence, now) = (change.code.sequence, self.seed.clock.monotonic());
        self.seed.published.cache.outdate(sequence);
        if self.doubts.keep(*change) {
            self.turns.doubt(sequence.page());
        } else {
            self.turns.leave(sequence.page(), now);
        }
        ChangeRefused::Store(WriteError::OutcomeUnknown(reason))
    }
}

/// What is told to whoever comes while nobody knows what became of an earlier change of the same page.
fn behind_a_doubt() -> ChangeRefused {
    const RETRY_AFTER: Duration = Duration::from_secs(2);
    let reason = "an earlier change of the same page is not answered yet".to_owned();
    ChangeRefused::Store(Unavailable { reason, retry_after: RETRY_AFTER }.into())
}

/// A change that was sent, and of which nobody knows what it came to.
pub(super) struct Doubt {
    change: Box<Change>,
    reason: String,
}

/// How one request ended, or that it has not.
pub(super) type Ended<T> = Result<Result<T, ChangeRefused>, Doubt>;

/// One request in its turn.
pub(super) struct Attempt {
    pub(super) store: Store,
    pub(super) request: ChangeRequest,
    pub(super) sequence: Sequence,
    pub(super) now: Timestamp,
}

impl Attempt {
    pub(super) async fn make(&self) -> Ended<Code> {
        self.repeated(|| self.once()).await
    }

    /// Tries as often as others are faster, unless the caller minds.
    pub(super) async fn repeated<T>(&self, attempt: impl AsyncFn() -> Ended<T>) -> Ended<T> {
        let mut found = Version::FIRST;
        for _ in 0..ATTEMPTS {
            match attempt().await? {
                // Others changed it, or confirmed the version that is asked for.
                Err(ChangeRefused::VersionMismatch { found: newer }) if self.is_content_with(newer) => {
                    found = newer;
                }
                outcome => return Ok(outcome),
            }
        }
        Ok(Err(if self.request.expected.is_some() {
            Busy::from(AskError::Refused).into()
        } else {
            ChangeRefused::VersionMismatch { found }
        }))
    }

    fn is_content_with(&self, version: Version) -> bool {
        self.request.expected.is_none_or(|expected| expected == version)
    }

    async fn once(&self) -> Ended<Code> {
        let (code, change) = match self.wanted().await {
            Ok((code, Some(change))) => (code, change),
            Ok((code, None)) => {
                let confirmed = self.store.confirm(self.sequence, code.version).await;
                return answered(confirmed).map(|outcome| outcome.map(|()| code));
            }
            Err(refused) => return Ok(Err(refused)),
        };
        let made = self.store.change(change).await;
        answered(made).map(|outcome| outcome.map(|()| code))
    }

    /// The code as it shall be, and the change that makes it so; `None` where it is so already.
    async fn wanted(&self) -> Result<(Code, Option<Change>), ChangeRefused> {
        let stored = self.store.code(self.sequence).await?.ok_or(ChangeRefused::NotFound)?;
        let code = stored.code;
        if code.id != self.request.id || code.owner != self.request.owner {
            return Err(ChangeRefused::NotFound);
        }
        if !self.is_content_with(code.version) {
            return Err(ChangeRefused::VersionMismatch { found: code.version });
        }
        let Some(changed) = self.request.patch.apply(&code, self.now)? else { return Ok((code, None)) };
        let page = PagePosition { opened_at: stored.page_opened_at, page: self.sequence.page() };
        let change = Change { code: changed.clone(), expected: code.version, page, sent: None };
        Ok((changed, Some(change)))
    }
}

/// What the store's answer means for who asked.
pub(super) fn answered<T>(made: Result<T, ChangeError>) -> Ended<T> {
    match made {
        Ok(answer) => Ok(Ok(answer)),
        Err(ChangeError::InDoubt { change, reason }) => Err(Doubt { change, reason }),
        Err(error @ (ChangeError::VersionMismatch { .. } | ChangeError::Missing | ChangeError::Write(_))) => {
            Ok(Err(error.into()))
        }
    }
}
