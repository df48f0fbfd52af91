//! Deleting a code, which needs none of its row but what tells whose it is.

use ezqr_schema::{Code, CodeId, CodePatch, Owner, Sequence, Version};
use ezqr_store::{CodeStore as _, Deletion, ReadError};

use crate::kernel::{Message, Reply, Respond};

use super::actor::Codes;
use super::change::{Attempt, ChangeRefused, ChangeRequest, Ended, Outcome, answered};

/// Asks for the deletion of one code.
#[derive(Clone, Debug)]
pub struct DeleteRequest {
    /// Who asks: others' codes do not exist for them.
    pub owner: Owner,
    /// The code.
    pub id: CodeId,
    /// The version the caller has seen, if it matters to them (`If-Match`).
    pub expected: Option<Version>,
}

impl Message for DeleteRequest {
    type Reply = Result<(), ChangeRefused>;
}

impl Respond<DeleteRequest> for Codes {
    fn respond(&mut self, request: DeleteRequest) -> Outcome<()> {
        let DeleteRequest { owner, id, expected } = request;
        self.in_turn(ChangeRequest { owner, id, patch: CodePatch::delete(), expected }, Self::delete)
    }
}

impl Codes {
    /// Deletes the code in its turn, then publishes that and hands the turn on.
    fn delete(&mut self, request: ChangeRequest, sequence: Sequence) -> Outcome<()> {
        let began = self.seed.clock.monotonic();
        let attempt = self.attempt(request, sequence);
        let deleted = async move {
            Ok(match attempt.make().await? {
                Err(ChangeRefused::Read(ReadError::Unreadable(_))) => {
                    attempt.repeated(|| attempt.delete_unread()).await?.map(|()| None)
                }
                outcome => outcome.map(Some),
            })
        };
        Reply::then(deleted, move |codes: &mut Self, ended: Ended<Option<Code>>| {
            let outcome = match ended {
                Ok(outcome) => outcome,
                Err(doubt) => return Reply::now(Err(codes.keep(doubt))),
            };
            codes.publish(sequence, outcome.as_ref().map(Option::as_ref), began);
            codes.turns.leave(sequence.page(), codes.seed.clock.monotonic());
            Reply::now(outcome.map(drop))
        })
    }
}

impl Attempt {
    async fn delete_unread(&self) -> Ended<()> {
        let ChangeRequest { owner, id, expected, .. } = &self.request;
        let deletion = Deletion {
            sequence: self.sequence,
            id: *id,
            owner: owner.clone(),
            expected: *expected,
            at: self.now,
        };
        answered(self.store.delete(deletion).await)
    }
}
