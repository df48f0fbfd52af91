//! Minting: record, page, look-up rows and codes in one transaction.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use ezqr_schema::{AccountId, Alias, Code, Owner, Tag};
use rusqlite::{Connection, OptionalExtension, params};

use super::encode::{IMMUTABLE, MUTABLE, bind_immutable, bind_mutable};
use super::idempotency;
use super::lookups::{note_external_id, note_tags};
use crate::embedded::failure::unavailable;
use crate::embedded::rows::integer;
use crate::embedded::writer::{NotApplied, Write};
use crate::{Mint, MintError, MintRecord, WriteError};

/// Rows of one INSERT, tried in this order: a statement for many rows costs half of one for each, and three
/// sizes need few statements for any count. `OR ROLLBACK` spares a journal of the statement; a number given
/// twice, which no check foresees, then ends the transaction.
static INSERTS: LazyLock<[(usize, String); 3]> = LazyLock::new(|| {
    [25, 5, 1].map(|rows| {
        let columns = [IMMUTABLE.as_slice(), MUTABLE.as_slice()].concat();
        let row = format!("({})", vec!["?"; columns.len()].join(", "));
        let rows_of_marks = vec![row; rows].join(", ");
        let insert = format!("INSERT OR ROLLBACK INTO codes ({}) VALUES {rows_of_marks}", columns.join(", "));
        (rows, insert)
    })
});

impl Write for Mint {
    type Answer = ();
    type Error = MintError;

    fn account(&self) -> Option<AccountId> {
        Some(self.owner.account)
    }

    fn apply(&self, transaction: &Connection) -> Result<(), NotApplied<MintError>> {
        match &self.record {
            MintRecord::Made(request) => idempotency::refuse_repeated(transaction, self, request)?,
            // Record and codes are one transaction, so a record alone is never found here. Should somebody
            // resume nevertheless, what was minted stays as it has become since.
            MintRecord::Resumed(_) if is_minted(transaction, &self.codes)? => return Ok(()),
            MintRecord::Resumed(_) | MintRecord::Unnamed => {}
        }
        if let [Code { alias: Some(alias), .. }] = &*self.codes
            && is_taken(transaction, alias)?
        {
            return Err(NotApplied::Refused(MintError::AliasTaken));
        }
        self.claim_page(transaction)?;
        let tags: BTreeSet<&Tag> = self.codes.iter().flat_map(|code| code.tags.iter()).collect();
        note_tags(transaction, self.page, &self.owner, tags.into_iter())?;
        for code in &*self.codes {
            if let Some(alias) = &code.alias {
                claim_alias(transaction, alias, code)?;
            }
            note_external_id(transaction, code)?;
        }
        insert(transaction, &self.codes)?;
        if let MintRecord::Made(request) = &self.record {
            idempotency::remember(transaction, self, request)?;
        }
        Ok(())
    }
}

impl Mint {
    /// Writes the page's row if it is new; refuses a page of another owner, whose codes these would become.
    fn claim_page(&self, transaction: &Connection) -> Result<(), NotApplied<MintError>> {
        let Owner { account, environment } = &self.owner;
        let (page, account) = (integer(self.page.page.get()), account.as_uuid());
        let opened = self.page.opened_at.as_millis();
        let key = params![page, account.as_bytes(), environment.as_str(), opened];
        let found = transaction
            .prepare_cached(
                "SELECT account_id = ?2 AND environment = ?3 AND opened_ms = ?4 FROM pages WHERE page = ?1",
            )?
            .query_row(key, |row| row.get(0))
            .optional()?;
        match (found, self.records_page) {
            (Some(true), _) => Ok(()),
            (None, true) => {
                transaction
                    .prepare_cached(
                        "INSERT INTO pages (page, account_id, environment, opened_ms) VALUES (?1, ?2, ?3, ?4)",
                    )?
                    .execute(key)?;
                Ok(())
            }
            (None, false) => Err(refused("the page was never opened")),
            (Some(false), _) => Err(refused("the page is another one")),
        }
    }
}

fn refused(reason: &str) -> NotApplied<MintError> {
    tracing::error!(reason, "a mint was refused");
    NotApplied::Refused(MintError::Write(WriteError::Unavailable(unavailable(reason))))
}

/// Whether the codes are there: of one request, all are or none.
fn is_minted(transaction: &Connection, codes: &[Code]) -> rusqlite::Result<bool> {
    let Some(first) = codes.first() else { return Ok(true) };
    transaction
        .prepare_cached("SELECT 1 FROM codes WHERE sequence = ?")?
        .exists([integer(first.sequence.get())])
}

fn is_taken(transaction: &Connection, alias: &Alias) -> rusqlite::Result<bool> {
    transaction.prepare_cached("SELECT 1 FROM aliases WHERE alias = ?")?.exists([alias.as_str()])
}

fn claim_alias(transaction: &Connection, alias: &Alias, code: &Code) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("INSERT INTO aliases (alias, sequence) VALUES (?, ?)")?
        .execute(params![alias.as_str(), integer(code.sequence.get())])?;
    Ok(())
}

fn insert(transaction: &Connection, mut codes: &[Code]) -> rusqlite::Result<()> {
    for (rows, sql) in &*INSERTS {
        let chunks = codes.chunks_exact(*rows);
        let rest = chunks.remainder();
        for chunk in chunks {
            let mut statement = transaction.prepare_cached(sql)?;
            for (code, first) in chunk.iter().zip((1..).step_by(IMMUTABLE.len() + MUTABLE.len())) {
                bind_immutable(&mut statement, first, code)?;
                bind_mutable(&mut statement, first + IMMUTABLE.len(), code)?;
            }
            statement.raw_execute()?;
        }
        codes = rest;
    }
    Ok(())
}
