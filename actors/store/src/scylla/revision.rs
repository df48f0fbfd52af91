//! Partitions that are read whole and written one write at a time.
//!
//! Every write is conditioned on the partition's revision and moves it on. So whoever decided something by
//! what it read, such as that a name is free, writes only if nothing has changed since.

use std::sync::{Mutex as Lock, PoisonError};
use std::time::Duration;

use ezqr_schema::random_bytes;
use scylla::errors::PrepareError;
use scylla::statement::prepared::PreparedStatement;
use tokio::sync::Mutex;

use super::conditional::Answer;
use super::driver::{Class, Driver};
use super::failure::{corrupt, unread};
use crate::{ReadError, WriteError};

/// The one partition of every table that has but one.
pub(super) const PARTITION: &str = "ezqr";

/// So often a write is decided anew because another was faster.
const ROUNDS: u32 = 40;

/// One table's partition.
#[derive(Debug)]
pub(super) struct Revision {
    read: PreparedStatement,
    /// The same, but it first brings to its end what a writer that died has begun: so the rows that are read after
    /// it are those of the revision it tells.
    read_settled: PreparedStatement,
    /// One write at a time in this process: those of one partition only hinder each other.
    turn: Mutex<()>,
}

/// What was decided on reading.
pub(super) enum Decision {
    /// Everything is as it shall be.
    Holds,
    /// It was written, unless another was faster.
    Written(Answer),
}

impl Revision {
    pub(super) async fn prepare(driver: &Driver, table: &str) -> Result<Self, PrepareError> {
        let read = format!("SELECT revision FROM {table} WHERE installation = '{PARTITION}' LIMIT 1");
        let read_settled = driver.prepare(Class::SerialRead, &read).await?;
        let read = driver.prepare(Class::PointRead, &read).await?;
        Ok(Self { read, read_settled, turn: Mutex::default() })
    }

    /// The revision now; `None` before the first write.
    pub(super) async fn now(&self, driver: &Driver) -> Result<Option<i64>, ReadError> {
        revision_of(driver, &self.read).await
    }

    /// Lets `decide` read and write until what it asks for holds. It is given the revision to condition its
    /// write on and the one after.
    pub(super) async fn write<E: From<WriteError>>(
        &self,
        driver: &Driver,
        decide: impl AsyncFn(Option<i64>, i64) -> Result<Decision, E>,
    ) -> Result<(), E> {
        let _turn = self.turn.lock().await;
        let mut doubt = false;
        for round in 0..ROUNDS {
            let now =
                revision_of(driver, &self.read_settled).await.map_err(|error| unread_after(doubt, error))?;
            match decide(now, now.unwrap_or_default().saturating_add(1)).await? {
                Decision::Holds => return Ok(()),
                Decision::Written(answer) if answer.is_applied => return Ok(()),
                // A sending of it whose answer was lost may have been the faster one: reading tells.
                Decision::Written(answer) => {
                    doubt |= answer.is_repeated;
                    tokio::time::sleep(pause(round)).await;
                }
            }
        }
        Err(WriteError::OutcomeUnknown("other nodes write the same table all the time".to_owned()).into())
    }
}

async fn revision_of(driver: &Driver, read: &PreparedStatement) -> Result<Option<i64>, ReadError> {
    let rows = driver.read(read, ()).await?;
    let row = rows.maybe_first_row::<(Option<i64>,)>().map_err(corrupt)?;
    Ok(row.and_then(|(revision,)| revision))
}

/// What a write comes to when the revision cannot be read: nothing was written, unless an earlier sending was.
fn unread_after(doubt: bool, error: ReadError) -> WriteError {
    if doubt {
        return WriteError::OutcomeUnknown(error.to_string());
    }
    WriteError::Unavailable(unread(error))
}

/// The revisions of accounts and keys that this process has seen.
#[derive(Debug, Default)]
pub(super) struct Watch(Lock<Seen>);

#[derive(Debug, Default)]
struct Seen {
    revisions: [Option<i64>; 2],
    has_just_moved: bool,
}

impl Watch {
    /// Sees the revisions as they are now; whether what they are of is to be read again.
    ///
    /// It is once more after a move was told: a reader may see a revision before the row that was written with
    /// it, and would keep the old one under the new revision.
    pub(super) fn see(&self, revisions: [Option<i64>; 2]) -> bool {
        // Nothing under this lock can leave it half changed.
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let had_just_moved = seen.has_just_moved;
        *seen = Seen { revisions, has_just_moved: seen.revisions != revisions };
        seen.has_just_moved || had_just_moved
    }
}

/// Up to 64 ms, later up to 256: nodes that hindered each other once shall not do it again.
fn pause(round: u32) -> Duration {
    let [random] = random_bytes().unwrap_or([128]);
    let milliseconds = u64::from(random) / if round < 4 { 4 } else { 1 };
    Duration::from_millis(milliseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_move_of_either_is_told_twice_and_then_no_more() {
        let watch = Watch::default();
        assert!(!watch.see([None, None]));
        for revisions in [[Some(1), None], [Some(1), Some(1)], [Some(1), Some(2)]] {
            let told = [(); 4].map(|()| watch.see(revisions));
            assert_eq!(told, [true, true, false, false], "{revisions:?}");
        }
        let told = [3, 4, 4, 4].map(|keys| watch.see([Some(1), Some(keys)]));
        assert_eq!(told, [true, true, true, false]);
    }
}
