//! Aliases: claimed before their code is written.

use ezqr_schema::{AccountId, Alias, Code, Sequence, Timestamp};
use scylla::errors::PrepareError;
use scylla::statement::prepared::PreparedStatement;
use scylla::value::CqlValue;

use crate::scylla::Core;
use crate::scylla::columns::{of_column, sequence, stored_instant, there, timestamp};
use crate::scylla::conditional::Columns;
use crate::scylla::driver::{Class, Driver};
use crate::scylla::failure::{corrupt, unread};
use crate::stored::integer;
use crate::{MintError, ReadError, WriteError};

/// A claim older than this is renewed before the code is written: far below [`ABANDONED_MS`].
pub(super) const FRESH_MS: i64 = 30_000;
/// A claim whose code has not come after this never gets it, and may be taken over.
const ABANDONED_MS: i64 = 3_600_000;
/// The same where one account has the claim and wants it. No code is written that long after its claim: that is
/// fresh for 30 s, used for 30 s, written for 9 s, and clocks are up to 40 s apart.
const OWN_ABANDONED_MS: i64 = 120_000;

/// Its statements.
pub(super) struct Statements {
    select: PreparedStatement,
    insert: PreparedStatement,
    take_over: PreparedStatement,
    release: PreparedStatement,
    code: PreparedStatement,
}

impl Statements {
    pub(super) async fn prepare(driver: &Driver) -> Result<Self, PrepareError> {
        let select = "SELECT sequence FROM aliases WHERE alias = ?";
        let insert = "INSERT INTO aliases (alias, sequence, account_id, claimed_at) \
             VALUES (?, ?, ?, ?) IF NOT EXISTS";
        let take_over = "UPDATE aliases SET sequence = ?, account_id = ?, claimed_at = ? WHERE alias = ? \
             IF sequence = ? AND claimed_at = ?";
        let release = "DELETE FROM aliases WHERE alias = ? IF sequence = ? AND claimed_at = ?";
        let code = "SELECT version FROM codes WHERE page = ? AND sequence = ?";
        Ok(Self {
            select: driver.prepare(Class::PointRead, select).await?,
            insert: driver.prepare(Class::Conditional, insert).await?,
            take_over: driver.prepare(Class::Conditional, take_over).await?,
            release: driver.prepare(Class::Conditional, release).await?,
            code: driver.prepare(Class::PointRead, code).await?,
        })
    }
}

/// Who has an alias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Holder {
    sequence: Sequence,
    account: AccountId,
    claimed_at: Timestamp,
}

impl Holder {
    /// The row a conditional write was refused by.
    fn of(columns: Option<&Columns>) -> Result<Self, ReadError> {
        let columns = columns.ok_or_else(|| of_column("aliases", "is refused without a row"))?;
        let claimed_at = columns.get("claimed_at").and_then(CqlValue::as_cql_timestamp);
        let account = columns.get("account_id").and_then(CqlValue::as_uuid);
        Ok(Self {
            sequence: sequence("aliases.sequence", columns.get("sequence").and_then(CqlValue::as_bigint))?,
            account: AccountId::from_uuid(there("aliases.account_id", account)?),
            claimed_at: timestamp("aliases.claimed_at", claimed_at)?,
        })
    }
}

/// What follows from who has an alias that is wanted.
#[derive(Debug, PartialEq, Eq)]
enum Standing {
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
    fn standing(self, own: Sequence, account: AccountId, now: Timestamp) -> Standing {
        let is_older_than = |milliseconds| self.claimed_at.saturating_add_millis(milliseconds) <= now;
        let abandoned = if self.account == account { OWN_ABANDONED_MS } else { ABANDONED_MS };
        match (self.sequence == own, is_older_than(FRESH_MS), is_older_than(abandoned)) {
            (true, false, _) => Standing::Held,
            (true, true, _) => Standing::Stale,
            (false, _, true) => Standing::Doubtful,
            (false, _, false) => Standing::Taken,
        }
    }
}

