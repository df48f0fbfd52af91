//! What the owners of state and the store fail with, as faults.
//!
//! Exhaustive on purpose: who adds a way to fail decides here how it is told.

use std::time::Duration;

use ezqr_actors::Busy;
use ezqr_actors::codes::{ChangeRefused, MintRefused};
use ezqr_actors::limiter::TakeRefused;
use ezqr_actors::rendering::{BatchRefused, RenderRefused};
use ezqr_actors::scans::report::{AccountReportError, MOST_PARTITIONS};
use ezqr_schema::wire::{BodyFault, Refused};
use ezqr_schema::{FieldFault, LinkField, PatchRefused, ProblemCode};
use ezqr_store::{ReadError, Unavailable, WriteError};

use super::Fault;

impl From<Busy> for Fault {
    fn from(busy: Busy) -> Self {
        Self::new(ProblemCode::Overloaded, "Nothing was done; try again.")
            .retry_after(busy.retry_after)
            .because(busy)
    }
}

impl From<Unavailable> for Fault {
    fn from(unavailable: Unavailable) -> Self {
        Self::new(ProblemCode::StoreUnavailable, "Nothing was written; try again.")
            .retry_after(unavailable.retry_after)
            .because(unavailable)
    }
}

impl From<TakeRefused> for Fault {
    fn from(refused: TakeRefused) -> Self {
        match refused {
            TakeRefused::Busy(busy) => busy.into(),
            TakeRefused::Store(unavailable) => unavailable.into(),
            TakeRefused::Contended => {
                let retry_after = refused.retry_after();
                let fault = Self::new(ProblemCode::Overloaded, "Nothing was done; try again.");
                fault.retry_after(retry_after).because(refused)
            }
        }
    }
}

impl From<ReadError> for Fault {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Unavailable(unavailable) => unavailable.into(),
            ReadError::Unreadable(_) => {
                let detail = "What is stored about this code cannot be read by this version; the log names the \
                              column under the request's id. Other codes are not affected, and this one can be \
                              deleted.";
                Self::new(ProblemCode::Internal, detail).because(error)
            }
            ReadError::Corrupt(_) => Self::internal(error),
        }
    }
}

impl From<WriteError> for Fault {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Unavailable(unavailable) => unavailable.into(),
            WriteError::OutcomeUnknown(_) => {
                let detail =
                    "The request was begun and may have been carried out; look before you repeat it.";
                Self::new(ProblemCode::OutcomeUnknown, detail).because(error)
            }
        }
    }
}

impl From<MintRefused> for Fault {
    fn from(refused: MintRefused) -> Self {
        match refused {
            MintRefused::AliasTaken => {
                let fault = FieldFault::new("/alias", "belongs to another code");
                Refused::one(fault.with_code(ProblemCode::AliasTaken)).into()
            }
            MintRefused::KeyReused => {
                let detail = "The Idempotency-Key was used for another request; a new one needs a new key.";
                Self::new(ProblemCode::IdempotencyKeyReused, detail)
            }
            MintRefused::StillRunning { retry_after } => {
                let detail = "The same request is being carried out; ask again for its answer.";
                Self::new(ProblemCode::IdempotencyInProgress, detail).retry_after(retry_after)
            }
            MintRefused::OutOfNumbers | MintRefused::OtherItems(_) => Self::internal(refused),
            MintRefused::Read(error) => error.into(),
            MintRefused::Store(error) => error.into(),
            MintRefused::Busy(busy) => busy.into(),
        }
    }
}

impl From<ChangeRefused> for Fault {
    fn from(refused: ChangeRefused) -> Self {
        match refused {
            ChangeRefused::NotFound => Self::no_such_code(),
            ChangeRefused::VersionMismatch { found } => {
                let detail = format!("The code is at version {}, not at the one in If-Match.", found.get());
                Self::new(ProblemCode::VersionMismatch, detail)
            }
            ChangeRefused::Patch(refused) => refused.into(),
            ChangeRefused::Read(error) => error.into(),
            ChangeRefused::Store(error @ WriteError::OutcomeUnknown(_)) => {
                let detail = "The change was begun and may have been made, or may still be; send the same again, which \
                     settles it.";
                Self::new(ProblemCode::OutcomeUnknown, detail).because(error)
            }
            ChangeRefused::Store(error @ WriteError::Unavailable(_)) => error.into(),
            ChangeRefused::Busy(busy) => busy.into(),
        }
    }
}

impl From<PatchRefused> for Fault {
    fn from(refused: PatchRefused) -> Self {
        match refused {
            PatchRefused::Static(fields) => {
                let fault = |field: LinkField| {
                    let fault = FieldFault::new(format!("/{}", field.name()), field.of_static_code());
                    fault.with_code(ProblemCode::CodeIsStatic)
                };
                Refused::new(fields.into_iter().map(fault).collect()).into()
            }
            PatchRefused::NotExpired => {
                let detail = "is expired only once expires_at is past, and this code is not; send active, paused or \
                              deleted, or an expires_at";
                Refused::one(FieldFault::new("/status", detail)).into()
            }
            PatchRefused::Deleted => {
                Self::new(ProblemCode::CodeDeleted, "A deleted code is not changed any more.")
            }
            PatchRefused::Metadata(invalid) => {
                Refused::one(FieldFault::new("/metadata", invalid.to_string())).into()
            }
        }
    }
}

impl From<RenderRefused> for Fault {
    fn from(refused: RenderRefused) -> Self {
        match refused {
            RenderRefused::Busy(busy) => busy.into(),
            RenderRefused::Image(_) | RenderRefused::Panicked => Self::internal(refused),
        }
    }
}

impl From<BatchRefused> for Fault {
    fn from(refused: BatchRefused) -> Self {
        /// Most archives take less.
        const RETRY_AFTER: Duration = Duration::from_secs(1);
        match refused {
            BatchRefused::Busy(busy) => busy.into(),
            BatchRefused::Account | BatchRefused::Total => {
                let detail = format!("Nothing was done, because {refused}; try again when one has ended.");
                Self::new(ProblemCode::Overloaded, detail).retry_after(RETRY_AFTER)
            }
        }
    }
}

impl From<AccountReportError> for Fault {
    fn from(error: AccountReportError) -> Self {
        match error {
            AccountReportError::RangeTooLarge { needed } => {
                let detail = format!(
                    "The report needs at least {needed} reads; at most {MOST_PARTITIONS} are made. Ask for fewer days, or \
                     for the codes of a tag."
                );
                Self::new(ProblemCode::RangeTooLarge, detail)
            }
            AccountReportError::Read(error) => error.into(),
        }
    }
}

impl From<BodyFault> for Fault {
    fn from(fault: BodyFault) -> Self {
        Self::new(ProblemCode::MalformedBody, fault.to_string())
    }
}
