//! Rows as they are read back. A value that ezqr does not write is reported, wherever it comes from.

use ezqr_schema::{
    AccountId, Alias, Code, CodeId, ContentType, Environment, ExternalId, Metadata, Name, Owner, Payload,
    Tag, Tags, TargetUrl, Version,
};
use scylla::DeserializeRow;
use scylla::value::CqlTimestamp;
use uuid::Uuid;

use crate::scylla::columns::{
    instant, link_base, needed, of_column, parsed, sequence, stored_text, there, timestamp,
};
use crate::stored::{created_at, level, status};
use crate::{ReadError, StoredCode};

/// A row of `codes`. One that is left of static columns has no sequence.
#[derive(DeserializeRow)]
#[scylla(flavor = "enforce_order", skip_name_checks)]
pub(super) struct CodeRow<'frame> {
    account_id: Option<Uuid>,
    environment: Option<&'frame str>,
    opened_at: Option<CqlTimestamp>,
    sequence: Option<i64>,
    id: Option<Uuid>,
    content_type: Option<i8>,
    content: Option<&'frame str>,
    target_url: Option<&'frame str>,
    alias: Option<&'frame str>,
    link_base: Option<i32>,
    name: Option<&'frame str>,
    tags: Option<Vec<&'frame str>>,
    metadata: Option<&'frame str>,
    external_id: Option<&'frame str>,
    error_correction: Option<i8>,
    status: Option<i8>,
    expires_at: Option<CqlTimestamp>,
    updated_at: Option<CqlTimestamp>,
    version: Option<i64>,
}

impl CodeRow<'_> {
    /// Whose page it lies in.
    pub(super) fn owner(&self) -> Result<Owner, ReadError> {
        Ok(Owner {
            account: AccountId::from_uuid(there("codes.account_id", self.account_id)?),
            environment: stored_text("codes.environment", self.environment, Environment::from_stored)?,
        })
    }

    /// The code, of a page of `owner`; `None` for what is left of static columns.
    pub(super) fn code(&self, owner: Owner) -> Result<Option<Code>, ReadError> {
        let Some(number) = self.sequence else { return Ok(None) };
        let id = needed("codes.id", self.id, CodeId::try_from)?;
        let created_at = created_at(id).map_err(|error| of_column("codes.id", error))?;
        Ok(Some(Code {
            sequence: sequence("codes.sequence", Some(number))?,
            id,
            owner,
            content_type: position("codes.content_type", self.content_type, ContentType::from_code)?,
            content: needed("codes.content", self.content, |text| Payload::from_stored(text.to_owned()))?,
            target_url: parsed("codes.target_url", self.target_url, TargetUrl::from_stored)?,
            alias: self.alias.map(Alias::from_stored),
            link_base: link_base("codes.link_base", self.link_base)?,
            name: self.name.map(Name::from_stored),
            tags: self.tags(),
            metadata: parsed("codes.metadata", self.metadata, Metadata::from_stored)?.unwrap_or_default(),
            external_id: self.external_id.map(ExternalId::from_stored),
            error_correction: position("codes.error_correction", self.error_correction, level)?,
            status: position("codes.status", self.status, status)?,
            expires_at: parsed("codes.expires_at", self.expires_at, instant)?,
            version: version("codes.version", self.version)?,
            created_at,
            updated_at: parsed("codes.updated_at", self.updated_at, instant)?.unwrap_or(created_at),
        }))
    }

    /// The code and where its page stands.
    pub(super) fn stored(&self) -> Result<Option<StoredCode>, ReadError> {
        if self.sequence.is_none() {
            return Ok(None);
        }
        let page_opened_at = timestamp("codes.opened_at", self.opened_at)?;
        let code = self.code(self.owner()?)?;
        Ok(code.map(|code| StoredCode { code, page_opened_at }))
    }

    fn tags(&self) -> Tags {
        Tags::from_stored(self.tags.iter().flatten().map(|text| Tag::from_stored(text)))
    }
}

/// A version, from 1.
pub(super) fn version(column: &str, value: Option<i64>) -> Result<Version, ReadError> {
    needed(column, value, |number| {
        let number = u64::try_from(number).ok().filter(|number| *number > 0);
        number.map(Version::new).ok_or("is below 1")
    })
}

/// The value of an enumeration at its stored position.
fn position<T>(column: &str, value: Option<i8>, of: impl FnOnce(u8) -> Option<T>) -> Result<T, ReadError> {
    needed(column, value, |number| {
        u8::try_from(number).ok().and_then(of).ok_or("is no value of its enumeration")
    })
}
