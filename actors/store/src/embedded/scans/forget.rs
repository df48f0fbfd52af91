//! Taking away what is settled or old.

use ezqr_schema::scan::Day;
use ezqr_schema::{Page, Timestamp};
use rusqlite::{Connection, params};

use crate::WriteError;
use crate::embedded::rows::integer;
use crate::embedded::writer::{NotApplied, Write};

/// Most rows of a table that one write takes away: milliseconds of work, for which no flush waits long.
pub(super) const SLICE: u32 = 1_000;

/// Takes back that a page is due.
pub(super) struct SettleDue {
    pub(super) day: Day,
    pub(super) page: Page,
    pub(super) noted_until: Timestamp,
}

impl Write for SettleDue {
    type Answer = ();
    type Error = WriteError;

    fn apply(&self, transaction: &Connection) -> Result<(), NotApplied<WriteError>> {
        transaction
            .prepare_cached("DELETE FROM scan_days_due WHERE day = ? AND page = ? AND noted_ms <= ?")?
            .execute(params![self.day.number(), integer(self.page.get()), self.noted_until.as_millis()])?;
        Ok(())
    }
}

/// Takes away the beginning of what is too old. Days and visitors go by whole months, because rows of a month
/// lie by code.
pub(super) struct Forget {
    pub(super) windows_before: Day,
    pub(super) days_before: Day,
}

pub(super) const FORGET_WINDOWS: &str = "DELETE FROM scan_windows WHERE (day, sequence, quarter, epoch) IN \
     (SELECT day, sequence, quarter, epoch FROM scan_windows WHERE day < ? LIMIT ?)";

pub(super) const FORGET_DUE: &str = "DELETE FROM scan_days_due WHERE (day, page) IN \
     (SELECT day, page FROM scan_days_due WHERE day < ? LIMIT ?)";

pub(super) const FORGET_DAYS: &str = "DELETE FROM scan_days WHERE (month, sequence, day) IN \
     (SELECT month, sequence, day FROM scan_days WHERE month < ? LIMIT ?)";

pub(super) const FORGET_UNIQUES: &str = "DELETE FROM scan_uniques WHERE (month, sequence, day, run) IN \
     (SELECT month, sequence, day, run FROM scan_uniques WHERE month < ? LIMIT ?)";

impl Write for Forget {
    type Answer = bool;
    type Error = WriteError;

    fn apply(&self, transaction: &Connection) -> Result<bool, NotApplied<WriteError>> {
        let (day, month) = (self.windows_before.number(), self.days_before.month().number());
        let slices =
            [(FORGET_WINDOWS, day), (FORGET_DUE, day), (FORGET_DAYS, month), (FORGET_UNIQUES, month)];
        let mut is_more = false;
        for (delete, before) in slices {
            let gone = transaction.prepare_cached(delete)?.execute([before, SLICE])?;
            is_more |= u32::try_from(gone).is_ok_and(|gone| gone >= SLICE);
        }
        Ok(is_more)
    }
}
