//! Lists in a header's value, read from their end.

/// The parts of `text` between separators that are in no quoted string (RFC 9110, 5.6.4), the last first, each
/// without the blanks around it.
///
/// From the end, because the end is what the nearest front wrote: no quote that a client left open reaches
/// into it.
#[derive(Clone, Debug)]
pub(super) struct Parts<'a> {
    rest: Option<&'a [u8]>,
    separator: u8,
}

impl<'a> Parts<'a> {
    pub(super) const fn of(text: &'a [u8], separator: u8) -> Self {
        Self { rest: Some(text), separator }
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let text = self.rest?;
        let cut = last_separator(text, self.separator).and_then(|cut| text.split_at_checked(cut));
        let (rest, part) = cut.map_or((None, text), |(rest, part)| (Some(rest), part));
        self.rest = rest;
        let part = if rest.is_some() { part.get(1..).unwrap_or_default() } else { part };
        Some(part.trim_ascii())
    }
}

fn last_separator(text: &[u8], separator: u8) -> Option<usize> {
    let mut is_quoted = false;
    for (place, byte) in text.iter().enumerate().rev() {
        if *byte == b'"' && !is_escaped(text, place) {
            is_quoted = !is_quoted;
        } else if *byte == separator && !is_quoted {
            return Some(place);
        }
    }
    None
}

/// Whether the byte at `place` stands behind a backslash that is not escaped itself.
fn is_escaped(text: &[u8], place: usize) -> bool {
    let before = text.get(..place).unwrap_or_default();
    before.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<&str> {
        Parts::of(text.as_bytes(), b',').map(|part| str::from_utf8(part).unwrap()).collect()
    }

    #[test]
    fn the_last_part_comes_first_without_blanks() {
        assert_eq!(parts("a, b ,\tc"), ["c", "b", "a"]);
        assert_eq!(parts("a"), ["a"]);
        assert_eq!(parts(""), [""]);
        assert_eq!(parts(",a,"), ["", "a", ""]);
    }

    #[test]
    fn a_separator_in_quotes_parts_nothing() {
        assert_eq!(parts(r#"a="1,2",b"#), ["b", r#"a="1,2""#]);
        assert_eq!(parts(r#"a="1\",2",b"#), ["b", r#"a="1\",2""#]);
        assert_eq!(parts(r#"a="1\\",b"#), ["b", r#"a="1\\""#]);
    }

    #[test]
    fn an_open_quote_reaches_no_later_part() {
        assert_eq!(parts(r#"a="1, b=2"#), ["b=2", r#"a="1"#]);
        assert_eq!(parts(r#"x, a="1, b="2""#), [r#"b="2""#, r#"x, a="1"#]);
    }
}
