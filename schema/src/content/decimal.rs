//! Numbers kept as the decimal digits they were written with.

use serde_json::Value;

/// A decimal number: `mantissa / 10^scale`, without trailing zeros in the fraction.
///
/// Exact, so that an amount or a coordinate is printed as it was given and never as a neighbouring binary
/// fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    mantissa: i64,
    scale: u32,
}

impl Decimal {
    /// Most digits, and most places after the point.
    const MAX_DIGITS: u32 = 18;

    /// Takes a JSON number, or a string such as `12.50`: optional minus, digits, and perhaps a point and
    /// digits.
    pub(super) fn from_value(value: &Value) -> Result<Self, String> {
        let parsed = match value {
            Value::Number(number) => Self::parse_with_exponent(&number.to_string()),
            Value::String(text) => Self::parse(text),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        };
        parsed.ok_or_else(|| {
            format!("must be a decimal number such as 12.5, with at most {} digits", Self::MAX_DIGITS)
        })
    }

    /// Whether `-limit <= self <= limit`.
    pub(super) fn is_within(self, limit: u32) -> bool {
        u128::from(self.mantissa.unsigned_abs()) <= u128::from(limit) * 10_u128.pow(self.scale)
    }

    /// Whether it is below zero.
    pub(super) const fn is_negative(self) -> bool {
        self.mantissa < 0
    }

    /// The number times 100; `None` when it has more than two places after the point.
    pub(super) fn hundredths(self) -> Option<i64> {
        10_i64.pow(2_u32.checked_sub(self.scale)?).checked_mul(self.mantissa)
    }

    /// JSON's number syntax as `serde_json` prints it: `5e-5` for 0.00005.
    fn parse_with_exponent(text: &str) -> Option<Self> {
        let Some((digits, exponent)) = text.split_once('e') else { return Self::parse(text) };
        let Self { mantissa, scale } = Self::parse(digits)?;
        let scale = i64::from(scale) - exponent.parse::<i64>().ok()?;
        if let Ok(scale) = u32::try_from(scale) {
            return Self::bounded(mantissa, scale);
        }
        let power = u32::try_from(scale.unsigned_abs()).ok()?;
        Self::bounded(10_i64.checked_pow(power)?.checked_mul(mantissa)?, 0)
    }

    fn parse(text: &str) -> Option<Self> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = match unsigned.split_once('.') {
            Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
            Some(_) => return None,
            None => (unsigned, ""),
        };
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let fraction = fraction.trim_end_matches('0');
        let mantissa = format!("{whole}{fraction}").parse::<i64>().ok()?;
        Self::bounded(if negative { -mantissa } else { mantissa }, u32::try_from(fraction.len()).ok()?)
    }

    fn bounded(mantissa: i64, scale: u32) -> Option<Self> {
        let fits = scale <= Self::MAX_DIGITS && mantissa.unsigned_abs() < 10_u64.pow(Self::MAX_DIGITS);
        fits.then_some(Self { mantissa, scale })
    }
}

/// As digits, with a point where there is a fraction; never an exponent, never `-0`.
impl std::fmt::Display for Decimal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let power = 10_u64.pow(self.scale);
        let magnitude = self.mantissa.unsigned_abs();
        write!(formatter, "{sign}{}", magnitude / power)?;
        match usize::try_from(self.scale) {
            Ok(places) if places > 0 => write!(formatter, ".{:0places$}", magnitude % power),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Decimal;

    #[test]
    fn a_number_is_printed_as_it_was_written() {
        let written = [
            (json!(0), "0"),
            (json!(-0.0), "0"),
            (json!("-0.00"), "0"),
            (json!(12.5), "12.5"),
            (json!("12.50"), "12.5"),
            (json!("007"), "7"),
            (json!(0.1), "0.1"),
            (json!(-122.084_074), "-122.084074"),
            (json!(0.000_05), "0.00005"),
            (json!(-1e-18), "-0.000000000000000001"),
            (json!(1e17), "100000000000000000"),
            (json!("999999999999999999"), "999999999999999999"),
            (json!("0.100000000000000000000000000"), "0.1"),
        ];
        for (value, printed) in written {
            assert_eq!(Decimal::from_value(&value).unwrap().to_string(), printed, "{value}");
        }
    }

    #[test]
    fn what_is_no_plain_decimal_number_is_refused() {
        for value in [
            json!(""),
            json!("-"),
            json!("."),
            json!("1."),
            json!(".5"),
            json!("+1"),
            json!("1,5"),
            json!("1e3"),
            json!(" 1"),
            json!("1.-5"),
            json!("١"),
            json!("NaN"),
            json!(1e300),
            json!(1e-300),
            json!(1e18),
            json!("1000000000000000000"),
            json!("0.0000000000000000001"),
            json!(null),
            json!(true),
            json!([1]),
        ] {
            assert!(Decimal::from_value(&value).is_err(), "{value}");
        }
    }

    #[test]
    fn a_limit_is_compared_exactly() {
        let within = |text: &str| Decimal::from_value(&json!(text)).unwrap().is_within(90);
        assert!(within("90") && within("-90") && within("90.000") && within("89.9999999999999999"));
        assert!(!within("90.0000000000000001") && !within("-90.1") && !within("999999999999999999"));
    }

    #[test]
    fn hundredths_are_exact_or_refused() {
        let hundredths = |text: &str| Decimal::from_value(&json!(text)).unwrap().hundredths();
        assert_eq!(hundredths("12.3"), Some(1_230));
        assert_eq!(hundredths("-0.01"), Some(-1));
        assert_eq!(hundredths("5.000"), Some(500));
        assert_eq!(hundredths("0.001"), None);
        assert_eq!(hundredths("999999999999999999"), None);
    }
}
