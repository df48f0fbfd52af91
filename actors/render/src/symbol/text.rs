//! Symbols of text: cut and labelled so that readers take it for what it is.

use ezqr_schema::ErrorCorrection;

use super::{Eci, EncodeError, Symbol, SymbolRequest, Version};

/// Whether the symbol of a text that is not all ASCII says that its bytes are UTF-8.
///
/// A symbol that says nothing holds ISO/IEC 8859-1 by the standard (ISO/IEC 18004:2015, 7.3.2), and readers guess: short
/// texts with umlauts are read as Chinese or katakana. The ECI that says it costs 12 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TextEncoding {
    /// It does, by ECI 26.
    #[default]
    Declared,
    /// It does not: for networks of scanners that type the designator (`\000026`) with the text.
    Undeclared,
}

/// Makes something of the first form of `text` that fits a symbol.
///
/// ASCII is cut into the segments that take the fewest bits, and never has an ECI. All else is one segment in byte
/// mode: some readers (`OpenCV` among them) take the mode of the first segment for that of all, and some fail on an
/// ECI before more than one segment. Only what fits no symbol that way is drawn without an ECI and in the fewest bits,
/// so that no text is refused for its form.
fn of_first_form<'a, T>(
    text: &'a str,
    level: ErrorCorrection,
    encoding: TextEncoding,
    make: impl Fn(&SymbolRequest<'a>) -> Result<T, EncodeError>,
) -> Result<T, EncodeError> {
    let shortest = SymbolRequest::new(text.as_bytes()).at_least(level);
    if text.is_ascii() {
        return make(&shortest);
    }
    let agreed = match encoding {
        TextEncoding::Declared => shortest.one_segment().eci(Eci::UTF_8),
        TextEncoding::Undeclared => shortest.one_segment(),
    };
    make(&agreed).or_else(|_| make(&shortest))
}

impl Symbol {
    /// The smallest symbol that holds `text` at `level` or better, in a form that readers agree about.
    ///
    /// # Errors
    /// No symbol of the level holds it in any form.
    pub fn of_text(text: &str, level: ErrorCorrection, encoding: TextEncoding) -> Result<Self, EncodeError> {
        of_first_form(text, level, encoding, SymbolRequest::encode)
    }
}

/// The version that [`Symbol::of_text`] comes to, without its symbol: for checking many texts before any is drawn.
pub fn version_of_text(
    text: &str,
    level: ErrorCorrection,
    encoding: TextEncoding,
) -> Result<Version, EncodeError> {
    of_first_form(text, level, encoding, SymbolRequest::best_version)
}

#[cfg(test)]
mod tests {
    use ezqr_schema::ErrorCorrection;
    use qrcode::bits::Bits;
    use qrcode::types::{EcLevel, Version as CrateVersion};

    use super::*;

    const LEVEL: ErrorCorrection = ErrorCorrection::Medium;

    fn of(text: &str, encoding: TextEncoding) -> Symbol {
        Symbol::of_text(text, LEVEL, encoding).unwrap()
    }

    /// The first codewords of a symbol that holds one segment in byte mode, after an ECI when there is one.
    fn is_one_segment(text: &str, encoding: TextEncoding) -> bool {
        let symbol = of(text, encoding);
        let version = CrateVersion::Normal(i16::from(symbol.version().number()));
        let mut bits = Bits::new(version);
        if encoding == TextEncoding::Declared {
            bits.push_eci_designator(26).unwrap();
        }
        bits.push_byte_data(text.as_bytes()).unwrap();
        let level = match symbol.level() {
            ErrorCorrection::Low => EcLevel::L,
            ErrorCorrection::Medium => EcLevel::M,
            ErrorCorrection::Quartile => EcLevel::Q,
            ErrorCorrection::High => EcLevel::H,
        };
        bits.push_terminator(level).unwrap();
        let (data, correction) = qrcode::ec::construct_codewords(&bits.into_bytes(), version, level).unwrap();
        Symbol::draw(symbol.version(), symbol.level(), None, data.iter().chain(&correction)) == symbol
    }

    #[test]
    fn what_is_not_ascii_is_one_segment_of_bytes_behind_an_eci() {
        for text in
            ["Tisch fünf", "RECHNUNG 11 für Köln", "WIFI:T:WPA;S:Büro;P:012345678901234567;;", "é", "世界"]
        {
            for encoding in [TextEncoding::Declared, TextEncoding::Undeclared] {
                assert!(is_one_segment(text, encoding), "{text} {encoding:?}");
            }
            assert_ne!(of(text, TextEncoding::Declared), of(text, TextEncoding::Undeclared));
        }
    }

    #[test]
    fn ascii_has_the_fewest_bits_and_no_eci() {
        for text in
            ["HTTPS://R.EXAMPLE/7K3MX9QA", "https://R.EXAMPLE/7K3MX9QA", "Table 5", "0123456789", "~\u{7f}"]
        {
            let plain = Symbol::encode(text.as_bytes(), LEVEL).unwrap();
            for encoding in [TextEncoding::Declared, TextEncoding::Undeclared] {
                assert_eq!(of(text, encoding), plain, "{text}");
            }
        }
    }

    #[test]
    fn what_fits_in_one_form_only_is_drawn_in_that() {
        // At level L 2,953 bytes fill version 40 without an ECI.
        for (length, level) in [(2_952, ErrorCorrection::Low), (2_953, ErrorCorrection::Low)] {
            let text = format!("{}é", "x".repeat(length - 2));
            for encoding in [TextEncoding::Declared, TextEncoding::Undeclared] {
                assert_eq!(version_of_text(&text, level, encoding), Ok(Version::MAX));
                assert!(Symbol::of_text(&text, level, encoding).is_ok());
            }
        }
        // As digits this fits, as bytes it does not.
        let text = format!("{}é", "7".repeat(2_900));
        let symbol = Symbol::of_text(&text, ErrorCorrection::Quartile, TextEncoding::Declared).unwrap();
        assert_eq!(
            version_of_text(&text, ErrorCorrection::Quartile, TextEncoding::Declared),
            Ok(symbol.version())
        );
        let too_long = format!("{}é", "x".repeat(2_952));
        let expected = EncodeError::TooLong { length: 2_954, capacity: 2_953, level: ErrorCorrection::Low };
        let refused = Symbol::of_text(&too_long, ErrorCorrection::Low, TextEncoding::Declared);
        assert_eq!(refused, Err(expected));
    }
}
