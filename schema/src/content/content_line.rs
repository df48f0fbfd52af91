//! Content lines, the common form of vCard (RFC 2426, 2.4 and 2.6) and iCalendar (RFC 5545, 3.1 and 3.3.11).

/// Longest line without its line break, in bytes.
const MOST_BYTES: usize = 75;

/// A text of content lines, each ended by CR LF and folded: what exceeds 75 bytes goes on in the next line,
/// after a space.
#[derive(Debug, Default)]
pub(super) struct ContentLines(String);

impl ContentLines {
    /// Appends `name:value`. The value is escaped already and holds no line break.
    pub(super) fn push(&mut self, name: &str, value: &str) {
        let mut used = 0;
        for character in name.chars().chain([':']).chain(value.chars()) {
            if used + character.len_utf8() > MOST_BYTES {
                self.0.push_str("\r\n ");
                used = 1;
            }
            self.0.push(character);
            used += character.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    /// Appends `name:text` with the text escaped; nothing where there is no text.
    pub(super) fn push_text(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.push(name, &escape(text));
        }
    }

    /// The text so far.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The text.
    pub(super) fn into_string(self) -> String {
        self.0
    }
}

/// Escapes a text value: backslash, semicolon, comma, and a line feed as `\n`.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => escaped.push_str("\\n"),
            '\\' | ';' | ',' => escaped.extend(['\\', character]),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{ContentLines, escape};

    #[test]
    fn delimiters_and_line_breaks_are_escaped() {
        assert_eq!(escape("a\\b;c,d\ne:f\"g"), "a\\\\b\\;c\\,d\\ne:f\"g");
    }

    #[test]
    fn a_line_is_folded_at_75_bytes_between_characters() {
        let mut lines = ContentLines::default();
        lines.push("A", &"x".repeat(73));
        lines.push("B", &"x".repeat(74));
        lines.push("C", &"€".repeat(50));
        let expected = format!(
            "A:{}\r\nB:{}\r\n x\r\nC:{}\r\n {}\r\n {}\r\n",
            "x".repeat(73),
            "x".repeat(73),
            "€".repeat(24),
            "€".repeat(24),
            "€".repeat(2)
        );
        assert_eq!(lines.into_string(), expected);
    }
}
