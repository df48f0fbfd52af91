//! Loads ahead of a visit.

/// Whether a browser says that it loads ahead of a visit that may never come.
///
/// The headers, each as it came: `Purpose` (`prefetch` of Chromium and Safari, `preview` of Safari's top
/// sites), `Sec-Purpose` (`prefetch`, `prefetch;prerender`; Fetch standard, 2.2.7), `X-Moz` (`prefetch` of
/// Firefox).
pub fn is_prefetch(purpose: Option<&[u8]>, sec_purpose: Option<&[u8]>, x_moz: Option<&[u8]>) -> bool {
    [purpose, sec_purpose, x_moz].into_iter().flatten().any(|header| {
        // A list of tokens, each with parameters (RFC 9651, 3.1).
        let mut tokens = header.split(|byte| matches!(byte, b',' | b';')).map(<[u8]>::trim_ascii);
        tokens.any(|token| {
            let words: [&[u8]; 3] = [b"prefetch", b"prerender", b"preview"];
            words.iter().any(|word| token.eq_ignore_ascii_case(word))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_header_that_browsers_send_ahead_is_known() {
        for (purpose, sec_purpose, x_moz) in [
            ("prefetch", "", ""),
            ("Preview", "", ""),
            ("", "prefetch", ""),
            ("", "prefetch;prerender", ""),
            ("", "prefetch; anonymous-client-ip", ""),
            ("", "", "prefetch"),
        ] {
            let [purpose, sec_purpose, x_moz] =
                [purpose, sec_purpose, x_moz].map(|text| (!text.is_empty()).then_some(text.as_bytes()));
            assert!(is_prefetch(purpose, sec_purpose, x_moz), "{purpose:?} {sec_purpose:?} {x_moz:?}");
        }
    }

    #[test]
    fn other_headers_are_no_prefetch() {
        assert!(!is_prefetch(None, None, None));
        for text in ["", "none", "prefetching", "navigate", "\u{fffd}", ";;,"] {
            assert!(!is_prefetch(Some(text.as_bytes()), Some(text.as_bytes()), Some(b"\xff")), "{text}");
        }
    }
}
