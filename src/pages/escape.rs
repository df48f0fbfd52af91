//! Escaping for HTML.

use std::fmt;

/// A text as HTML shows it, good for content and for values of attributes in quotes.
pub(super) struct Escaped<'text>(pub(super) &'text str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some((position, reference)) = first_special(rest) {
            let (plain, special) = rest.split_at(position);
            formatter.write_str(plain)?;
            formatter.write_str(reference)?;
            rest = special.get(1..).unwrap_or_default();
        }
        formatter.write_str(rest)
    }
}

/// A text of ours as HTML shows it: what stands in backticks as code.
pub(super) struct Marked(pub(super) &'static str);

impl fmt::Display for Marked {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in self.0.split('`').enumerate() {
            if index % 2 == 0 {
                write!(formatter, "{}", Escaped(part))?;
            } else {
                write!(formatter, "<code>{}</code>", Escaped(part))?;
            }
        }
        Ok(())
    }
}

/// The first character that means something to HTML: where it is, and what is written for it.
fn first_special(text: &str) -> Option<(usize, &'static str)> {
    text.bytes().enumerate().find_map(|(position, byte)| {
        let reference = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\'' => "&#39;",
            _ => return None,
        };
        Some((position, reference))
    })
}

#[cfg(test)]
mod tests {
    use super::{Escaped, Marked};

    #[test]
    fn what_stands_in_backticks_is_code() {
        assert_eq!(Marked("Send `a < b` once.").to_string(), "Send <code>a &lt; b</code> once.");
    }

    #[test]
    fn what_means_something_to_html_is_written_as_a_reference() {
        assert_eq!(Escaped("").to_string(), "");
        assert_eq!(Escaped("Käse 4 €").to_string(), "Käse 4 €");
        assert_eq!(Escaped("<é>&'\"&amp;").to_string(), "&lt;é&gt;&amp;&#39;&quot;&amp;amp;");
    }
}
