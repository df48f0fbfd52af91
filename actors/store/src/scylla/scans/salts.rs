//! The salts of visitors.

use ezqr_schema::scan::{Day, VisitorSalt};
use scylla::errors::PrepareError;
use scylla::statement::prepared::PreparedStatement;
use scylla::value::CqlValue;

use crate::WriteError;
use crate::scylla::Core;
use crate::scylla::columns::needed;
use crate::scylla::driver::{Class, Driver};
use crate::scylla::failure::unread;

/// A salt ends two days after it was made, and none is made after its day: of this many days before one may be
/// left, clocks that are apart included.
const KEPT_DAYS: u32 = 3;

/// Their statements.
pub(super) struct Statements {
    insert: PreparedStatement,
    erase: PreparedStatement,
}

impl Statements {
    pub(super) async fn prepare(driver: &Driver) -> Result<Self, PrepareError> {
        let insert = "INSERT INTO visitor_salts (day, salt) VALUES (?, ?) IF NOT EXISTS";
        // On a condition like the insertion: its time then comes after that of the insertion, and what servers
        // keep of decided conditions holds the salt no longer.
        let erase = "DELETE FROM visitor_salts WHERE day = ? IF EXISTS";
        Ok(Self {
            insert: driver.prepare(Class::Conditional, insert).await?,
            erase: driver.prepare(Class::Conditional, erase).await?,
        })
    }
}

/// The salt of `day` for all processes. Sent again, it finds its own or another's: both are it.
pub(super) async fn agree(core: &Core, day: Day, offered: &VisitorSalt) -> Result<VisitorSalt, WriteError> {
    let values = (day.number().cast_signed(), offered.as_bytes().as_slice());
    let answer = core.driver.conditional(&core.statements.scans.salts.insert, values).await?;
    if answer.is_applied {
        return Ok(offered.clone());
    }
    let found = answer.row().and_then(|row| row.get("salt")).and_then(CqlValue::as_blob);
    let salt = needed("visitor_salts.salt", found.map(Vec::as_slice), <[u8; 16]>::try_from);
    Ok(VisitorSalt::from_bytes(salt.map_err(|error| WriteError::Unavailable(unread(error)))?))
}

/// Erases the salts of days before `day`.
pub(super) async fn erase(core: &Core, day: Day) -> Result<(), WriteError> {
    for days in 1..=KEPT_DAYS {
        let past = day.saturating_sub(days);
        if past < day {
            let values = (past.number().cast_signed(),);
            core.driver.conditional(&core.statements.scans.salts.erase, values).await?;
        }
    }
    Ok(())
}
