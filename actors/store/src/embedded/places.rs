//! Where, beside the database of codes, it is kept whose the files are and how far numbers were given out.

use std::path::{Path, PathBuf};

use ezqr_schema::InstallationFingerprint;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::OpenError;
use super::files::beside;
use super::rows::integer;
use super::writer::{NotApplied, Write};
use crate::{LeaseMark, Mark, MarkError, MarkFile, WriteError};

/// The files with a mark. A third place is the table `installation` of `scans.db`.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    /// In the directory of the journal.
    pub(super) journal: Option<MarkFile>,
    /// The pepper, which may lie on another disk and be that of several installations.
    pepper: Option<PathBuf>,
}

impl Places {
    /// Those of an installation whose journal and pepper are there.
    pub(super) fn of(journal: Option<&Path>, pepper: Option<&Path>) -> Self {
        Self {
            journal: journal.map(|directory| MarkFile::at(directory.join("installation"))),
            pepper: pepper.map(Path::to_owned),
        }
    }

    /// What `installation` keeps beside the pepper, there or not. Other installations keep theirs under other names.
    pub(super) fn beside_pepper(&self, installation: InstallationFingerprint) -> Option<MarkFile> {
        let ending = format!(".{}.installation", installation.short_name());
        self.pepper.as_deref().map(|pepper| MarkFile::at(beside(pepper, &ending)))
    }

    /// Makes them tell no less than `mark`, for good. One of them is enough: the directory of the pepper may be
    /// read-only, the disk of the journal full. What fails beside one that is written is said.
    pub(super) fn raise(&self, mark: &Mark) -> Result<(), MarkError> {
        let pepper = self.beside_pepper(mark.installation);
        let files: Vec<&MarkFile> = [&self.journal, &pepper].into_iter().flatten().collect();
        let mut failed: Vec<MarkError> = files.iter().filter_map(|file| file.raise(mark).err()).collect();
        if failed.len() == files.len()
            && let Some(error) = failed.pop()
        {
            return Err(error);
        }
        for error in &failed {
            let error = error as &dyn std::error::Error;
            tracing::warn!(error, "here it is not kept how far numbers were given out; other places have it");
        }
        Ok(())
    }
}

/// Whether the database of codes is of a program that marks the files beside it.
pub(super) fn is_of_marking_program(codes: &Connection) -> rusqlite::Result<bool> {
    codes.prepare("SELECT 1 FROM pragma_table_info('sequence_blocks') WHERE name = 'generation'")?.exists([])
}

/// Whether the database of scans has a place for a mark.
pub(super) fn has_place_for_mark(scans: &Connection) -> rusqlite::Result<bool> {
    scans.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'installation'")?.exists([])
}

/// How far numbers were given out by the database of codes.
pub(super) fn leased(codes: &Connection) -> rusqlite::Result<LeaseMark> {
    codes
        .prepare_cached("SELECT next_block, generation FROM sequence_blocks WHERE name = 'codes'")?
        .query_row([], |row| Ok(lease_mark(row.get(0)?, row.get(1)?)))
}

/// Writes how far numbers are given out, for good unless a transaction is open.
pub(super) fn set_leased(codes: &Connection, leased: LeaseMark) -> rusqlite::Result<()> {
    codes
        .prepare_cached("UPDATE sequence_blocks SET next_block = ?, generation = ? WHERE name = 'codes'")?
        .execute([integer(leased.next_block), integer(leased.generation)])?;
    Ok(())
}

/// The tables refuse numbers below 0.
const fn lease_mark(next_block: i64, generation: i64) -> LeaseMark {
    LeaseMark { next_block: next_block.unsigned_abs(), generation: generation.unsigned_abs() }
}

/// What the database of scans tells, when it is of a program that wrote it.
pub(super) fn mark_of_scans(scans: &Connection) -> rusqlite::Result<Option<Mark>> {
    if !has_place_for_mark(scans)? {
        return Ok(None);
    }
    scans
        .query_row("SELECT fingerprint, next_block, generation FROM installation", [], |row| {
            let installation = InstallationFingerprint::from_bytes(row.get(0)?);
            Ok(Mark { installation, leased: lease_mark(row.get(1)?, row.get(2)?) })
        })
        .optional()
}

/// Makes the database of scans tell no less than a mark.
pub(super) struct KeepMark(pub(super) Mark);

impl KeepMark {
    pub(super) fn write(&self, scans: &Connection) -> rusqlite::Result<()> {
        let Mark { installation, leased } = &self.0;
        scans
            .prepare_cached(
                "INSERT INTO installation (only_row, fingerprint, next_block, generation) VALUES (1, ?, ?, ?) \
                 ON CONFLICT DO UPDATE SET fingerprint = excluded.fingerprint, \
                 next_block = max(next_block, excluded.next_block), generation = max(generation, excluded.generation)",
            )?
            .execute(params![
                installation.as_bytes(),
                integer(leased.next_block),
                integer(leased.generation)
            ])?;
        Ok(())
    }
}

impl Write for KeepMark {
    type Answer = ();
    type Error = WriteError;

    fn apply(&self, transaction: &Connection) -> Result<(), NotApplied<WriteError>> {
        Ok(self.write(transaction)?)
    }
}

/// Compares the database of codes with what the other places tell, and brings all of them to the same.
///
/// When the database is behind, it was put back from a copy: it goes on behind all that was given out since. It is
/// written first, so that a crash leaves a place behind and never the database, and numbers move on once.
pub(super) fn reconcile(
    codes: (&Connection, &Path),
    scans: (&Connection, &Path),
    places: &Places,
    told: Mark,
    moves_on: bool,
) -> Result<(), OpenError> {
    let database = |path: &Path| {
        let path: PathBuf = path.to_owned();
        move |source| OpenError::Database { path, source }
    };
    let own = leased(codes.0).map_err(database(codes.1))?;
    let mut now = own;
    if moves_on || own.is_behind(told.leased) {
        now = own.highest(told.leased).moved_on();
        set_leased(codes.0, now).map_err(database(codes.1))?;
        tracing::error!(
            path = %codes.1.display(),
            knows = own.next_block,
            given_out = told.leased.next_block,
            goes_on_at = now.next_block,
            generation = now.generation,
            "the database was put back from a copy: numbers move on by 16,384 blocks, so that no printed code is \
             given again; codes minted and changed since the copy was made are lost"
        );
    }
    let mark = Mark { leased: now, ..told };
    KeepMark(mark).write(scans.0).map_err(database(scans.1))?;
    Ok(places.raise(&mark)?)
}
