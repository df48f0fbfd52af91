//! The installation in the embedded store.

use std::sync::atomic::Ordering;

use ezqr_schema::{InstallationFingerprint, InstallationSecret, LinkBase, LinkBaseId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::EmbeddedStore;
use super::accounts::{insert_account, insert_key};
use super::failure::unavailable;
use super::reads::{all, first};
use super::rows::{Column, get, stored_text};
use super::writer::{NotApplied, Write};
use crate::{Changes, Founding, Installation, InstallationStore, ReadError, WriteError};

impl InstallationStore for EmbeddedStore {
    async fn installation(&self) -> Result<Option<Installation>, ReadError> {
        self.0.codes.readers.point(|connection| first(connection, INSTALLATION, [], installation))
    }

    async fn found(&self, founding: Founding) -> Result<Installation, WriteError> {
        let installation = self.0.codes.writer.write(founding).await?;
        // Before anything is given out. Who is left without an answer asks again, or starts again, which marks too.
        self.mark(installation.secret.fingerprint()).await?;
        Ok(installation)
    }

    async fn adopt_link_base(&self, base: &LinkBase) -> Result<LinkBaseId, WriteError> {
        self.0.codes.writer.write(AdoptLinkBase(base.clone())).await
    }

    async fn link_bases(&self) -> Result<Vec<(LinkBaseId, LinkBase)>, ReadError> {
        self.0.codes.readers.long(|connection| all(connection, LINK_BASES, [], link_base)).await
    }

    async fn changed_elsewhere(&self) -> Result<Changes, ReadError> {
        let version = self.0.codes.writer.write(AskDataVersion).await.map_err(|error| match error {
            WriteError::Unavailable(unavailable) => unavailable,
            WriteError::OutcomeUnknown(reason) => unavailable(reason),
        })?;
        let changed = self.0.data_version.swap(version, Ordering::AcqRel) != version;
        Ok(Changes { accounts: changed, codes: changed })
    }
}

const INSTALLATION: &str = "SELECT secret, pepper_fingerprint FROM installation";

const LINK_BASES: &str = "SELECT link_base, url FROM link_bases ORDER BY link_base";

fn installation(row: &Row<'_>) -> Result<Installation, ReadError> {
    Ok(Installation {
        secret: InstallationSecret::from_bytes(get(row, Column(0, "installation.secret"))?),
        pepper_fingerprint: get(row, Column(1, "installation.pepper_fingerprint"))?,
        founded_now: false,
    })
}

/// What the files of this installation bear, when it is founded.
pub(super) fn fingerprint(connection: &Connection) -> Result<Option<InstallationFingerprint>, ReadError> {
    Ok(first(connection, INSTALLATION, [], installation)?.map(|found| found.secret.fingerprint()))
}

fn link_base(row: &Row<'_>) -> Result<(LinkBaseId, LinkBase), ReadError> {
    let id = LinkBaseId(get(row, Column(0, "link_bases.link_base"))?);
    Ok((id, stored_text(row, Column(1, "link_bases.url"), LinkBase::from_stored)?))
}

impl Write for Founding {
    type Answer = Installation;
    type Error = WriteError;

    fn apply(&self, transaction: &Connection) -> Result<Installation, NotApplied<WriteError>> {
        let found = first(transaction, INSTALLATION, [], installation)
            .map_err(|error| NotApplied::Refused(WriteError::Unavailable(unavailable(error.to_string()))))?;
        if let Some(found) = found {
            let founded_now = found.secret.as_bytes() == self.secret.as_bytes();
            return Ok(Installation { founded_now, ..found });
        }
        transaction.execute(
            "INSERT INTO installation (only_row, secret, pepper_fingerprint) VALUES (1, ?, ?)",
            params![self.secret.as_bytes(), self.pepper_fingerprint],
        )?;
        insert_account(transaction, &self.account)?;
        insert_key(transaction, &self.key)?;
        Ok(Installation {
            secret: self.secret.clone(),
            pepper_fingerprint: self.pepper_fingerprint,
            founded_now: true,
        })
    }
}

struct AdoptLinkBase(LinkBase);

impl Write for AdoptLinkBase {
    type Answer = LinkBaseId;
    type Error = WriteError;

    fn apply(&self, transaction: &Connection) -> Result<LinkBaseId, NotApplied<WriteError>> {
        let url = self.0.as_str();
        let known = transaction
            .query_row("SELECT link_base FROM link_bases WHERE url = ?", [url], |row| row.get(0))
            .optional()?;
        if let Some(known) = known {
            return Ok(LinkBaseId(known));
        }
        let next: u32 =
            transaction
                .query_row("SELECT ifnull(max(link_base) + 1, 0) FROM link_bases", [], |row| row.get(0))?;
        let next = u16::try_from(next).map_err(|_| {
            NotApplied::Refused(WriteError::Unavailable(unavailable(
                "65,536 link bases were adopted already",
            )))
        })?;
        transaction.execute("INSERT INTO link_bases (link_base, url) VALUES (?, ?)", params![next, url])?;
        Ok(LinkBaseId(next))
    }
}

/// Asks the writer's connection, because one does not count what it wrote itself.
struct AskDataVersion;

impl Write for AskDataVersion {
    type Answer = i64;
    type Error = WriteError;

    fn apply(&self, transaction: &Connection) -> Result<i64, NotApplied<WriteError>> {
        Ok(data_version(transaction)?)
    }
}

/// A number that moves when another connection commits.
pub(super) fn data_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))
}
