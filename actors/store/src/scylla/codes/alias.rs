//! Aliases: claimed before their code is written.

use ezqr_schema::{Alias, Code, Sequence, Timestamp};
use scylla::errors::PrepareError;
use scylla::statement::prepared::PreparedStatement;
use scylla::value::CqlValue;

use crate::scylla::Core;
use crate::scylla::columns::{of_column, sequence, stored_instant, timestamp};
use crate::scylla::conditional::Columns;
use crate::scylla::driver::{Class, Driver};
use crate::scylla::failure::{corrupt, unread};
use crate::stored::integer;
use crate::{MintError, ReadError, WriteError};

/// A claim older than this is renewed before the code is written: far below [`ABANDONED_MS`].
pub(super) const FRESH_MS: i64 = 30_000;
/// A claim whose code has not come after this never gets it, and may be taken over.
const ABANDONED_MS: i64 = 3_600_000;

/// Its statements.
pub(super) struct Statements {
    select: PreparedStatement,
    insert: PreparedStatement,
    take_over: PreparedStatement,
    code: PreparedStatement,
}

impl Statements {
    pub(super) async fn prepare(driver: &Driver) -> Result<Self, PrepareError> {
        let select = "SELECT sequence FROM aliases WHERE alias = ?";
        let insert = "INSERT INTO aliases (alias, sequence, account_id, claimed_at) \
             VALUES (?, ?, ?, ?) IF NOT EXISTS";
        let take_over = "UPDATE aliases SET sequence = ?, account_id = ?, claimed_at = ? WHERE alias = ? \
             IF sequence = ? AND claimed_at = ?";
        let code = "SELECT version FROM codes WHERE page = ? AND sequence = ?";
        Ok(Self {
            select: driver.prepare(Class::PointRead, select).await?,
            insert: driver.prepare(Class::Conditional, insert).await?,
            take_over: driver.prepare(Class::Conditional, take_over).await?,
            code: driver.prepare(Class::PointRead, code).await?,
        })
    }
}

/// Who has an alias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Holder {
    sequence: Sequence,
    claimed_at: Timestamp,
}

impl Holder {
    /// The row a conditional write was refused by.
    fn of(columns: Option<&Columns>) -> Result<Self, ReadError> {
        let columns = columns.ok_or_else(|| of_column("aliases", "is refused without a row"))?;
        let claimed_at = columns.get("claimed_at").and_then(CqlValue::as_cql_timestamp);
        Ok(Self {
            sequence: sequence("aliases.sequence", columns.get("sequence").and_then(CqlValue::as_bigint))?,
            claimed_at: timestamp("aliases.claimed_at", claimed_at)?,
        })
    }
}

/// What follows from who has an alias that is wanted.
#[derive(Debug, PartialEq, Eq)]
enum Claim {
    /// It is one's own, and lately so.
    Held,
    /// It is one's own from of old: others may be about to take it over.
    Stale,
    /// It is another's, whose code was not there for long: if it still is not, it never comes.
    Doubtful,
    /// It is another's.
    Taken,
}

impl Holder {
    fn claim(self, own: Sequence, now: Timestamp) -> Claim {
        let is_older_than = |milliseconds| self.claimed_at.saturating_add_millis(milliseconds) <= now;
        match (self.sequence == own, is_older_than(FRESH_MS), is_older_than(ABANDONED_MS)) {
            (true, false, _) => Claim::Held,
            (true, true, _) => Claim::Stale,
            (false, _, true) => Claim::Doubtful,
            (false, _, false) => Claim::Taken,
        }
    }
}

/// Claims `alias` for `minted`, which may have it already.
pub(super) async fn claim(core: &Core, alias: &Alias, minted: &Code) -> Result<(), MintError> {
    let now = core.driver.clock.now();
    let unreadable = |error| MintError::Write(WriteError::Unavailable(unread(error)));
    let (sequence, account) = (integer(minted.sequence.get()), minted.owner.account.as_uuid());
    let row = (alias.as_str(), sequence, account, stored_instant(now));
    let answer = core.driver.conditional(&core.statements.codes.alias.insert, row).await?;
    if answer.is_applied {
        return Ok(());
    }
    let holder = Holder::of(answer.row()).map_err(unreadable)?;
    match holder.claim(minted.sequence, now) {
        Claim::Held => return Ok(()),
        Claim::Taken => return Err(MintError::AliasTaken),
        Claim::Doubtful if is_minted(core, holder.sequence).await.map_err(unreadable)? => {
            return Err(MintError::AliasTaken);
        }
        Claim::Doubtful | Claim::Stale => {}
    }
    let found = (integer(holder.sequence.get()), stored_instant(holder.claimed_at));
    let row = (sequence, account, stored_instant(now), alias.as_str(), found.0, found.1);
    let answer = core.driver.conditional(&core.statements.codes.alias.take_over, row).await?;
    if answer.is_applied {
        return Ok(());
    }
    // The own number in the row: an earlier sending of this did it, or another resumption of the request.
    let holder = Holder::of(answer.row()).map_err(unreadable)?;
    if holder.sequence == minted.sequence { Ok(()) } else { Err(MintError::AliasTaken) }
}

/// The number of the code that has the alias, or is to have it.
pub(super) async fn sequence_of(core: &Core, alias: &Alias) -> Result<Option<Sequence>, ReadError> {
    let rows = core.driver.read(&core.statements.codes.alias.select, (alias.as_str(),)).await?;
    let row = rows.maybe_first_row::<(Option<i64>,)>().map_err(corrupt)?;
    row.map(|(number,)| sequence("aliases.sequence", number)).transpose()
}

async fn is_minted(core: &Core, sequence: Sequence) -> Result<bool, ReadError> {
    let place = (integer(sequence.page().get()), integer(sequence.get()));
    Ok(core.driver.read(&core.statements.codes.alias.code, place).await?.rows_num() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_follows_from_whose_it_is_and_how_old() {
        let [own, other] = [1, 2].map(|number| Sequence::new(number).unwrap());
        let now = Timestamp::from_millis(10_000_000).unwrap();
        let ages = [
            (-20_000, Claim::Held, Claim::Taken),
            (0, Claim::Held, Claim::Taken),
            (29_999, Claim::Held, Claim::Taken),
            (30_000, Claim::Stale, Claim::Taken),
            (3_599_999, Claim::Stale, Claim::Taken),
            (3_600_000, Claim::Stale, Claim::Doubtful),
        ];
        for (age, of_own, of_other) in ages {
            let claimed_at = now.saturating_add_millis(-age);
            assert_eq!(Holder { sequence: own, claimed_at }.claim(own, now), of_own, "{age}");
            assert_eq!(Holder { sequence: other, claimed_at }.claim(own, now), of_other, "{age}");
        }
    }
}
