//! A row of `codes` as a [`Code`].

use ezqr_schema::{
    Alias, Code, CodeId, ContentType, ExternalId, LinkBaseId, Metadata, Name, Owner, Payload, Tag, Tags,
    TargetUrl, Version,
};
use rusqlite::Row;

use crate::ReadError;
use crate::embedded::rows::{
    Column, corrupt, get, known, number, optional_stored_text, optional_text, optional_timestamp, sequence,
    text, uuid,
};
use crate::stored::{created_at, level, status};

/// The columns of a code, in the order [`code`] reads them.
pub(super) const COLUMNS: &str = "sequence, id, content_type, content, target_url, alias, link_base, name, tags, \
     metadata, external_id, error_correction, status, expires_ms, updated_ms, version";

const SEQUENCE: Column = Column(0, "codes.sequence");
const ID: Column = Column(1, "codes.id");
const CONTENT_TYPE: Column = Column(2, "codes.content_type");
const CONTENT: Column = Column(3, "codes.content");
const TARGET_URL: Column = Column(4, "codes.target_url");
const ALIAS: Column = Column(5, "codes.alias");
const LINK_BASE: Column = Column(6, "codes.link_base");
const NAME: Column = Column(7, "codes.name");
const TAGS: Column = Column(8, "codes.tags");
const METADATA: Column = Column(9, "codes.metadata");
const EXTERNAL_ID: Column = Column(10, "codes.external_id");
const ERROR_CORRECTION: Column = Column(11, "codes.error_correction");
const STATUS: Column = Column(12, "codes.status");
const EXPIRES_MS: Column = Column(13, "codes.expires_ms");
const UPDATED_MS: Column = Column(14, "codes.updated_ms");
const VERSION: Column = Column(15, "codes.version");
/// Columns of a code: what a query selects beside them begins here.
pub(super) const COLUMN_COUNT: usize = 16;

/// The code in `row`, which begins with [`COLUMNS`], of a page of `owner`.
pub(super) fn code(row: &Row<'_>, owner: Owner) -> Result<Code, ReadError> {
    let id = CodeId::try_from(uuid(row, ID)?).map_err(|error| corrupt(ID, error))?;
    let created_at = created_at(id).map_err(|error| corrupt(ID, error))?;
    Ok(Code {
        sequence: sequence(row, SEQUENCE)?,
        id,
        owner,
        content_type: known(CONTENT_TYPE, ContentType::from_code(get(row, CONTENT_TYPE)?))?,
        content: text(row, CONTENT, |content| Payload::from_stored(content.to_owned()))?,
        target_url: optional_text(row, TARGET_URL, TargetUrl::from_stored)?,
        alias: optional_stored_text(row, ALIAS, Alias::from_stored)?,
        link_base: LinkBaseId(get(row, LINK_BASE)?),
        name: optional_stored_text(row, NAME, Name::from_stored)?,
        tags: optional_text(row, TAGS, tags)?.unwrap_or_default(),
        metadata: optional_text(row, METADATA, Metadata::from_stored)?.unwrap_or_default(),
        external_id: optional_stored_text(row, EXTERNAL_ID, ExternalId::from_stored)?,
        error_correction: known(ERROR_CORRECTION, level(get(row, ERROR_CORRECTION)?))?,
        status: known(STATUS, status(get(row, STATUS)?))?,
        expires_at: optional_timestamp(row, EXPIRES_MS)?,
        version: version(row, VERSION)?,
        created_at,
        updated_at: optional_timestamp(row, UPDATED_MS)?.unwrap_or(created_at),
    })
}

/// A version, from 1.
pub(super) fn version(row: &Row<'_>, column: Column) -> Result<Version, ReadError> {
    number(row, column, |value: u64| if value == 0 { Err("is 0") } else { Ok(Version::new(value)) })
}

fn tags(json: &str) -> Result<Tags, &'static str> {
    let tags: Vec<String> = serde_json::from_str(json).map_err(|_| "is no array of strings")?;
    Ok(Tags::from_stored(tags.iter().map(|tag| Tag::from_stored(tag))))
}
