//! An object taken apart, without losing how its values were written.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::value::RawValue;

use super::InvalidMetadata;

/// Objects inside one another that are taken apart. Bodies are refused long before; deeper ones are kept whole.
const DEPTH_LIMIT: u32 = 64;

/// The members of a JSON object, each value with the text it came as.
///
/// They are printed in the order they came, without white space.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetadataMembers {
    by_name: BTreeMap<String, Member>,
    /// The place of the next new member.
    next_place: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Member {
    place: usize,
    /// The name's text, in its quotes.
    name: Box<str>,
    value: Part,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// Merging looks into it.
    Object(MetadataMembers),
    /// Merging replaces it as a whole: all but objects, arrays too.
    Text(Box<str>),
}

impl MetadataMembers {
    /// Takes the object that is written in `text` apart.
    ///
    /// # Errors
    /// [`InvalidMetadata::NotAnObject`]: it is something else, or no JSON.
    pub fn parse(text: &str) -> Result<Self, InvalidMetadata> {
        let value: &RawValue = serde_json::from_str(text).map_err(|_| InvalidMetadata::NotAnObject)?;
        Scanner { rest: value.get() }.object(DEPTH_LIMIT).ok_or(InvalidMetadata::NotAnObject)
    }

    pub(super) fn len(&self) -> usize {
        self.by_name.len()
    }

    /// Merges `patch` into it (RFC 7396).
    pub(super) fn merge(&mut self, patch: &Self) {
        for (key, change) in patch.in_order() {
            match &change.value {
                Part::Text(text) if **text == *"null" => {
                    self.by_name.remove(key);
                }
                Part::Text(_) => self.member(key, &change.name).value = change.value.clone(),
                Part::Object(inner) => {
                    let member = self.member(key, &change.name);
                    let mut merged = match &mut member.value {
                        Part::Object(members) => std::mem::take(members),
                        Part::Text(_) => Self::default(),
                    };
                    merged.merge(inner);
                    member.value = Part::Object(merged);
                }
            }
        }
    }

    /// The member called `key`, put at the end if it is new.
    fn member(&mut self, key: &str, name: &str) -> &mut Member {
        let place = self.next_place;
        self.by_name.entry(key.to_owned()).or_insert_with(|| {
            self.next_place += 1;
            Member { place, name: name.into(), value: Part::Text("null".into()) }
        })
    }

    fn in_order(&self) -> Vec<(&String, &Member)> {
        let mut members: Vec<_> = self.by_name.iter().collect();
        members.sort_by_key(|(_, member)| member.place);
        members
    }
}

impl fmt::Display for MetadataMembers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("{")?;
        for (index, (_, member)) in self.in_order().into_iter().enumerate() {
            let separator = if index == 0 { "" } else { "," };
            write!(formatter, "{separator}{}:{}", member.name, member.value)?;
        }
        formatter.write_str("}")
    }
}

impl fmt::Display for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Object(members) => members.fmt(formatter),
            Self::Text(text) => formatter.write_str(text),
        }
    }
}

/// Reads a text that is known to be JSON (RFC 8259) token by token; `None` where it is not.
struct Scanner<'text> {
    rest: &'text str,
}

impl<'text> Scanner<'text> {
    fn object(&mut self, levels: u32) -> Option<MetadataMembers> {
        let mut members = MetadataMembers::default();
        self.mark('{').then_some(())?;
        loop {
            if self.mark('}') {
                return Some(members);
            }
            self.mark(',');
            self.skip_white_space();
            let name = self.string()?;
            self.mark(':').then_some(())?;
            let key: String = serde_json::from_str(name).ok()?;
            members.member(&key, name).value = self.part(levels)?;
        }
    }

    fn part(&mut self, levels: u32) -> Option<Part> {
        self.skip_white_space();
        match levels.checked_sub(1) {
            Some(levels) if self.rest.starts_with('{') => self.object(levels).map(Part::Object),
            _ => Some(Part::Text(self.compact()?.into())),
        }
    }

    /// The next value without white space.
    fn compact(&mut self) -> Option<String> {
        let mut text = String::new();
        let mut open = 0_usize;
        loop {
            self.skip_white_space();
            let token = match self.rest.bytes().next()? {
                b'"' => self.string()?,
                b'[' | b'{' => {
                    open += 1;
                    self.take(1)?
                }
                b']' | b'}' => {
                    open = open.checked_sub(1)?;
                    self.take(1)?
                }
                b',' | b':' => self.take(1)?,
                _ => self.literal()?,
            };
            text.push_str(token);
            if open == 0 {
                return Some(text);
            }
        }
    }

    /// The next string, in its quotes.
    fn string(&mut self) -> Option<&'text str> {
        let mut bytes = self.rest.bytes().enumerate().skip(1);
        loop {
            match bytes.next()? {
                (_, b'\\') => {
                    bytes.next()?;
                }
                (at, b'"') => return self.take(at + 1),
                _ => {}
            }
        }
    }

    /// The next number, or one of the three names.
    fn literal(&mut self) -> Option<&'text str> {
        let end = self.rest.find([',', ']', '}', ' ', '\t', '\n', '\r']).unwrap_or(self.rest.len());
        self.take(end)
    }

    /// Takes `mark`, if it is next but for white space.
    fn mark(&mut self, mark: char) -> bool {
        self.skip_white_space();
        self.rest.strip_prefix(mark).map(|rest| self.rest = rest).is_some()
    }

    fn skip_white_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn take(&mut self, bytes: usize) -> Option<&'text str> {
        let (token, rest) = self.rest.split_at_checked(bytes)?;
        self.rest = rest;
        Some(token)
    }
}
