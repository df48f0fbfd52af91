//! A code as the API shows it, and what its pattern holds.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::{
    Code, CodeId, ContentType, ErrorCorrection, LinkBase, LinkCapitals, Metadata, ShortCode, ShortCodes,
    ShownStatus, Tag, Tags, Timestamp, Version,
};

/// What a record shows besides the code itself.
#[derive(Clone, Copy)]
pub struct RecordContext<'context> {
    /// Prints sequence numbers.
    pub short_codes: &'context ShortCodes,
    /// The link base the code was minted with.
    pub link_base: &'context LinkBase,
    /// When it is shown, which decides whether it is expired.
    pub now: Timestamp,
    /// What the addresses of images begin with: scheme, host and perhaps a path, without a trailing slash.
    pub public_url: &'context str,
}

/// How often the link of a code was followed, as its record shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScanCount {
    /// Not shown: in a list that was not asked for it.
    Omitted,
    /// Null: it cannot be told just now, and the rest of the record is worth more than it.
    Unavailable,
    /// So often, but for bots.
    Counted(u64),
}

impl ScanCount {
    /// That of a code nobody can have followed: a new or a static one.
    pub const NONE: Self = Self::Counted(0);

    const fn is_omitted(&self) -> bool {
        matches!(self, Self::Omitted)
    }
}

impl Serialize for ScanCount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Omitted | Self::Unavailable => serializer.serialize_none(),
            Self::Counted(count) => serializer.serialize_u64(*count),
        }
    }
}

/// A code as the API shows it. It borrows, and is written to text without intermediate copies.
#[derive(Clone, Debug, Serialize)]
pub struct CodeRecord<'code> {
    id: CodeId,
    name: Option<&'code str>,
    content_type: ContentType,
    content: &'code str,
    dynamic: bool,
    target_url: Option<&'code str>,
    /// The alias, if there is one; null for a static code, as is the link.
    short_code: Option<Text<Short<'code>>>,
    short_link: Option<Text<ShortLink<'code>>>,
    environment: &'code str,
    #[serde(serialize_with = "as_texts")]
    tags: &'code Tags,
    metadata: &'code Metadata,
    external_id: Option<&'code str>,
    error_correction: ErrorCorrection,
    status: ShownStatus,
    expires_at: Option<Text<Timestamp>>,
    #[serde(skip_serializing_if = "ScanCount::is_omitted")]
    scan_count: ScanCount,
    version: Version,
    created_at: Text<Timestamp>,
    updated_at: Text<Timestamp>,
    images: Images<'code>,
}

impl<'code> CodeRecord<'code> {
    /// The record of `code`.
    pub fn new(code: &'code Code, context: RecordContext<'code>, scan_count: ScanCount) -> Self {
        let short = code.is_dynamic().then(|| Short::of(code, context.short_codes));
        let image = |format| Text(Image { public_url: context.public_url, id: code.id, format });
        Self {
            id: code.id,
            name: code.name.as_ref().map(crate::Name::as_str),
            content_type: code.content_type,
            content: code.content.as_str(),
            dynamic: code.is_dynamic(),
            target_url: code.target_url.as_ref().map(crate::TargetUrl::as_str),
            short_code: short.map(Text),
            short_link: short.map(|short| Text(ShortLink { base: context.link_base, short })),
            environment: code.owner.environment.as_str(),
            tags: &code.tags,
            metadata: &code.metadata,
            external_id: code.external_id.as_ref().map(crate::ExternalId::as_str),
            error_correction: code.error_correction,
            status: ShownStatus::of(code, context.now),
            expires_at: code.expires_at.map(Text),
            scan_count,
            version: code.version,
            created_at: Text(code.created_at),
            updated_at: Text(code.updated_at),
            images: Images { png: image("png"), svg: image("svg"), pdf: image("pdf") },
        }
    }
}

/// What a key that may change codes and not read them is told of one that it changed.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CodeReceipt {
    id: CodeId,
    version: Version,
}

impl CodeReceipt {
    /// That of `code`, as it is after the change.
    pub const fn new(code: &Code) -> Self {
        Self { id: code.id, version: code.version }
    }
}

/// What the pattern of `code` holds: a static one its content, a dynamic one its short link under
/// `link_base`, which is the one it was minted with.
pub fn pattern(
    code: &Code,
    short_codes: &ShortCodes,
    link_base: &LinkBase,
    capitals: LinkCapitals,
) -> String {
    if code.is_dynamic() {
        link_base.pattern_for(&Short::of(code, short_codes).to_string(), capitals)
    } else {
        code.content.as_str().to_owned()
    }
}

/// The path of a dynamic code's link, as it is shown and printed.
#[derive(Clone, Copy, Debug)]
enum Short<'code> {
    Alias(&'code str),
    Generated(ShortCode),
}

impl<'code> Short<'code> {
    fn of(code: &'code Code, short_codes: &ShortCodes) -> Self {
        match &code.alias {
            Some(alias) => Self::Alias(alias.as_str()),
            None => Self::Generated(short_codes.print(code.sequence)),
        }
    }
}

impl fmt::Display for Short<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alias(alias) => formatter.write_str(alias),
            Self::Generated(code) => write!(formatter, "{code}"),
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct ShortLink<'code> {
    base: &'code LinkBase,
    short: Short<'code>,
}

impl fmt::Display for ShortLink<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.base, self.short)
    }
}

/// The addresses of a code's images.
#[derive(Clone, Debug, Serialize)]
struct Images<'code> {
    png: Text<Image<'code>>,
    svg: Text<Image<'code>>,
    pdf: Text<Image<'code>>,
}

#[derive(Clone, Copy, Debug)]
struct Image<'code> {
    public_url: &'code str,
    id: CodeId,
    format: &'static str,
}

impl fmt::Display for Image<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/qr/{}.{}", self.public_url, self.id, self.format)
    }
}

/// What is written as the text it displays.
#[derive(Clone, Copy, Debug)]
struct Text<T>(T);

impl<T: fmt::Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

fn as_texts<S: Serializer>(tags: &Tags, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(tags.iter().map(Tag::as_str))
}

#[cfg(test)]
pub(crate) mod tests;
