//! Codes as the values of statements. Texts are borrowed: a batch of 100 is encoded without copying them.

use ezqr_schema::{Alias, Code, ExternalId, Name, Tag, TargetUrl};
use scylla::SerializeRow;
use scylla::value::{CqlTimestamp, MaybeUnset};
use uuid::Uuid;

use crate::scylla::columns::{microseconds, stored_instant};
use crate::stored::{integer, level_number, metadata, status_number, updated_at};
use crate::{Change, Mint};

/// How far back the first cells of a code are dated: any conditional write wins over them, though clocks
/// differ by up to 20 s.
const BACK_DATED_MS: i64 = 60_000;

/// A code to be minted. What it has not is left unset: a null would be a tombstone.
#[derive(SerializeRow)]
#[scylla(flavor = "enforce_order", skip_name_checks)]
pub(super) struct MintRow<'code> {
    page: i64,
    sequence: i64,
    account_id: MaybeUnset<Uuid>,
    environment: MaybeUnset<&'code str>,
    opened_at: MaybeUnset<CqlTimestamp>,
    id: Uuid,
    content_type: i8,
    content: &'code str,
    target_url: MaybeUnset<&'code str>,
    alias: MaybeUnset<&'code str>,
    link_base: i32,
    name: MaybeUnset<&'code str>,
    tags: MaybeUnset<Vec<&'code str>>,
    metadata: MaybeUnset<&'code str>,
    external_id: MaybeUnset<&'code str>,
    error_correction: i8,
    status: i8,
    expires_at: MaybeUnset<CqlTimestamp>,
    updated_at: MaybeUnset<CqlTimestamp>,
    version: i64,
    written_at_us: i64,
}

impl<'code> MintRow<'code> {
    /// The rows of a request. The first brings what all of a page have in common.
    pub(super) fn all(mint: &'code Mint) -> Vec<Self> {
        let mut rows: Vec<Self> = mint.codes.iter().map(Self::of).collect();
        if let Some(first) = rows.first_mut() {
            first.account_id = MaybeUnset::Set(mint.owner.account.as_uuid());
            first.environment = MaybeUnset::Set(mint.owner.environment.as_str());
            first.opened_at = MaybeUnset::Set(stored_instant(mint.page.opened_at));
        }
        rows
    }

    fn of(code: &'code Code) -> Self {
        Self {
            page: integer(code.sequence.page().get()),
            sequence: integer(code.sequence.get()),
            account_id: MaybeUnset::Unset,
            environment: MaybeUnset::Unset,
            opened_at: MaybeUnset::Unset,
            id: code.id.as_uuid(),
            content_type: small(code.content_type.code()),
            content: code.content.as_str(),
            target_url: known(code.target_url.as_ref().map(TargetUrl::as_str)),
            alias: known(code.alias.as_ref().map(Alias::as_str)),
            link_base: i32::from(code.link_base.0),
            name: known(code.name.as_ref().map(Name::as_str)),
            tags: known(tags(code)),
            metadata: known(metadata(code)),
            external_id: known(code.external_id.as_ref().map(ExternalId::as_str)),
            error_correction: small(level_number(code.error_correction)),
            status: small(status_number(code.status)),
            expires_at: known(code.expires_at.map(stored_instant)),
            updated_at: known(updated_at(code).map(stored_instant)),
            version: integer(code.version.get()),
            written_at_us: microseconds(code.created_at).saturating_sub(BACK_DATED_MS * 1_000),
        }
    }
}

/// A code to be changed: what it has not is removed.
#[derive(SerializeRow)]
#[scylla(flavor = "enforce_order", skip_name_checks)]
pub(super) struct ChangeRow<'change> {
    target_url: Option<&'change str>,
    name: Option<&'change str>,
    tags: Option<Vec<&'change str>>,
    metadata: Option<&'change str>,
    external_id: Option<&'change str>,
    status: i8,
    expires_at: Option<CqlTimestamp>,
    updated_at: Option<CqlTimestamp>,
    version: i64,
    last_ops: &'change [Uuid],
    page: i64,
    sequence: i64,
    expected: i64,
    base: Option<&'change [Uuid]>,
}

impl<'change> ChangeRow<'change> {
    /// The row that leaves the marks `last_ops`, where it finds the marks `base`.
    pub(super) fn of(
        change: &'change Change,
        last_ops: &'change [Uuid],
        base: Option<&'change [Uuid]>,
    ) -> Self {
        let Change { code, expected, .. } = change;
        Self {
            target_url: code.target_url.as_ref().map(TargetUrl::as_str),
            name: code.name.as_ref().map(Name::as_str),
            tags: tags(code),
            metadata: metadata(code),
            external_id: code.external_id.as_ref().map(ExternalId::as_str),
            status: small(status_number(code.status)),
            expires_at: code.expires_at.map(stored_instant),
            updated_at: updated_at(code).map(stored_instant),
            version: integer(code.version.get()),
            last_ops,
            page: integer(code.sequence.page().get()),
            sequence: integer(code.sequence.get()),
            expected: integer(expected.get()),
            base,
        }
    }
}

fn tags(code: &Code) -> Option<Vec<&str>> {
    (!code.tags.is_empty()).then(|| code.tags.iter().map(Tag::as_str).collect())
}

fn known<T: scylla::serialize::value::SerializeValue>(value: Option<T>) -> MaybeUnset<T> {
    value.map_or(MaybeUnset::Unset, MaybeUnset::Set)
}

/// The position of a value of an enumeration: there are never more than a few.
const fn small(position: u8) -> i8 {
    position.cast_signed()
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::contract::{Minter, run};
    use crate::{EmbeddedOptions, EmbeddedStore};

    #[test]
    fn what_a_code_has_not_leaves_no_tombstone_and_its_page_comes_once() {
        let directory = TempDir::new().unwrap();
        run(async {
            let store = EmbeddedStore::open(directory.path(), EmbeddedOptions::default()).unwrap();
            let mut minter = Minter::new(&store).await;
            let codes = [minter.plain(), minter.plain(), minter.full()];
            let mint = minter.mint(codes);
            let rows = MintRow::all(&mint);
            for row in &rows[..2] {
                let texts = [&row.target_url, &row.alias, &row.name, &row.external_id];
                assert!(texts.into_iter().all(|text| matches!(text, MaybeUnset::Unset)));
                assert!(matches!((&row.tags, &row.metadata), (MaybeUnset::Unset, MaybeUnset::Unset)));
                assert!(matches!((&row.expires_at, &row.updated_at), (MaybeUnset::Unset, MaybeUnset::Unset)));
                assert_eq!(row.written_at_us, (minter.now.as_millis() - 60_000) * 1_000);
            }
            assert!(matches!(rows[2].tags, MaybeUnset::Set(ref tags) if tags.len() == 20));
            let with_page = rows.iter().map(|row| matches!(row.account_id, MaybeUnset::Set(_)));
            assert_eq!(with_page.collect::<Vec<_>>(), [true, false, false]);
        });
    }
}
