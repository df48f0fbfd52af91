//! Content lines, the common form of vCard (RFC 2426, 2.4 and 2.6) and iCalendar (RFC 5545, 3.1 and 3.3.11).

/// A text of content lines, each ended by CR LF.
///
/// Lines are not folded, however long. Both standards say only that lines over 75 bytes SHOULD be (RFC 2426, 2.6;
/// RFC 5545, 3.1), for mail and files; in a symbol a fold costs three bytes, and phones that do not undo it cut the
/// value off there, in the middle of a word. Whoever reads a folded line must read an unfolded one.
#[derive(Debug, Default)]
pub(super) struct ContentLines(String);

impl ContentLines {
    /// Appends `name:value`. The value is escaped already and holds no line break.
    pub(super) fn push(&mut self, name: &str, value: &str) {
        self.0.extend([name, ":", value, "\r\n"]);
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
    fn a_line_is_one_line_however_long() {
        let mut lines = ContentLines::default();
        for value in ["x".repeat(73), "x".repeat(74), "x".repeat(2_000), "€".repeat(50), "word ".repeat(40)]
        {
            lines.push("A", &value);
        }
        lines.push_text("B", Some(&"a;".repeat(50)));
        let text = lines.into_string();
        assert_eq!(text.matches("\r\n").count(), 6);
        assert!(!text.contains("\r\n ") && !text.contains("\r\n\t"));
        assert!(text.ends_with(&format!("B:{}\r\n", "a\\;".repeat(50))));
    }
}
