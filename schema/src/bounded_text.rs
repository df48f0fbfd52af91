//! Short texts people give to things: names, tags, external ids.

/// Why a short text is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    /// Nothing, or white space alone.
    #[error("must not be empty")]
    Empty,
    /// Longer than its bound.
    #[error("must have at most {limit} {unit}, has {length}")]
    TooLong {
        /// What it has.
        length: usize,
        /// What it may have.
        limit: usize,
        /// What is counted: `characters` or `bytes`.
        unit: &'static str,
    },
    /// A control character, such as a line break.
    #[error("must not hold control characters")]
    ControlCharacter,
}

fn check(text: &str, length: usize, limit: usize, unit: &'static str) -> Result<(), InvalidText> {
    if text.trim().is_empty() {
        return Err(InvalidText::Empty);
    }
    if length > limit {
        return Err(InvalidText::TooLong { length, limit, unit });
    }
    if text.chars().any(char::is_control) {
        return Err(InvalidText::ControlCharacter);
    }
    Ok(())
}

/// A non-empty text without control characters, bounded in Unicode characters or in bytes.
macro_rules! bounded_text {
    ($(#[$documentation:meta])* $name:ident, $limit:literal, $unit:literal, $length:expr) => {
        $(#[$documentation])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// The most it may have, in the unit its documentation names.
            pub const LIMIT: usize = $limit;

            /// Takes `text` as it is, white space at its ends included.
            pub fn parse(text: &str) -> Result<Self, InvalidText> {
                let length: fn(&str) -> usize = $length;
                check(text, length(text), $limit, $unit)?;
                Ok(Self(text.into()))
            }

            /// Takes a text from the store as it is: the bounds are for what comes in.
            pub fn from_stored(text: &str) -> Self {
                Self(text.into())
            }

            /// Its text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidText;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0.into()
            }
        }
    };
}

bounded_text! {
    /// What people call a code, an account or a key: 1 to 200 characters.
    Name, 200, "characters", |text| text.chars().count()
}
bounded_text! {
    /// A label codes are listed by: 1 to 64 characters.
    Tag, 64, "characters", |text| text.chars().count()
}
bounded_text! {
    /// The caller's own reference, such as an order number: 1 to 255 bytes.
    ExternalId, 255, "bytes", str::len
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_count_what_they_say() {
        assert!(Tag::parse(&"é".repeat(64)).is_ok());
        assert_eq!(
            Tag::parse(&"é".repeat(65)),
            Err(InvalidText::TooLong { length: 65, limit: 64, unit: "characters" })
        );
        assert!(ExternalId::parse(&"é".repeat(127)).is_ok());
        assert_eq!(
            ExternalId::parse(&"é".repeat(128)),
            Err(InvalidText::TooLong { length: 256, limit: 255, unit: "bytes" })
        );
    }

    #[test]
    fn what_is_stored_is_taken_as_it_is() {
        for text in ["", "a\nb", &"é".repeat(1_000)] {
            assert_eq!(Name::from_stored(text).as_str(), text);
            assert_eq!(Tag::from_stored(text).as_str(), text);
            assert_eq!(ExternalId::from_stored(text).as_str(), text);
        }
    }

    #[test]
    fn blanks_and_control_characters_are_refused() {
        for text in ["", " ", "\u{a0}"] {
            assert_eq!(Name::parse(text), Err(InvalidText::Empty), "{text:?}");
        }
        for text in ["a\r\nSet-Cookie: b", "a\0", "\u{85}a"] {
            assert_eq!(Name::parse(text), Err(InvalidText::ControlCharacter), "{text:?}");
        }
    }
}
