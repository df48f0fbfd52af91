//! Numbers as people paste them: in groups, with marks that nobody sees.

/// `text` without what only sets its groups apart or cannot be seen: blanks, dashes, and the invisible characters
/// that copying brings along, such as the marks of direction around a number from an address book, or a line break
/// at its end. Line breaks and tabs within it stay, for whoever checks the rest.
pub(super) fn without_separators(text: &str) -> String {
    text.trim().chars().filter(|character| !is_separator(*character)).collect()
}

fn is_separator(character: char) -> bool {
    let is_blank = character.is_whitespace() && !character.is_control();
    // The Unicode property Dash, of all scripts, and the minus sign.
    let is_dash = matches!(
        character,
        '-' | '\u{58a}' | '\u{5be}' | '\u{1806}' | '\u{2010}'
            ..='\u{2015}'
                | '\u{2043}'
                | '\u{2212}'
                | '\u{2e3a}'
                | '\u{2e3b}'
                | '\u{30a0}'
                | '\u{fe31}'
                | '\u{fe32}'
                | '\u{fe58}'
                | '\u{fe63}'
                | '\u{ff0d}'
    );
    let is_invisible = matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
    );
    is_blank || is_dash || is_invisible
}

#[cfg(test)]
mod tests {
    use super::without_separators;

    #[test]
    fn blanks_dashes_and_what_cannot_be_seen_are_dropped_and_nothing_else() {
        let separators = [
            ' ', '-', '\u{a0}', '\u{202f}', '\u{2003}', '\u{3000}', '\u{2011}', '\u{2013}', '\u{2014}',
            '\u{2212}', '\u{ff0d}', '\u{ad}', '\u{200b}', '\u{202a}', '\u{202c}', '\u{2068}', '\u{feff}',
        ];
        for separator in separators {
            assert_eq!(
                without_separators(&format!("{separator}1{separator}2{separator}")),
                "12",
                "{separator:?}"
            );
        }
        assert_eq!(without_separators("\t12\r\n"), "12");
        for text in ["1\n2", "1\t2", "1_2", "1~2", "1,2", "٣", "\0"] {
            assert_eq!(without_separators(text), text);
        }
    }
}
