//! Blocks of sequence numbers.

use ezqr_schema::{Block, random_bytes};
use scylla::errors::PrepareError;
use scylla::statement::prepared::PreparedStatement;
use scylla::value::CqlValue;
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::scylla::Core;
use crate::scylla::conditional::{Answer, Columns};
use crate::scylla::driver::{Class, Driver};
use crate::scylla::failure::{corrupt, unavailable, unread};
use crate::stored::integer;
use crate::{LeaseError, ReadError, WriteError};

/// So many others in a row may be quicker. Whenever one is refused, one of them has its block.
const TRIES: usize = 64;

/// Their statements.
pub(super) struct Statements {
    select: PreparedStatement,
    first: PreparedStatement,
    next: PreparedStatement,
    /// The leases of one process take turns: at once they would only keep each other waiting.
    turn: Mutex<()>,
}

impl Statements {
    pub(super) async fn prepare(driver: &Driver) -> Result<Self, PrepareError> {
        let select = "SELECT next_block, attempt FROM sequence_blocks WHERE name = 'codes'";
        let first = "INSERT INTO sequence_blocks (name, next_block, attempt) \
             VALUES ('codes', ?, ?) IF NOT EXISTS";
        let next = "UPDATE sequence_blocks SET next_block = ?, attempt = ? WHERE name = 'codes' \
             IF next_block = ? AND attempt = ?";
        Ok(Self {
            select: driver.prepare(Class::SerialRead, select).await?,
            first: driver.prepare(Class::Conditional, first).await?,
            next: driver.prepare(Class::Conditional, next).await?,
            turn: Mutex::default(),
        })
    }
}

/// How far blocks were given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Given {
    next: u64,
    /// Who took the last.
    attempt: Uuid,
}

impl Given {
    fn of(next: Option<i64>, attempt: Option<Uuid>) -> Result<Self, ReadError> {
        let next = next.and_then(|next| u64::try_from(next).ok());
        let (Some(next), Some(attempt)) = (next, attempt) else {
            return Err(corrupt("sequence_blocks is without a number or its taker"));
        };
        Ok(Self { next, attempt })
    }

    /// The row a conditional write was refused by.
    fn of_columns(columns: Option<&Columns>) -> Result<Self, ReadError> {
        let next = columns.and_then(|row| row.get("next_block")).and_then(CqlValue::as_bigint);
        Self::of(next, columns.and_then(|row| row.get("attempt")).and_then(CqlValue::as_uuid))
    }
}

/// The first block that was never leased.
pub(super) async fn next_block(core: &Core) -> Result<u64, ReadError> {
    Ok(given(core).await?.map_or(0, |given| given.next))
}

/// Leases the next block. One whose lease was not answered in time is lost, which costs nothing else.
pub(super) async fn lease(core: &Core) -> Result<Block, LeaseError> {
    core.clock_rule.require(&core.driver).await.map_err(WriteError::Unavailable)?;
    let unreadable = |error| WriteError::Unavailable(unread(error));
    let bytes = random_bytes().map_err(|error| WriteError::Unavailable(unavailable(error)))?;
    let attempt = uuid::Builder::from_random_bytes(bytes).into_uuid();
    let _turn = core.statements.codes.lease.turn.lock().await;
    let mut last = given(core).await.map_err(unreadable)?;
    for _ in 0..TRIES {
        let block = Block::new(last.map_or(0, |given| given.next))?;
        let answer = raise(core, last, attempt).await?;
        if answer.is_applied {
            return Ok(block);
        }
        let found = Given::of_columns(answer.row()).map_err(unreadable)?;
        // Nobody took one since an earlier sending of this did.
        if found.attempt == attempt {
            return Ok(block);
        }
        last = Some(found);
    }
    Err(WriteError::Unavailable(unavailable("others take all blocks")).into())
}

async fn raise(core: &Core, last: Option<Given>, attempt: Uuid) -> Result<Answer, WriteError> {
    let Some(Given { next, attempt: taker }) = last else {
        return core.driver.conditional(&core.statements.codes.lease.first, (1_i64, attempt)).await;
    };
    let row = (integer(next.saturating_add(1)), attempt, integer(next), taker);
    core.driver.conditional(&core.statements.codes.lease.next, row).await
}

async fn given(core: &Core) -> Result<Option<Given>, ReadError> {
    let rows = core.driver.read(&core.statements.codes.lease.select, ()).await?;
    let row = rows.maybe_first_row::<(Option<i64>, Option<Uuid>)>().map_err(corrupt)?;
    row.map(|(next, attempt)| Given::of(next, attempt)).transpose()
}
