//! What kind of thing a code holds.

use serde::{Deserialize, Serialize};

/// The kind of a code's content, as the API's `content_type` names it.
///
/// It decides how an object given as `content` becomes a payload, and which prefix a payload given as a
/// string must have. See [`Payload::parse`](crate::Payload::parse).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContentType {
    /// A web address.
    Url,
    /// Text shown as it is.
    Text,
    /// A mail to be written.
    Email,
    /// A number to be called.
    Phone,
    /// A short message to be sent.
    Sms,
    /// A wireless network to be joined.
    Wifi,
    /// A contact to be saved.
    Vcard,
    /// A place to be shown on a map.
    Geo,
    /// A calendar entry to be saved.
    Event,
    /// A payment to be made.
    Payment,
}

impl ContentType {
    /// All content types, in the order of their codes.
    pub const ALL: [Self; 10] = [
        Self::Url,
        Self::Text,
        Self::Email,
        Self::Phone,
        Self::Sms,
        Self::Wifi,
        Self::Vcard,
        Self::Geo,
        Self::Event,
        Self::Payment,
    ];

    /// The name the API uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Text => "text",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Sms => "sms",
            Self::Wifi => "wifi",
            Self::Vcard => "vcard",
            Self::Geo => "geo",
            Self::Event => "event",
            Self::Payment => "payment",
        }
    }

    /// The type called `name`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|content_type| content_type.name() == name)
    }

    /// The number the stores keep. It never changes and is never given to another type.
    pub const fn code(self) -> u8 {
        match self {
            Self::Url => 0,
            Self::Text => 1,
            Self::Email => 2,
            Self::Phone => 3,
            Self::Sms => 4,
            Self::Wifi => 5,
            Self::Vcard => 6,
            Self::Geo => 7,
            Self::Event => 8,
            Self::Payment => 9,
        }
    }

    /// The type a store kept as `code`; `None` for a number that is no type's.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|content_type| content_type.code() == code)
    }
}

impl std::fmt::Display for ContentType {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::ContentType;

    #[test]
    fn codes_are_positions_and_turn_back() {
        for (position, content_type) in ContentType::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(content_type.code()), position);
            assert_eq!(ContentType::from_code(content_type.code()), Some(content_type));
        }
        assert_eq!(ContentType::from_code(10), None);
        assert_eq!(ContentType::from_code(255), None);
    }

    #[test]
    fn the_wire_name_is_the_name() {
        for content_type in ContentType::ALL {
            let json = serde_json::to_string(&content_type).unwrap();
            assert_eq!(json, format!("\"{}\"", content_type.name()));
            assert_eq!(ContentType::parse(content_type.name()), Some(content_type));
            assert_eq!(serde_json::from_str::<ContentType>(&json).unwrap(), content_type);
        }
        assert!(serde_json::from_str::<ContentType>("\"vCard\"").is_err());
    }
}
