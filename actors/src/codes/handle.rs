//! How others speak to the owner of codes.

use std::time::Duration;

use bytes::Bytes;
use ezqr_schema::{Code, IdempotencyKey, Owner, RequestHash};
use ezqr_store::{Mint, MintError};
use tokio::time::timeout;

use crate::kernel::{AskError, Handle};

use super::actor::{Codes, ForgetCached};
use super::change::{ChangeRefused, ChangeRequest};
use super::delete::DeleteRequest;
use super::mint::{CarryOut, MintAnswer, MintRefused, MintRequest, Minted};
use super::repeat::{Repeated, Resume};
use super::running::{Answered, Entry, Place, Running, Told};

/// How long a request waits for its write. Past it the write goes on and its outcome is unknown.
pub(super) const WRITE_DEADLINE: Duration = Duration::from_secs(10);

/// How often a request is carried out whose name other nodes use and give up meanwhile.
const CARRIED_OUT_AT_MOST: usize = 3;

/// The typed address of [`Codes`].
#[derive(Clone, Debug)]
pub struct CodesHandle {
    owner: Handle<Codes>,
    running: Running,
}

/// What a request with an idempotency key finds.
#[derive(Debug)]
pub enum Entered {
    /// None of its name is under way: it is to be carried out.
    First(Place),
    /// One before it ended without an answer, and may have been carried out nevertheless: it is to be carried out.
    Next(Place),
    /// The same request was carried out meanwhile.
    Answered(Answered),
}

impl CodesHandle {
    pub(crate) fn new(owner: Handle<Codes>) -> Self {
        Self { owner, running: Running::default() }
    }

    /// Lines up with a request that has a name. While the same is under way it waits for that one's answer, at most as
    /// long as a write may take, without its body; so does another request of the name, for the other's end. No message.
    ///
    /// At most 32 wait for a name, 256 of an account and 2,048 in all.
    pub async fn enter(
        &self,
        owner: &Owner,
        key: IdempotencyKey,
        hash: RequestHash,
        body: Bytes,
    ) -> Result<Entered, MintRefused> {
        let waiting = match self.running.enter(owner, key, hash, body) {
            Entry::First(place) => return Ok(Entered::First(place)),
            Entry::Refused => return Err(MintRefused::STILL_RUNNING),
            Entry::Behind(waiting) => waiting,
        };
        match timeout(WRITE_DEADLINE, waiting.told()).await {
            Ok(Told::Turn(place)) => Ok(Entered::Next(place)),
            Ok(Told::Answered(answered)) => Ok(Entered::Answered(answered)),
            Ok(Told::OtherAnswered) => Err(MintRefused::KeyReused),
            Ok(Told::OtherEnded) | Err(_) => Err(MintRefused::STILL_RUNNING),
        }
    }

    /// Mints codes, all or none. One message; another when codes are written that a record promised and that never came.
    pub async fn mint(&self, mut request: MintRequest) -> Result<MintAnswer, MintRefused> {
        for _ in 0..CARRIED_OUT_AT_MOST {
            let asked = self.owner.ask(CarryOut(request), WRITE_DEADLINE).await;
            match asked.unwrap_or_else(|error| Err(MintRefused::unanswered(error)))? {
                Minted::Now(answer) => return Ok(answer),
                // Looking for what another node writes takes a while: outside of the owner's queue.
                Minted::Before(repeat) => match repeat.answer(self).await? {
                    Repeated::Answer(answer) => return Ok(answer),
                    Repeated::Gone(again) => request = again,
                },
            }
        }
        Err(MintRefused::STILL_RUNNING)
    }

    /// Writes the codes that a record promises. One message.
    pub(super) async fn resume(&self, mint: Mint, place: Place) -> Result<(), MintRefused> {
        match self.owner.ask(Resume { mint, place }, WRITE_DEADLINE).await {
            Ok(Ok(())) => Ok(()),
            // Somebody else resumed it.
            Ok(Err(MintError::Recorded(_))) => Err(MintRefused::STILL_RUNNING),
            Ok(Err(MintError::AliasTaken)) => Err(MintRefused::AliasTaken),
            Ok(Err(MintError::Write(error))) => Err(error.into()),
            Err(error) => Err(MintRefused::unanswered(error)),
        }
    }

    /// Changes a code and answers it as it then is. One message.
    pub async fn change(&self, request: ChangeRequest) -> Result<Code, ChangeRefused> {
        self.owner
            .ask(request, WRITE_DEADLINE)
            .await
            .unwrap_or_else(|error| Err(ChangeRefused::unanswered(error)))
    }

    /// Deletes a code. One message.
    pub async fn delete(&self, request: DeleteRequest) -> Result<(), ChangeRefused> {
        self.owner
            .ask(request, WRITE_DEADLINE)
            .await
            .unwrap_or_else(|error| Err(ChangeRefused::unanswered(error)))
    }

    /// Forgets every cached link. One message.
    pub(crate) async fn forget_cached(&self) -> Result<(), AskError> {
        self.owner.ask(ForgetCached, WRITE_DEADLINE).await
    }

    /// The untyped handle, for tests that count messages or inject faults.
    #[cfg(feature = "testkit")]
    pub const fn raw(&self) -> &Handle<Codes> {
        &self.owner
    }
}
