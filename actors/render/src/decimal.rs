//! Small numbers as text: what vector images mostly consist of.

/// Appends `number` in decimal digits.
#[inline]
pub(crate) fn push_decimal(text: &mut Vec<u8>, number: u32) {
    if number >= 10 {
        push_decimal_of_two_or_more(text, number);
        return;
    }
    text.push(digit(number));
}

fn push_decimal_of_two_or_more(text: &mut Vec<u8>, number: u32) {
    push_decimal(text, number / 10);
    text.push(digit(number % 10));
}

/// The digit of a number below ten.
const fn digit(number: u32) -> u8 {
    let [.., last] = number.to_be_bytes();
    b'0' + last
}

#[cfg(test)]
mod tests {
    use super::push_decimal;

    #[test]
    fn digits_come_in_order() {
        for number in [0, 9, 10, 99, 100, 177, 305, 1_000, u32::MAX] {
            let mut text = Vec::new();
            push_decimal(&mut text, number);
            assert_eq!(text, number.to_string().into_bytes());
        }
    }
}