/// A claim of the own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim<'code> {
    alias: &'code Alias,
    sequence: Sequence,
    claimed_at: Timestamp,
}

/// Claims `alias` for `minted`, which may have it already.
pub(super) async fn claim<'code>(
    core: &Core,
    alias: &'code Alias,
    minted: &Code,
) -> Result<Claim<'code>, MintError> {
    let now = core.driver.clock.now();
    let unreadable = |error| MintError::Write(WriteError::Unavailable(unread(error)));
    let (sequence, account) = (integer(minted.sequence.get()), minted.owner.account.as_uuid());
    let row = (alias.as_str(), sequence, account, stored_instant(now));
    let answer = core.driver.conditional(&core.statements.codes.alias.insert, row).await?;
    let claim = |claimed_at| Claim { alias, sequence: minted.sequence, claimed_at };
    if answer.is_applied {
        return Ok(claim(now));
    }
    let holder = Holder::of(answer.row()).map_err(unreadable)?;
    match holder.standing(minted.sequence, minted.owner.account, now) {
        Standing::Held => return Ok(claim(holder.claimed_at)),
        Standing::Taken => return Err(MintError::AliasTaken),
        Standing::Doubtful if is_minted(core, holder.sequence).await.map_err(unreadable)? => {
            return Err(MintError::AliasTaken);
        }
        Standing::Doubtful | Standing::Stale => {}
    }
    let found = (integer(holder.sequence.get()), stored_instant(holder.claimed_at));
    let row = (sequence, account, stored_instant(now), alias.as_str(), found.0, found.1);
    let answer = core.driver.conditional(&core.statements.codes.alias.take_over, row).await?;
    if answer.is_applied {
        return Ok(claim(now));
    }
    // The own number in the row: an earlier sending of this did it, or another resumption of the request.
    let holder = Holder::of(answer.row()).map_err(unreadable)?;
    if holder.sequence == minted.sequence { Ok(claim(holder.claimed_at)) } else { Err(MintError::AliasTaken) }
}

/// Ends a claim whose code is certainly not written and never will be. Answered, the alias is free, or another's
/// by now; else it may be claimed still.
pub(super) async fn release(core: &Core, claim: Claim<'_>) -> Result<(), WriteError> {
    let Claim { alias, sequence, claimed_at } = claim;
    let row = (alias.as_str(), integer(sequence.get()), stored_instant(claimed_at));
    core.driver.conditional(&core.statements.codes.alias.release, row).await.map(drop)
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
        let [account, stranger] = [1, 2].map(|byte| AccountId::from_random([byte; 16]));
        let now = Timestamp::from_millis(10_000_000).unwrap();
        let ages = [
            (-20_000, Standing::Held, Standing::Taken, Standing::Taken),
            (0, Standing::Held, Standing::Taken, Standing::Taken),
            (29_999, Standing::Held, Standing::Taken, Standing::Taken),
            (30_000, Standing::Stale, Standing::Taken, Standing::Taken),
            (119_999, Standing::Stale, Standing::Taken, Standing::Taken),
            (120_000, Standing::Stale, Standing::Doubtful, Standing::Taken),
            (3_599_999, Standing::Stale, Standing::Doubtful, Standing::Taken),
            (3_600_000, Standing::Stale, Standing::Doubtful, Standing::Doubtful),
        ];
        for (age, of_own, of_own_account, of_other) in ages {
            let claimed_at = now.saturating_add_millis(-age);
            let standing = |sequence, holder| {
                Holder { sequence, account: holder, claimed_at }.standing(own, account, now)
            };
            assert_eq!(standing(own, account), of_own, "{age}");
            assert_eq!(standing(other, account), of_own_account, "{age}");
            assert_eq!(standing(other, stranger), of_other, "{age}");
        }
    }
}
