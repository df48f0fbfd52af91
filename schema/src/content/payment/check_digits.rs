//! Check digits by MOD 97-10 (ISO/IEC 7064), as IBANs and creditor references carry them.

/// Whether the text's check digits, its third and fourth character, are right.
///
/// The first four characters are moved to the end, letters are read as 10 to 35, and the number must leave 1
/// when divided by 97. Anything but digits and upper-case letters is wrong.
pub(super) fn are_valid(text: &str) -> bool {
    let Some((head, tail)) = text.split_at_checked(4) else { return false };
    let remainder = tail.chars().chain(head.chars()).try_fold(0_u32, |remainder, character| {
        if character.is_ascii_lowercase() {
            return None;
        }
        let value = character.to_digit(36)?;
        let shift = if value < 10 { 10 } else { 100 };
        Some((remainder * shift + value) % 97)
    });
    remainder == Some(1)
}

#[cfg(test)]
mod tests {
    use super::are_valid;

    #[test]
    fn published_numbers_are_valid() {
        for text in [
            "DE89370400440532013000",
            "BE72000000001616",
            "GB29NWBK60161331926819",
            "NO9386011117947",
            "MT84MALT011000012345MTLCAST001S",
            "FR1420041010050500013M02606",
            "RF18539007547034",
            "RF18000000000539007547034",
        ] {
            assert!(are_valid(text), "{text}");
        }
    }

    #[test]
    fn every_changed_digit_and_swapped_pair_is_noticed() {
        let number = "DE89370400440532013000";
        for position in 2..number.len() {
            for digit in "0123456789".chars().filter(|digit| !number[position..].starts_with(*digit)) {
                let changed = format!("{}{digit}{}", &number[..position], &number[position + 1..]);
                assert!(!are_valid(&changed), "{changed}");
            }
        }
        assert!(!are_valid("DE98370400440532013000"));
        assert!(!are_valid("DE89374000440532013000"));
    }

    #[test]
    fn other_characters_are_never_valid() {
        for text in [
            "",
            "DE8",
            "äöüß",
            "de89370400440532013000",
            "DE89 3704 0044 0532 0130 00",
            "DE8937040044053201300ä",
        ] {
            assert!(!are_valid(text), "{text}");
        }
    }
}
